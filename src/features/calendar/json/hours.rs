//! Office hours as they are shown and sent.

use super::super::actions::Wanted;
use super::{code, inherited_from};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::{BadHours, Calendars, HoursPeriod, OfficeHours, Owner, Week};
use crate::domain::local_time::{Day, TimeOfDay};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::http::input::objects;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many weeks a calendar has at most.
const MOST_WEEKS: usize = 100;

/// How many sessions a day has at most.
const MOST_SESSIONS: usize = 10;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A calendar as it is in force for an agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calendar)]
pub struct CalendarBody {
    /// Main code of the agency; null for the country.
    #[schema(example = "H51.29.05")]
    pub agency: Option<String>,
    /// Raised by every change of its hours or of one of its years; the `ETag`. 0 while it has nothing of its own.
    pub version: i32,
    /// Whose hours these are when the agency has none of its own: a code, or `national`.
    #[schema(example = "national")]
    pub inherited_from: Option<String>,
    /// Weeks in order of time.
    pub hours: Vec<WeekBody>,
    /// Years that are loaded.
    #[schema(example = json!([2021, 2022]))]
    pub years: Vec<i32>,
}

/// Office hours of a week, from a day on until the next week of the list. The first also holds before. A day without
/// sessions is a rest day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Week)]
pub struct WeekBody {
    /// First local day.
    #[schema(example = "2022-01-01")]
    pub valid_from: NaiveDate,
    /// Monday.
    pub monday: Vec<Session>,
    /// Tuesday.
    pub tuesday: Vec<Session>,
    /// Wednesday.
    pub wednesday: Vec<Session>,
    /// Thursday.
    pub thursday: Vec<Session>,
    /// Friday.
    pub friday: Vec<Session>,
    /// Saturday.
    pub saturday: Vec<Session>,
    /// Sunday.
    pub sunday: Vec<Session>,
}

/// A time in which the office is open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Session {
    /// Local time at which it opens.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    pub from: TimeOfDay,
    /// Local time at which it closes.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "11:30")]
    pub to: TimeOfDay,
}

/// Office hours as they are written.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutCalendar {
    /// Weeks in order of time; an empty list: the inherited ones.
    #[serde(deserialize_with = "objects")]
    #[schema(max_items = 100)]
    pub hours: Vec<WeekSent>,
}

/// Office hours of a week as they are written. A day that is left out is a rest day; one at least is none.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeekSent {
    /// First local day, after that of the week before.
    pub valid_from: Day,
    /// Monday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub monday: Vec<SessionSent>,
    /// Tuesday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub tuesday: Vec<SessionSent>,
    /// Wednesday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub wednesday: Vec<SessionSent>,
    /// Thursday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub thursday: Vec<SessionSent>,
    /// Friday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub friday: Vec<SessionSent>,
    /// Saturday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub saturday: Vec<SessionSent>,
    /// Sunday.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 10)]
    pub sunday: Vec<SessionSent>,
}

/// A time in which the office is to be open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSent {
    /// Local time at which it opens.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    pub from: TimeOfDay,
    /// Local time at which it closes.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "11:30")]
    pub to: TimeOfDay,
}

impl CalendarBody {
    /// Shows the calendar of an owner.
    pub fn new(calendars: &Calendars, owner: Owner, tree: &AgencyTree) -> Self {
        let own = calendars.own(owner);
        let (of, _) = calendars.hours(owner);
        let has_own = own.is_some_and(|own| !own.hours.is_empty());
        Self {
            agency: code(owner, tree),
            version: own.map_or(0, |own| own.version),
            inherited_from: inherited_from(owner, of, has_own, tree),
            hours: calendars.hours_or_usual(owner).iter().map(WeekBody::new).collect(),
            years: calendars.years(owner).into_iter().collect(),
        }
    }
}

impl WeekBody {
    fn new(period: &HoursPeriod) -> Self {
        let day = |day: usize| {
            let sessions = period.week.0[day].sessions().iter();
            sessions.map(|(from, to)| Session { from: TimeOfDay(*from), to: TimeOfDay(*to) }).collect()
        };
        Self {
            valid_from: period.valid_from,
            monday: day(0),
            tuesday: day(1),
            wednesday: day(2),
            thursday: day(3),
            friday: day(4),
            saturday: day(5),
            sunday: day(6),
        }
    }
}

impl PutCalendar {
    /// Checks what can be checked without the other calendars.
    pub fn check(self) -> Result<Wanted, Refusal> {
        let mut wrong = Violations::default();
        if self.hours.len() > MOST_WEEKS {
            wrong.add("/hours", Rule::InvalidValue, format!("must have at most {MOST_WEEKS} weeks"));
        }
        let mut periods: Vec<HoursPeriod> = vec![];
        for (i, week) in self.hours.into_iter().enumerate() {
            let pointer = format!("/hours/{i}");
            let valid_from = week.valid_from.date();
            if periods.last().is_some_and(|before| before.valid_from >= valid_from) {
                let message = "must be after valid_from of the week before";
                wrong.add(format!("{pointer}/valid_from"), Rule::InvalidValue, message);
            }
            let week = week.check(&pointer, &mut wrong);
            periods.push(HoursPeriod { valid_from, week });
        }
        wrong.check()?;
        Ok(Wanted::Hours(periods))
    }
}

impl WeekSent {
    fn check(self, pointer: &str, wrong: &mut Violations) -> Week {
        let days = [
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        ];
        if days.iter().all(Vec::is_empty) {
            wrong.add(pointer, Rule::InvalidValue, "must have office hours on a day");
        }
        let mut names = DAYS.into_iter();
        Week(days.map(|sessions| {
            let pointer = format!("{pointer}/{}", names.next().unwrap_or_default());
            if sessions.len() > MOST_SESSIONS {
                let message = format!("must have at most {MOST_SESSIONS} sessions");
                wrong.add(&*pointer, Rule::InvalidValue, message);
            }
            let sessions = sessions.iter().map(|session| (session.from.0, session.to.0)).collect();
            OfficeHours::new(sessions).unwrap_or_else(|(i, bad)| {
                let field = if bad == BadHours::Backwards { "to" } else { "from" };
                wrong.add(format!("{pointer}/{i}/{field}"), Rule::InvalidValue, bad);
                OfficeHours::default()
            })
        }))
    }
}
