//! An event as it is sent to be recorded, and the checks that need no database.

use super::event::ResultBody;
use super::receive::{OfficerBody, text};
use crate::domain::ids::AgencyCode;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::dossiers::actions::{EventDetails, EventInput};
use crate::http::input::optional_object;
use serde::Deserialize;
use utoipa::ToSchema;

/// An event to record. Fields of another kind must be absent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEvent {
    /// What happened; `received` comes with the dossier, `calendar_changed` with a change of a calendar: neither can be sent here.
    #[schema(example = "forwarded")]
    pub kind: EventKind,
    /// When it happened; at most 5 minutes ahead of now.
    pub occurred_at: Instant,
    /// Code of the agency that acted; the holder when absent.
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
}

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
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
        if self.origin == Some(Origin::National) {
            wrong.add(
                "/origin",
                Rule::InvalidValue,
                "must be live or import; national comes with the national format",
            );
        }
        let note = text(&mut wrong, "/note", self.note.as_deref(), 2_000);
        let public_note = text(&mut wrong, "/public_note", self.public_note.as_deref(), 500);
        let to_unit = text(&mut wrong, "/to_unit", self.to_unit.as_deref(), 200);
        let to_officer = text(&mut wrong, "/to_officer", self.to_officer.as_deref(), 200);
        let officer = self.officer.clone().map(|officer| officer.check("/officer", &mut wrong));
        let details = self.details(to_unit, to_officer, &mut wrong);
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
            details,
        })
    }

    /// What belongs to the kind; `None` when something is wrong with it.
    fn details(
        &self,
        to_unit: Option<String>,
        to_officer: Option<String>,
        wrong: &mut Violations,
    ) -> Option<EventDetails> {
        match (self.kind, self.result) {
            (EventKind::Received, _) => {
                wrong.add("/kind", Rule::InvalidValue, "must not be received, which comes with the dossier");
                None
            }
            (EventKind::CalendarChanged, _) => {
                let message = "must not be calendar_changed, which comes with a change of a calendar";
                wrong.add("/kind", Rule::InvalidValue, message);
                None
            }
            (EventKind::Forwarded, _) => {
                if self.to_agency.is_none() && to_unit.is_none() && to_officer.is_none() {
                    let message = "is required unless to_unit or to_officer is given";
                    wrong.add("/to_agency", Rule::MissingField, message);
                }
                let (to_agency, step_due_at) = (self.to_agency.clone(), self.step_due_at);
                Some(EventDetails::Forwarded { to_agency, to_unit, to_officer, step_due_at })
            }
            (EventKind::Noted, _) => Some(EventDetails::Noted),
            (EventKind::Returned, _) => Some(EventDetails::Returned),
            (EventKind::Completed, Some(result)) => Some(EventDetails::Completed { outcome: result.outcome }),
            (EventKind::Completed, None) => {
                wrong.add("/result", Rule::MissingField, "is required for completed");
                None
            }
        }
    }

    /// A field of another kind is as unknown as one that no kind has.
    fn only_own_fields(&self, wrong: &mut Violations) {
        let fields = [
            ("/to_agency", self.to_agency.is_some(), EventKind::Forwarded),
            ("/to_unit", self.to_unit.is_some(), EventKind::Forwarded),
            ("/to_officer", self.to_officer.is_some(), EventKind::Forwarded),
            ("/step_due_at", self.step_due_at.is_some(), EventKind::Forwarded),
            ("/result", self.result.is_some(), EventKind::Completed),
        ];
        for (pointer, given, kind) in fields {
            if given && kind != self.kind {
                wrong.add(pointer, Rule::UnknownField, format!("belongs to {kind}, not to {}", self.kind));
            }
        }
    }
}
