//! An event as it is sent to be recorded, and the checks that need no database.

use super::event::ResultBody;
use super::receive::{OfficerBody, text};
use crate::domain::deadline::Extension;
use crate::domain::ids::AgencyCode;
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::time_limit::Span;
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::dossiers::actions::{EventDetails, EventInput};
use crate::http::input::optional_object;
use serde::Deserialize;
use utoipa::ToSchema;

/// An event to record. Fields of another kind must be absent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEvent {
    /// What happened. `received` comes with the dossier, `calendar_changed` with a calendar: these cannot be sent.
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
    /// `suspended`, `terminated`, `reopened`: why, at most 500 characters. `extended`: a ground that the procedure's limit knows.
    #[serde(default)]
    #[schema(max_length = 500, example = json!(null))]
    pub ground: Option<String>,
    /// `apologised`: why it takes longer, at most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500, example = json!(null))]
    pub reason: Option<String>,
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
            details,
        })
    }

    /// What belongs to the kind; `None` when something is wrong with it.
    fn details(&self, wrong: &mut Violations) -> Option<EventDetails> {
        match self.kind {
            kind if kind.is_own() => {
                wrong.add(
                    "/kind",
                    Rule::InvalidValue,
                    format!("must not be {kind}, which the service records"),
                );
                None
            }
            EventKind::Forwarded => Some(self.forwarded(wrong)),
            EventKind::SupplementRequested => Some(self.supplement(wrong)),
            EventKind::Extended => self.extended(wrong),
            EventKind::Apologised => {
                let reason = self.required("/reason", self.reason.as_deref(), wrong);
                let new_due_on = self.new_due_on.map(Day::date);
                if new_due_on.is_none() {
                    wrong.add("/new_due_on", Rule::MissingField, "is required for apologised");
                } else if new_due_on < Some(self.occurred_at.local_date()) {
                    wrong.add("/new_due_on", Rule::InvalidValue, "must not be before the day of the apology");
                }
                Some(EventDetails::Apologised { reason: reason?, new_due_on: new_due_on? })
            }
            EventKind::Suspended => {
                let ground = self.required("/ground", self.ground.as_deref(), wrong)?;
                Some(EventDetails::Suspended { ground })
            }
            EventKind::Terminated => {
                let ground = self.required("/ground", self.ground.as_deref(), wrong)?;
                Some(EventDetails::Terminated { ground })
            }
            EventKind::Reopened => {
                let ground = self.required("/ground", self.ground.as_deref(), wrong)?;
                Some(EventDetails::Reopened { ground })
            }
            EventKind::Completed => {
                if self.result.is_none() {
                    wrong.add("/result", Rule::MissingField, "is required for completed");
                }
                Some(EventDetails::Completed { outcome: self.result?.outcome })
            }
            plain => Some(EventDetails::Plain(plain)),
        }
    }

    /// A text that the kind must have.
    fn required(&self, pointer: &str, value: Option<&str>, wrong: &mut Violations) -> Option<String> {
        let found = text(wrong, pointer, value, 500);
        if blank(value) {
            wrong.add(pointer, Rule::MissingField, format!("is required for {}", self.kind));
        }
        found
    }

    fn forwarded(&self, wrong: &mut Violations) -> EventDetails {
        let to_unit = text(wrong, "/to_unit", self.to_unit.as_deref(), 200);
        let to_officer = text(wrong, "/to_officer", self.to_officer.as_deref(), 200);
        if self.to_agency.is_none() && to_unit.is_none() && to_officer.is_none() {
            let message = "is required unless to_unit or to_officer is given";
            wrong.add("/to_agency", Rule::MissingField, message);
        }
        let (to_agency, step_due_at) = (self.to_agency.clone(), self.step_due_at);
        EventDetails::Forwarded { to_agency, to_unit, to_officer, step_due_at }
    }

    fn supplement(&self, wrong: &mut Violations) -> EventDetails {
        let items = self.items.as_ref().map(|items| {
            if !(1..=50).contains(&items.len()) {
                wrong.add("/items", Rule::InvalidValue, "must have 1 to 50 items");
            }
            let item = |(i, item): (usize, &String)| wrong.take(format!("/items/{i}"), clean(item, 500));
            items.iter().enumerate().filter_map(item).collect()
        });
        let answer_by = self.answer_by.map(Day::date);
        if answer_by.is_some_and(|day| day < self.occurred_at.local_date()) {
            wrong.add("/answer_by", Rule::InvalidValue, "must not be before the day of the request");
        }
        EventDetails::SupplementRequested { items, answer_by }
    }

    fn extended(&self, wrong: &mut Violations) -> Option<EventDetails> {
        let ground = self.required("/ground", self.ground.as_deref(), wrong);
        let by = match (self.by, self.new_due_on) {
            (Some(by), None) => wrong.take("/by/amount", by.limit()).map(Extension::By),
            (None, Some(day)) => Some(Extension::To(day.date())),
            (None, None) => {
                wrong.add("/by", Rule::MissingField, "is required for extended unless new_due_on is given");
                None
            }
            (Some(_), Some(_)) => {
                wrong.add("/new_due_on", Rule::InvalidValue, "must be null when by is given");
                None
            }
        };
        Some(EventDetails::Extended { by: by?, ground: ground? })
    }

    /// A field of another kind is as unknown as one that no kind has.
    fn only_own_fields(&self, wrong: &mut Violations) {
        use EventKind as K;
        let fields: [(&str, bool, &[K]); 11] = [
            ("/to_agency", self.to_agency.is_some(), &[K::Forwarded]),
            ("/to_unit", self.to_unit.is_some(), &[K::Forwarded]),
            ("/to_officer", self.to_officer.is_some(), &[K::Forwarded]),
            ("/step_due_at", self.step_due_at.is_some(), &[K::Forwarded]),
            ("/result", self.result.is_some(), &[K::Completed]),
            ("/items", self.items.is_some(), &[K::SupplementRequested]),
            ("/answer_by", self.answer_by.is_some(), &[K::SupplementRequested]),
            ("/by", self.by.is_some(), &[K::Extended]),
            ("/new_due_on", self.new_due_on.is_some(), &[K::Extended, K::Apologised]),
            ("/ground", self.ground.is_some(), &[K::Suspended, K::Extended, K::Terminated, K::Reopened]),
            ("/reason", self.reason.is_some(), &[K::Apologised]),
        ];
        for (pointer, given, kinds) in fields {
            if given && !kinds.contains(&self.kind) {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
                let message = format!("belongs to {}, not to {}", kinds.join(", "), self.kind);
                wrong.add(pointer, Rule::UnknownField, message);
            }
        }
    }
}
