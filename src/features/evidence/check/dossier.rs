//! Judges the chain of one dossier.

use super::{Counts, Fault, Known, Tell};
use crate::domain::canonical::Canonical;
use crate::domain::hash_chain::{Hash, event_hash, personal_digest};
use crate::features::dossiers::canonical;
use crate::features::evidence::queries::chain::{Link, Whole};
use crate::features::evidence::queries::hash;

/// Checks a dossier: each event against its hash and the event before, the row against the last event, personal data against its
/// digests.
pub(super) fn check(whole: &Whole, known: Known, counts: &mut Counts, tell: Tell<'_>) {
    let code = whole.dossier.code.as_str();
    counts.dossiers += 1;
    let (mut next, mut before) = (1, Before::Nothing);
    for link in &whole.events {
        let seq = link.event.seq;
        if next < seq {
            tell(missing(code, next, seq - 1));
            before = Before::Unknown;
        }
        before = event(code, link, before, (known, counts), tell);
        next = seq.saturating_add(1);
    }
    end(whole, next - 1, tell);
}

/// Events that are not there.
fn missing(code: &str, first: i32, last: i32) -> Fault {
    let others = if first == last { String::new() } else { format!(", and those to {last}") };
    Fault::event(code, first, format!("is missing{others}: it was removed"))
}

/// What stands before an event.
#[derive(Clone, Copy)]
enum Before {
    /// Nothing, or an event from before there were hashes.
    Nothing,
    /// An event with this hash.
    Hash(Hash),
    /// An event that is missing, or without the hash that it must have.
    Unknown,
}

/// Checks an event.
fn event(
    code: &str,
    link: &Link,
    before: Before,
    (known, counts): (Known, &mut Counts),
    tell: Tell<'_>,
) -> Before {
    let seq = link.event.seq;
    let (Some(own), Some(state)) = (hash(link.seal.hash.as_ref()), hash(link.seal.state_digest.as_ref()))
    else {
        return unsealed(code, link, before, (known, counts), tell);
    };
    counts.events += 1;
    let personal = hash(link.seal.personal_digest.as_ref());
    let previous = match before {
        Before::Nothing => Some(Hash::ZERO),
        Before::Hash(hash) => Some(hash),
        Before::Unknown => None,
    };
    let text = canonical::event(&link.event, state, personal);
    if previous.is_some_and(|previous| event_hash(previous, &text) != own) {
        let what =
            "is not what its hash covers, or does not follow the event before it: it was changed or inserted";
        tell(Fault::event(code, seq, what));
    }
    let data = canonical::personal(&link.event, link.note.as_deref());
    match judge(personal, link.seal.salt.as_deref(), &data) {
        Personal::Right => {}
        Personal::Erased => counts.erased += 1,
        Personal::Wrong(why) => {
            tell(Fault::event(code, seq, format!("{why} (officer columns, or dossier_event_notes)")));
        }
    }
    if !link.is_logged && known.logged_until.is_some_and(|until| link.event.recorded_at < until) {
        let what =
            "says that it was recorded on a day whose log is signed, and is not in that log: it was inserted";
        tell(Fault::event(code, seq, what));
    }
    Before::Hash(own)
}

/// Judges an event without a hash: right only before there were hashes.
fn unsealed(
    code: &str,
    link: &Link,
    before: Before,
    (known, counts): (Known, &mut Counts),
    tell: Tell<'_>,
) -> Before {
    let what = match before {
        Before::Nothing if known.sealed_since.is_none_or(|since| link.event.recorded_at < since) => {
            counts.unsealed += 1;
            return before;
        }
        Before::Nothing => "has no hash, though every event has one since it was recorded",
        _ => "has no hash, though events before it have",
    };
    tell(Fault::event(code, link.event.seq, format!("{what}: it was inserted, or its hash removed")));
    Before::Unknown
}

/// How personal data stands to its digest.
enum Personal {
    Right,
    Erased,
    Wrong(&'static str),
}

/// Compares personal data with its digest.
fn judge(digest: Option<Hash>, salt: Option<&[u8]>, data: &Canonical) -> Personal {
    match (digest, salt) {
        (None, _) if data.is_empty() => Personal::Right,
        (None, _) => Personal::Wrong("has personal data that no hash covers: it was added"),
        (Some(digest), Some(salt)) if personal_digest(salt, &data.text()) == digest => Personal::Right,
        (Some(_), Some(_)) => {
            Personal::Wrong("has other personal data than was recorded: it was changed or removed")
        }
        (Some(_), None) if data.is_empty() => Personal::Erased,
        (Some(_), None) => {
            Personal::Wrong("has personal data without a salt: it was changed, or erased in part")
        }
    }
}

/// Checks the row of the dossier against its last event.
fn end(whole: &Whole, last: i32, tell: Tell<'_>) {
    let (dossier, code) = (&whole.dossier, whole.dossier.code.as_str());
    if last < dossier.version {
        tell(missing(code, last + 1, dossier.version));
    }
    if dossier.version < last {
        let what = format!(
            "has the version {}, but {last} events: it was changed, or an event inserted",
            dossier.version
        );
        tell(Fault::dossier(code, "dossiers", what));
    }
    let Some(link) = whole.events.last().filter(|_| dossier.version == last) else { return };
    let Some(state) = hash(link.seal.state_digest.as_ref()) else {
        if whole.seal.head_hash.is_some() {
            tell(Fault::dossier(code, "dossiers", "has a head_hash, but its last event has no hash"));
        }
        return;
    };
    if whole.seal.head_hash != link.seal.hash {
        let what = "has another head_hash than the hash of its last event: an event was removed, changed or inserted";
        tell(Fault::dossier(code, "dossiers", what));
    }
    let (person, holder) = (hash(whole.seal.person_digest.as_ref()), hash(whole.seal.holder_digest.as_ref()));
    if canonical::state(dossier, person, holder) != state {
        tell(Fault::dossier(
            code,
            "dossiers",
            format!("is not the state that event {last} left behind: the row was changed"),
        ));
    }
    if let Personal::Wrong(why) = judge(holder, link.seal.salt.as_deref(), &canonical::holder(dossier)) {
        tell(Fault::dossier(code, "dossiers", format!("{why} (holder_officer)")));
    }
    if let Some(why) = person_is_wrong(whole, person) {
        tell(Fault::dossier(code, "dossier_persons", why));
    }
}

/// What is wrong with the personal data of the applicant.
fn person_is_wrong(whole: &Whole, digest: Option<Hash>) -> Option<&'static str> {
    let masked = &whole.dossier.applicant_name_masked;
    match (digest, &whole.person) {
        (None, None) => None,
        (None, Some(person)) => {
            person.salt.as_ref().map(|_| "has a salt, but the dossier has no digest of it")
        }
        (Some(_), None) => (!masked.is_empty()).then_some(
            "is gone, but dossiers.applicant_name_masked is not: it was removed, or erased in part",
        ),
        (Some(digest), Some(person)) => match canonical::person(person, masked) {
            Some(found) if found == digest => None,
            Some(_) => Some("is not what was recorded, with dossiers.applicant_name_masked: it was changed"),
            None => Some("has personal data without a salt: it was changed, or erased in part"),
        },
    }
}
