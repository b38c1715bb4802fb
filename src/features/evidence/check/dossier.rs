//! Judges the chain of one dossier.

use super::{Counts, Fault, Known, Tell};
use crate::domain::canonical::Canonical;
use crate::domain::hash_chain::{Hash, event_hash, personal_digest};
use crate::domain::sealing::{DataKeys, NotOpened};
use crate::features::dossiers::canonical;
use crate::features::dossiers::sealed::{self, Person};
use crate::features::evidence::queries::chain::{Link, Whole};
use crate::features::evidence::queries::hash;

/// Checks a dossier: each event against its hash and the event before, the row against the last event, personal data against its
/// digests.
pub(super) fn check(
    whole: &Whole,
    (known, keys): (Known, Option<&DataKeys>),
    counts: &mut Counts,
    tell: Tell<'_>,
) {
    let code = whole.dossier.code.as_str();
    counts.dossiers += 1;
    let (mut next, mut before, mut last) = (1, Before::Nothing, Salt::Absent);
    for link in &whole.events {
        let seq = link.event.seq;
        if next < seq {
            tell(missing(code, next, seq - 1));
            before = Before::Unknown;
        }
        before = event(code, link, before, (known, counts), tell);
        last = personal(code, link, (keys, counts), tell);
        next = seq.saturating_add(1);
    }
    end(whole, (next - 1, &last), (keys, counts), tell);
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

/// The salt of an event.
enum Salt {
    /// There is none.
    Absent,
    Known(Vec<u8>),
    /// It is sealed with a note that was not opened.
    Sealed,
}

impl Salt {
    fn of(salt: Option<Vec<u8>>) -> Self {
        salt.map_or(Self::Absent, Self::Known)
    }
}

/// Checks the personal data of an event, and tells its salt.
fn personal(
    code: &str,
    link: &Link,
    (keys, counts): (Option<&DataKeys>, &mut Counts),
    tell: Tell<'_>,
) -> Salt {
    let seq = link.event.seq;
    let note = match link.note.clone().map(|row| sealed::open_note(keys, row)).transpose() {
        Ok(note) => note,
        Err(why) => {
            if let Some(why) = unopened(keys, why, counts) {
                tell(Fault::event(
                    code,
                    seq,
                    format!("has a note that does not open: {why} (dossier_event_notes)"),
                ));
            }
            return Salt::Sealed;
        }
    };
    let (text, salt) = note.map(|note| (note.text, note.salt)).unzip();
    let salt = link.seal.salt.clone().or(salt.flatten());
    if hash(link.seal.hash.as_ref()).is_some() {
        let data = canonical::personal(&link.event, text.as_deref());
        match judge(hash(link.seal.personal_digest.as_ref()), salt.as_deref(), &data) {
            Personal::Right => {}
            Personal::Erased => counts.erased += 1,
            Personal::Wrong(why) => {
                tell(Fault::event(code, seq, format!("{why} (officer columns, or dossier_event_notes)")));
            }
        }
    }
    Salt::of(salt)
}

/// Why something did not open, unless it could not, for no keys were given.
fn unopened(keys: Option<&DataKeys>, why: NotOpened, counts: &mut Counts) -> Option<NotOpened> {
    counts.unopened += u64::from(keys.is_none());
    keys.map(|_| why)
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
fn end(
    whole: &Whole,
    (last, salt): (i32, &Salt),
    (keys, counts): (Option<&DataKeys>, &mut Counts),
    tell: Tell<'_>,
) {
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
    let salt = match salt {
        Salt::Absent => Some(None),
        Salt::Known(salt) => Some(Some(salt.as_slice())),
        Salt::Sealed => None,
    };
    let holds = salt.map(|salt| judge(holder, salt, &canonical::holder(dossier)));
    if let Some(Personal::Wrong(why)) = holds {
        tell(Fault::dossier(code, "dossiers", format!("{why} (holder_officer)")));
    }
    let opened = whole.person.clone().map(|row| sealed::open_person(keys, row)).transpose();
    match opened {
        Ok(found) => {
            if let Some(why) = person_is_wrong((&dossier.applicant_name_masked, person), found.as_ref()) {
                tell(Fault::dossier(code, "dossier_persons", why));
            }
        }
        Err(why) => {
            if let Some(why) = unopened(keys, why, counts) {
                tell(Fault::dossier(code, "dossier_persons", format!("does not open: {why}")));
            }
        }
    }
}

/// What is wrong with the personal data of the applicant.
fn person_is_wrong((masked, digest): (&str, Option<Hash>), found: Option<&Person>) -> Option<&'static str> {
    match (digest, found) {
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
