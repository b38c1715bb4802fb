//! What the hash chain covers of a dossier, column by column (`domain/canonical`, `domain/hash_chain`; docs/tamper-evidence.md).
//!
//! A new column of `dossier_events` or `dossiers` is one line in a table below; a test fails while it has none. It must be null, or
//! left out by `then_some`, in the rows that are there already, so that their hashes stay what they are.

use super::queries::{DossierRow, EventRow};
use super::sealed::Person;
use crate::domain::canonical::Canonical;
use crate::domain::hash_chain::{FORMAT, Hash, personal_digest, text_hash};
use crate::domain::vocabulary::{Outcome, Status, Unit};

/// Defines the values of a row under the names of their columns, and the list of these names.
macro_rules! covered {
    ($(#[$meta:meta])* $names:ident, $of:ident($row:ident: &$type:ty) { $($column:literal = $value:expr,)+ }) => {
        $(#[$meta])*
        pub const $names: &[&str] = &[$($column),+];

        fn $of($row: &$type) -> Canonical {
            Canonical::default()$(.with($column, $value))+
        }
    };
}

covered! {
    /// Columns of `dossier_events` that are covered in clear.
    EVENT, event_fields(row: &EventRow) {
        "id" = row.id,
        "dossier_id" = row.dossier_id,
        "seq" = row.seq,
        "kind" = row.kind.as_str(),
        "occurred_at" = row.occurred_at,
        "recorded_at" = row.recorded_at,
        "origin" = row.origin.as_str(),
        "source_recorded_at" = row.source_recorded_at,
        "backdated" = row.backdated,
        "status_before" = row.status_before.map(Status::as_str),
        "status_after" = row.status_after.as_str(),
        "due_on_before" = row.due_on_before,
        "due_on_after" = row.due_on_after,
        "agency_id" = row.agency_id,
        "to_agency_id" = row.to_agency_id,
        "public_note" = row.public_note.as_deref(),
        "key_id" = row.key_id.as_deref(),
        "reference" = row.reference.as_deref(),
        "to_unit" = row.of_kind.to_unit.as_deref(),
        "step_due_at" = row.of_kind.step_due_at,
        "outcome" = row.of_kind.outcome.map(Outcome::as_str),
        "ground" = row.of_kind.ground.as_deref(),
        "items" = row.of_kind.items.as_ref(),
        "answer_by" = row.of_kind.answer_by,
        "by_unit" = row.of_kind.by_unit.map(Unit::as_str),
        "by_hundredths" = row.of_kind.by_hundredths,
        "new_due_on" = row.of_kind.new_due_on,
        "appointed_at" = row.of_kind.appointed_at,
        "reason" = row.of_kind.reason.as_deref(),
        "corrects" = row.of_kind.corrects,
        "happened_at" = row.of_kind.happened_at,
        "voids" = row.of_kind.voids,
    }
}

covered! {
    /// Columns of `dossier_events` that name persons, covered by `personal_digest`. The private note goes with them.
    EVENT_PERSONAL, event_personal(row: &EventRow) {
        "officer" = row.officer.as_deref(),
        "officer_title" = row.officer_title.as_deref(),
        "officer_unit" = row.officer_unit.as_deref(),
        "to_officer" = row.of_kind.to_officer.as_deref(),
    }
}

covered! {
    /// Columns of `dossiers` that each event covers by `state_digest`. The digests of personal data go with them.
    STATE, state_fields(row: &DossierRow) {
        "id" = row.id,
        "procedure_version_id" = row.procedure_version_id,
        "case_code" = row.case_code.as_deref(),
        "channel" = row.channel.as_str(),
        "receiving_agency_id" = row.receiving_agency_id,
        "competent_agency_id" = row.competent_agency_id,
        "applicant_kind" = row.applicant_kind.as_str(),
        "status" = row.status.as_str(),
        "clock" = row.clock.as_str(),
        "submitted_at" = row.submitted_at,
        "received_at" = row.received_at,
        "ended_at" = row.ended_at,
        "returned_at" = row.returned_at,
        "closed_recorded_at" = row.closed_recorded_at,
        "appointed_at" = row.appointed_at,
        "reappointed_on" = row.reappointed_on,
        "apologies" = row.apologies,
        "apology_late" = row.apology_late,
        "limit_unit" = row.limit_unit.as_str(),
        "limit_amount_hundredths" = row.limit_amount_hundredths,
        "due_on" = row.due_on,
        "due_at" = row.due_at,
        "overdue_from" = row.overdue_from,
        "calendar_missing" = row.calendar_missing,
        "holder_agency_id" = row.holder_agency_id,
        "holder_unit" = row.holder_unit.as_deref(),
        "holder_since" = row.holder_since,
        "step_due_at" = row.step_due_at,
        "last_event_at" = row.last_event_at,
        "last_recorded_at" = row.last_recorded_at,
        "version" = row.version,
        "clock_started_at" = row.clock_started_at,
        "stopped_at" = row.stopped_at,
        "judged_at" = row.judged_at,
        "restarted_on" = row.restarted_on,
        "resumes_to" = row.resumes_to.map(Status::as_str),
        "policy" = row.policy.as_ref(),
        "last_step_at" = row.last_step_at,
        "filed_at" = row.filed_at,
        "unanswered_from" = row.unanswered_from,
        "interruptions" = row.interruptions.as_ref(),
        "index_overdue_from" = row.index_overdue_from,
    }
}

covered! {
    /// Columns of `dossier_persons` that `person_digest` covers, or what is sealed of them, with `applicant_name_masked` of `dossiers`.
    PERSON, person_fields(row: &Person) {
        "name" = row.name.as_str(),
        "id_number" = row.id_number.as_deref(),
        "phone" = row.phone.as_deref(),
        "email" = row.email.as_deref(),
        "address" = row.address.as_deref(),
        "summary" = row.summary.as_deref(),
    }
}

/// Columns that nothing above covers, each with the reason.
pub const NOT_COVERED: &[(&str, &str)] = &[
    ("dossiers.code", "given by the statement that stores the first event; covered by the leaves of the log"),
    ("dossiers.head_hash", "is the hash of the latest event, and compared with it"),
    ("dossiers.person_digest", "covered by name, beside the columns of the state"),
    ("dossiers.holder_digest", "covered by name, beside the columns of the state"),
    ("dossiers.applicant_name_masked", "personal: covered by person_digest"),
    ("dossiers.holder_officer", "personal: covered by holder_digest"),
    ("dossier_events.hash", "is the hash itself"),
    ("dossier_events.state_digest", "covered by name, beside the columns of the event"),
    ("dossier_events.personal_digest", "covered by name, beside the columns of the event"),
    ("dossier_events.salt", "is erased with the personal data"),
    ("dossier_event_notes.event_id", "says which event's personal digest covers the note"),
    ("dossier_event_notes.note", "personal: covered by personal_digest of the event"),
    ("dossier_event_notes.key_id", "covered by what it opens"),
    ("dossier_event_notes.nonce", "covered by what it opens"),
    ("dossier_event_notes.ciphertext", "covered by what it opens: the note"),
    ("dossier_persons.dossier_id", "says which dossier's person_digest covers the row"),
    ("dossier_persons.key_id", "covered by what it opens"),
    ("dossier_persons.nonce", "covered by what it opens"),
    ("dossier_persons.ciphertext", "covered by what it opens: the columns of the person"),
    ("dossier_persons.salt", "is erased with the personal data"),
];

/// The canonical text of an event, which its hash covers.
pub fn event(row: &EventRow, state: Hash, personal: Option<Hash>) -> String {
    let text = event_fields(row).with("v", FORMAT).with("state_digest", state.to_string());
    text.with("personal_digest", personal.map(|digest| digest.to_string())).text()
}

/// The personal data of an event: empty when there is none.
pub fn personal(row: &EventRow, note: Option<&str>) -> Canonical {
    event_personal(row).with("note", note)
}

/// The digest of the state that an event leaves behind.
pub fn state(row: &DossierRow, person: Option<Hash>, holder: Option<Hash>) -> Hash {
    let state = state_fields(row).with("v", FORMAT);
    let state = state.with("person_digest", person.map(|digest| digest.to_string()));
    text_hash(&state.with("holder_digest", holder.map(|digest| digest.to_string())).text())
}

/// The digest of the personal data of the applicant; `None` without a salt.
pub fn person(row: &Person, name_masked: &str) -> Option<Hash> {
    let canonical = person_fields(row).with("applicant_name_masked", name_masked);
    row.salt.as_deref().map(|salt| personal_digest(salt, &canonical.text()))
}

/// The officer who holds a dossier: empty when there is none.
pub fn holder(row: &DossierRow) -> Canonical {
    Canonical::default().with("holder_officer", row.holder_officer.as_deref())
}
