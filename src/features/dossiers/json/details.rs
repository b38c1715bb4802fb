//! What belongs to the kind of an event that is sent.

use super::receive::text;
use super::record::PostEvent;
use crate::domain::deadline::Extension;
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Rule, Violations};
use crate::domain::text::clean;
use crate::domain::vocabulary::EventKind;
use crate::features::dossiers::actions::{Correction, EventDetails, by_of, fields_of, kinds_of};
use crate::features::dossiers::queries::OfKind;

/// Whether a text says nothing.
pub(super) fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

impl PostEvent {
    /// What belongs to the kind; `None` when something is wrong with it.
    pub(super) fn details(&self, wrong: &mut Violations) -> Option<EventDetails> {
        match self.kind {
            kind if kind.is_own() => {
                wrong.add(
                    "/kind",
                    Rule::InvalidValue,
                    format!("must not be {kind}, which the service records"),
                );
                None
            }
            EventKind::Received => Some(EventDetails::Received { appointed_at: self.appointed_at }),
            EventKind::Refused => {
                Some(EventDetails::Refused { ground: text(wrong, "/ground", self.ground.as_deref(), 500) })
            }
            EventKind::Corrected => self.correction(wrong),
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

    fn items(&self, wrong: &mut Violations) -> Option<Vec<String>> {
        let items = self.items.as_ref()?;
        if !(1..=50).contains(&items.len()) {
            wrong.add("/items", Rule::InvalidValue, "must have 1 to 50 items");
        }
        let item = |(i, item): (usize, &String)| wrong.take(format!("/items/{i}"), clean(item, 500));
        Some(items.iter().enumerate().filter_map(item).collect())
    }

    fn supplement(&self, wrong: &mut Violations) -> EventDetails {
        let items = self.items(wrong);
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

    /// The fields given that only some kinds have.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            ("appointed_at", self.appointed_at.is_some()),
            ("to_agency", self.to_agency.is_some()),
            ("to_unit", self.to_unit.is_some()),
            ("to_officer", self.to_officer.is_some()),
            ("step_due_at", self.step_due_at.is_some()),
            ("result", self.result.is_some()),
            ("items", self.items.is_some()),
            ("answer_by", self.answer_by.is_some()),
            ("by", self.by.is_some()),
            ("new_due_on", self.new_due_on.is_some()),
            ("ground", self.ground.is_some()),
            ("reason", self.reason.is_some()),
            ("event", self.event.is_some()),
            ("happened_at", self.happened_at.is_some()),
            ("voided", self.voided.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| *given).map(|(field, _)| field)
    }

    /// A field of another kind is as unknown as one that no kind has. A correction may have those of the event that it is
    /// about, which only the action knows.
    pub(super) fn only_own_fields(&self, wrong: &mut Violations) {
        let own = fields_of(self.kind);
        let foreign = self.given().filter(|field| self.kind != EventKind::Corrected && !own.contains(field));
        for field in foreign {
            let kinds: Vec<&str> = kinds_of(field).iter().map(|kind| kind.as_str()).collect();
            let message = format!("belongs to {}, not to {}", kinds.join(", "), self.kind);
            wrong.add(format!("/{field}"), Rule::UnknownField, message);
        }
    }

    fn correction(&self, wrong: &mut Violations) -> Option<EventDetails> {
        let reason = self.required("/reason", self.reason.as_deref(), wrong);
        if self.event.is_none() {
            wrong.add("/event", Rule::MissingField, "is required for corrected");
        }
        let own = fields_of(EventKind::Corrected);
        let given: Vec<&'static str> = self.given().filter(|field| !own.contains(field)).collect();
        let changes = !given.is_empty()
            || self.happened_at.is_some()
            || self.voided.is_some()
            || !blank(self.public_note.as_deref());
        if !changes {
            let message = "is required unless voided, public_note or a field of the event is given";
            wrong.add("/happened_at", Rule::MissingField, message);
        }
        if self.by.is_some() && self.new_due_on.is_some() {
            wrong.add("/new_due_on", Rule::InvalidValue, "must be null when by is given");
        }
        let limit = self.by.and_then(|by| wrong.take("/by/amount", by.limit()));
        let (by_unit, by_hundredths) = limit.map_or((None, None), by_of);
        let values = OfKind {
            to_unit: text(wrong, "/to_unit", self.to_unit.as_deref(), 200),
            to_officer: text(wrong, "/to_officer", self.to_officer.as_deref(), 200),
            step_due_at: self.step_due_at.map(Instant::utc),
            outcome: self.result.map(|result| result.outcome),
            ground: text(wrong, "/ground", self.ground.as_deref(), 500),
            items: self.items(wrong),
            // Whether it is before the day of the request is judged where that is known.
            answer_by: self.answer_by.map(Day::date),
            by_unit,
            by_hundredths,
            new_due_on: self.new_due_on.map(Day::date),
            appointed_at: self.appointed_at.map(Instant::utc),
            ..OfKind::default()
        };
        let (event, to_agency) = (self.event?, self.to_agency.clone());
        let (happened_at, voided, reason) = (self.happened_at, self.voided, reason?);
        let correction = Correction { event, reason, happened_at, voided, to_agency, given, values };
        Some(EventDetails::Corrected(Box::new(correction)))
    }
}
