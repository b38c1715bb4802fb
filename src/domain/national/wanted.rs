//! Which events are missing for a dossier to stand as it was sent.
//!
//! A snapshot says where a dossier stands and when it came to some of it; what leads there is the shortest way that the lifecycle allows from
//! where it stands. What was recorded stays: a snapshot that says another time of it changes nothing. Repeated, it finds nothing missing.
//!
//! What the format has no time for, a stop or its end, happened when it was sent, or with what comes after it.

use super::history::{Happened, History, after, way};
use super::progress::Step;
use super::snapshot::Snapshot;
use super::supplements::supplements;
use crate::domain::lifecycle::Position;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::vocabulary::{EventKind, Outcome, Status};

/// An event that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Instant,
    /// The key that says so.
    pub key: &'static str,
    /// What it is called, so that it is recorded once.
    pub reference: String,
    /// Who did it.
    pub officer: Option<String>,
    /// Their title.
    pub title: Option<String>,
    /// What else was said of it; personal data.
    pub note: Option<String>,
    /// `received`, `supplement_received`: what the slip promises.
    pub appointed_at: Option<Instant>,
    /// `forwarded`: to whom.
    pub unit: Option<String>,
    /// `forwarded`: when the step is due.
    pub due_at: Option<Instant>,
    /// `completed`: how.
    pub outcome: Outcome,
}

/// With which event a dossier begins, and what is missing after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// When it was received; `None`: it was only submitted.
    pub received_at: Option<Instant>,
    /// When it was received, or else submitted.
    pub filed_at: Instant,
    /// The key that says so.
    pub key: &'static str,
}

/// With which event an unknown dossier begins.
pub fn beginning(sent: &Snapshot) -> Result<Beginning, Refusal> {
    let waits = match sent.status {
        Status::Registered | Status::Refused => true,
        Status::Withdrawn | Status::SupplementRequested => sent.received_at.is_none(),
        _ => false,
    };
    // Supplements were asked for before the receipt: then it was registered first.
    let earlier = sent.received_at.is_some_and(|at| sent.supplements.iter().any(|it| it.requested_at < at));
    let (at, key) = if waits || (earlier && sent.submitted_at.is_some()) {
        let submitted = sent.submitted_at.map(|at| (at, "NgayNopHoSo"));
        let submitted = submitted.or(sent.received_at.map(|at| (at, "NgayTiepNhan")));
        let refused = sent.refused_at.filter(|_| sent.status == Status::Refused);
        (submitted.or(refused.map(|at| (at, "NgayTuChoi"))), "NgayNopHoSo")
    } else {
        let received_at = sent.received_at.ok_or_else(|| missing("NgayTiepNhan"))?;
        return Ok(Beginning { received_at: Some(received_at), filed_at: received_at, key: "NgayTiepNhan" });
    };
    let (filed_at, key) = at.ok_or_else(|| missing(key))?;
    Ok(Beginning { received_at: None, filed_at, key })
}

fn missing(key: &str) -> Refusal {
    Refusal::invalid(format!("/{key}"), Rule::MissingField, "is required for this TrangThaiHoSo")
}

impl Beginning {
    /// The history of the dossier that begins so.
    pub fn history(&self, holder: String) -> History {
        let kind = if self.received_at.is_some() { EventKind::Received } else { EventKind::Registered };
        let first = Happened { kind, at: self.filed_at, reference: None };
        History { happened: vec![first], recorded: vec![(kind, None)], holder }
    }
}

/// The events that are missing for a dossier to stand as a snapshot says. `handled_by` is the code of the agency that `DonViXuLy` names, if
/// it names one.
pub fn events(
    history: &History,
    sent: &Snapshot,
    handled_by: Option<&str>,
    now: Instant,
) -> Result<Vec<Wanted>, Refusal> {
    let mut wanted = supplements(history, &sent.supplements);
    wanted.extend(receipt(history, sent));
    wanted.sort_by_key(|event| event.at);
    let position = merged(history, &wanted).ok_or(Refusal::NotFound)?;
    let kinds = way(position, sent.status).ok_or(Refusal::StatusBackwards {
        from: position.status,
        to: sent.status,
        key: "TrangThaiHoSo",
    })?;
    let mut steps: Vec<_> = kinds.into_iter().map(|kind| (kind, time_of(kind, sent))).collect();
    if steps.iter().any(|(kind, _)| *kind == EventKind::Received) {
        return Err(missing("NgayTiepNhan"));
    }
    // Only an agency is told from another: units have many names.
    let is_moved = handled_by.is_some_and(|agency| agency != history.holder);
    if steps.is_empty() && sent.status == Status::Processing && is_moved {
        steps.push((EventKind::Forwarded, (None, "DonViXuLy")));
    }
    let mut latest = wanted.iter().map(|event| event.at).max().max(history.last()).unwrap_or(now);
    for (index, &(kind, (own, key))) in steps.iter().enumerate() {
        let at = match own.or(steps[index..].iter().find_map(|(_, (at, _))| *at)) {
            Some(at) => at,
            // Handing on moves no date: it is put where it is in the way of nothing.
            None if kind == EventKind::Forwarded => latest,
            None => latest.max(now),
        };
        latest = latest.max(at);
        let ordinal = history.count(kind) + 1;
        wanted.push(Wanted {
            note: sent.note.clone().filter(|_| index + 1 == steps.len()),
            unit: sent.handled_by.clone().filter(|_| kind == EventKind::Forwarded),
            outcome: if sent.refused_at.is_some() { Outcome::Rejected } else { Outcome::Granted },
            ..Wanted::new(kind, at, key).called(format!("national:{kind}:{ordinal}"))
        });
    }
    Ok(wanted)
}

