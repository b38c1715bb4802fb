//! An event as it is sent to be recorded, and the checks that need no database.

use super::details::blank;
use super::event::ResultBody;
use super::receive::{OfficerBody, not_national, text};
use crate::domain::ids::AgencyCode;
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::time_limit::Span;
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::dossiers::actions::EventInput;
use crate::http::input::optional_object;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event to record. Fields of another kind must be absent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEvent {
    /// What happened. `registered` comes with the dossier, `calendar_changed` with a calendar: these cannot be sent.
    #[schema(example = "forwarded")]
    pub kind: EventKind,
    /// When it happened; at most 5 minutes ahead of now.
    pub occurred_at: Instant,
    /// Code of the agency that acted; the holder at that time when absent.
    #[serde(default)]
    #[schema(value_type = Option<AgencyCode>, example = json!(null))]
    pub agency: Option<String>,
    /// Who acted.
    #[serde(default, deserialize_with = "optional_object")]
    pub officer: Option<OfficerBody>,
    /// Private note, at most 2,000 characters; kept as personal data and never shown.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub note: Option<String>,
    /// Note for the public timeline, at most 500 characters; must hold no personal data.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub public_note: Option<String>,
    /// `import` for events replayed from other software; `live` when absent.
    #[serde(default)]
    #[schema(example = "live")]
    pub origin: Option<Origin>,
    /// When the other software recorded it; only when replayed.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub source_recorded_at: Option<Instant>,
    /// `forwarded`: code of the agency it goes to; the present holder's when absent.
    #[serde(default)]
    #[schema(value_type = Option<AgencyCode>, example = "H51.29.18")]
    pub to_agency: Option<String>,
    /// `forwarded`: unit it goes to.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub to_unit: Option<String>,
    /// `forwarded`: officer it goes to.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub to_officer: Option<String>,
    /// `forwarded`: when the step is due.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub step_due_at: Option<Instant>,
    /// `completed`: how it was decided.
    #[serde(default, deserialize_with = "optional_object")]
    #[schema(example = json!(null))]
    pub result: Option<ResultBody>,
    /// `supplement_requested`: what is to be supplemented, at most 50 items of at most 500 characters; must hold no
    /// personal data.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(null))]
    pub items: Option<Vec<String>>,
    /// `supplement_requested`: day through which the applicant may answer.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub answer_by: Option<Day>,
    /// `extended`: by how much, unless `new_due_on` says to which day.
    #[serde(default, deserialize_with = "optional_object")]
    #[schema(example = json!(null))]
    pub by: Option<Span>,
    /// `extended`: the day to which, unless `by` says by how much. `apologised`: the day on which the result is to be had.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub new_due_on: Option<Day>,
    /// `suspended`, `terminated`, `reopened`: why, at most 500 characters, as for `refused`, which may go without. `extended`: a
    /// ground that the procedure's limit knows.
    #[serde(default)]
    #[schema(max_length = 500, example = json!(null))]
    pub ground: Option<String>,
    /// `apologised`: why it takes longer; `corrected`: why the record is wrong. At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500, example = json!(null))]
    pub reason: Option<String>,
    /// `received`, of a dossier that was registered: return date that the slip promises.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub appointed_at: Option<Instant>,
    /// `corrected`: id of the event to correct, one of the dossier. The fields of that event's kind, and `public_note`, may
    /// be given beside it: they replace what the event has.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub event: Option<Uuid>,
    /// `corrected`: when the event really happened.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub happened_at: Option<Instant>,
    /// `corrected`: true when the event did not happen, false when it did after all.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub voided: Option<bool>,
}

impl PostEvent {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<EventInput, Refusal> {
        let mut wrong = Violations::default();
        self.only_own_fields(&mut wrong);
        if let Some(agency) = &self.agency {
            wrong.take("/agency", AgencyCode::parse(agency));
        }
        if let Some(agency) = &self.to_agency {
            wrong.take("/to_agency", AgencyCode::parse(agency));
        }
        not_national(self.origin, &mut wrong);
        let note = text(&mut wrong, "/note", self.note.as_deref(), 2_000);
        let public_note = text(&mut wrong, "/public_note", self.public_note.as_deref(), 500);
        let officer = self.officer.clone().map(|officer| officer.check("/officer", &mut wrong));
        let details = self.details(&mut wrong);
        if self.kind == EventKind::Noted && blank(self.note.as_deref()) && blank(self.public_note.as_deref())
        {
            wrong.add("/note", Rule::MissingField, "is required for noted unless public_note is given");
        }
        let Some(details) = details else {
            return Err(Refusal::Invalid(wrong));
        };
        wrong.check()?;
        Ok(EventInput {
            occurred_at: self.occurred_at,
            agency: self.agency,
            officer,
            note,
            public_note,
            origin: self.origin.unwrap_or(Origin::Live),
            source_recorded_at: self.source_recorded_at,
            reference: None,
            details,
        })
    }
}
