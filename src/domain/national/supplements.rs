//! The requests for supplements of a snapshot, held against those that are recorded.

use super::history::History;
use super::read::written;
use super::snapshot::Supplement;
use super::wanted::Wanted;
use crate::domain::hash_chain::to_hex;
use crate::domain::vocabulary::EventKind;
use sha2::{Digest, Sha256};

/// A request that is recorded, with its answer.
struct Recorded<'a> {
    reference: Option<&'a str>,
    is_answered: bool,
    is_taken: bool,
}

/// The requests for supplements that are not recorded, and the answers to them. A request that is recorded under no number of the list, for it
/// was sent as a status or a step, or recorded here, is the next that has none.
pub(super) fn supplements(history: &History, sent: &[Supplement]) -> Vec<Wanted> {
    let mut recorded: Vec<Recorded<'_>> = vec![];
    for event in &history.happened {
        match event.kind {
            EventKind::SupplementRequested => recorded.push(Recorded {
                reference: event.reference.as_deref(),
                is_answered: false,
                is_taken: false,
            }),
            EventKind::SupplementReceived => {
                if let Some(request) = recorded.last_mut() {
                    request.is_answered = true;
                }
            }
            _ => {}
        }
    }
    let mut wanted: Vec<Wanted> = vec![];
    for supplement in sent {
        let name = name_of(supplement);
        let is_own = |it: &Recorded<'_>| !it.is_taken && it.reference == Some(name.as_str());
        let is_free = |it: &Recorded<'_>| {
            !it.is_taken && !it.reference.is_some_and(|name| name.starts_with(SUPPLEMENT))
        };
        let found = recorded.iter().position(is_own).or_else(|| recorded.iter().position(is_free));
        let is_answered = found.is_some_and(|at| recorded[at].is_answered);
        if let Some(at) = found {
            recorded[at].is_taken = true;
        }
        let is_new = |reference: &str, wanted: &[Wanted]| {
            !history.knows(reference) && wanted.iter().all(|other| other.reference != reference)
        };
        if found.is_none() && is_new(&name, &wanted) {
            let request = Wanted::new(EventKind::SupplementRequested, supplement.requested_at, "NgayBoSung");
            let (officer, note) = (supplement.requested_by.clone(), supplement.what.clone());
            wanted.push(Wanted { officer, note, ..request }.called(name.clone()));
        }
        let answer = format!("{name}:received");
        if let Some(at) = supplement.received_at
            && !is_answered
            && is_new(&answer, &wanted)
        {
            let received = Wanted::new(EventKind::SupplementReceived, at, "NgayTiepNhanBoSung");
            let (officer, appointed_at) = (supplement.received_by.clone(), supplement.appointed_anew);
            wanted.push(Wanted { officer, appointed_at, ..received }.called(answer));
        }
    }
    wanted
}

/// What the references of requests in the list begin with.
const SUPPLEMENT: &str = "national:supplement:";

fn name_of(supplement: &Supplement) -> String {
    match &supplement.id {
        Some(id) if id.len() <= 60 => format!("{SUPPLEMENT}{id}"),
        Some(id) => format!("{SUPPLEMENT}{}", to_hex(&Sha256::digest(id.as_bytes())[..16])),
        None => format!("{SUPPLEMENT}{}", written(supplement.requested_at)),
    }
}
