//! The words of reminders.

use super::UnknownWord;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What a reminder (đôn đốc) is about: a list of `features/overdue`.
    About { Overdue = "overdue", DueSoon = "due_soon", Stale = "stale", }
}

words! {
    /// How a reminder stands. It is closed when every dossier it speaks of is resolved.
    ReminderStatus {
        Open = "open",
        Acknowledged = "acknowledged",
        Escalated = "escalated",
        Closed = "closed",
    }
}

words! {
    /// What became of a dossier since it was reminded of. Exclusive; the rule is in `domain/reminder`.
    FollowUp { Resolved = "resolved", StillOverdue = "still_overdue", Pending = "pending", }
}

words! {
    /// A day of the week.
    Weekday {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

impl Weekday {
    /// The weekday of a day.
    pub fn of(day: NaiveDate) -> Self {
        match chrono::Datelike::weekday(&day) {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}