impl Wanted {
    pub(super) fn new(kind: EventKind, at: Instant, key: &'static str) -> Self {
        Self {
            kind,
            at,
            key,
            reference: String::new(),
            officer: None,
            title: None,
            note: None,
            appointed_at: None,
            unit: None,
            due_at: None,
            outcome: Outcome::Granted,
        }
    }

    pub(super) fn called(self, reference: String) -> Self {
        Self { reference, ..self }
    }
}

/// Where the dossier stands with what is wanted in its place.
fn merged(history: &History, wanted: &[Wanted]) -> Option<Position> {
    let happened = history.happened.iter().map(|event| (event.at, event.kind));
    let mut all: Vec<_> = happened.chain(wanted.iter().map(|event| (event.at, event.kind))).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().fold(None, |at, (_, kind)| after(at, kind))
}

/// When the payload says that a kind of event happened, and in which key.
fn time_of(kind: EventKind, sent: &Snapshot) -> (Option<Instant>, &'static str) {
    match kind {
        EventKind::Received => (sent.received_at, "NgayTiepNhan"),
        EventKind::Refused => (sent.refused_at, "NgayTuChoi"),
        EventKind::Completed | EventKind::Withdrawn | EventKind::Terminated => {
            (sent.ended_at.or(sent.returned_at), "NgayKetThucXuLy")
        }
        EventKind::Returned => (sent.returned_at, "NgayTra"),
        _ => (None, "TrangThaiHoSo"),
    }
}

/// The receipt of a dossier that was registered.
fn receipt(history: &History, sent: &Snapshot) -> Option<Wanted> {
    let waits = history.position(None).is_some_and(|at| !at.received);
    let was = !matches!(sent.status, Status::Registered | Status::Refused);
    let at = sent.received_at.filter(|_| waits && was)?;
    let ordinal = history.count(EventKind::Received) + 1;
    let appointed_at = sent.appointed_first();
    let wanted = Wanted::new(EventKind::Received, at, "NgayTiepNhan");
    Some(Wanted { appointed_at, ..wanted }.called(format!("national:received:{ordinal}")))
}

/// The events that are missing for a step to have been done. Its status is told from where the dossier stood at its time, so that steps may be
/// sent after what came later.
pub fn of_step(history: &History, sent: &Step) -> Result<Vec<Wanted>, Refusal> {
    let reference = sent.reference();
    if history.knows(&reference) {
        return Ok(vec![]);
    }
    let begun = history.happened.first().map(|event| event.at.max(sent.at));
    let position = history.position(begun).ok_or(Refusal::NotFound)?;
    // The format has one number for both; a step says no end.
    let is_end = position.status == Status::Terminated && sent.status == Status::Suspended;
    let to = if is_end { Status::Terminated } else { sent.status };
    let backwards = Refusal::StatusBackwards { from: position.status, to, key: "TrangThai" };
    let mut kinds = way(position, to).ok_or(backwards)?;
    if kinds.is_empty() {
        let is_handing_on = to == Status::Processing && (sent.unit.is_some() || sent.officer.is_some());
        let says = sent.what.is_some() || sent.officer.is_some();
        kinds.extend(is_handing_on.then_some(EventKind::Forwarded));
        kinds.extend((!is_handing_on && says).then_some(EventKind::Noted));
    }
    let count = kinds.len();
    let name = |index: usize| {
        if index + 1 == count { reference.clone() } else { format!("{reference}:{index}") }
    };
    let events = kinds.into_iter().enumerate().map(|(index, kind)| {
        let is_last = index + 1 == count;
        let hands_on = kind == EventKind::Forwarded;
        Wanted {
            // Whom it is handed to holds it; of what else was done, they are who did it.
            officer: sent.officer.clone().filter(|_| is_last),
            title: sent.title.clone().filter(|_| is_last),
            note: sent.what.clone().filter(|_| is_last),
            unit: sent.unit.clone().filter(|_| is_last),
            due_at: sent.due_at.filter(|_| hands_on),
            ..Wanted::new(kind, sent.at, "ThoiDiemXuLy").called(name(index))
        }
    });
    Ok(events.collect())
}
