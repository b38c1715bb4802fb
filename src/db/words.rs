//! Lets rows be read straight into the closed words of the domain: `text` in SQL, an enum in Rust.
//!
//! Writing uses their `as_str`. A word that the domain does not know is an error, never a default.

use crate::domain::catalogue::content::Content;
use crate::domain::catalogue::decision::Decision;
use crate::domain::reminder::Filter;
use crate::domain::vocabulary::{
    About, ApplicantKind, Channel, Clock, Ending, EventKind, Granularity, JobStatus, JudgeBy, Level,
    OnlineLevel, Origin, Outcome, ReminderStatus, ReportBy, ReportKind, ReviewOutcome, SecondSupplement,
    Starts, Status, StopEffect, Unit, Weekday,
};
use diesel::deserialize::{FromSql, Queryable, Result};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::{Jsonb, SingleValue, Text};

macro_rules! read_from_text {
    ($($word:ty),+) => {$(
        impl FromSql<Text, Pg> for $word {
            fn from_sql(value: PgValue<'_>) -> Result<Self> {
                let text = std::str::from_utf8(value.as_bytes())?;
                text.parse().map_err(|_| format!("{text:?} is no {}", stringify!($word)).into())
            }
        }

        impl<ST: SingleValue> Queryable<ST, Pg> for $word
        where
            Self: FromSql<ST, Pg>,
        {
            type Row = Self;
            fn build(row: Self) -> Result<Self> {
                Ok(row)
            }
        }
    )+};
}

read_from_text!(ApplicantKind, Channel, Clock, EventKind, JobStatus, Level, Origin, Outcome, Status, Unit);
read_from_text!(Granularity, JudgeBy, SecondSupplement, Starts, StopEffect);
read_from_text!(Ending, OnlineLevel);
read_from_text!(About, ReminderStatus, ReportBy, ReportKind, ReviewOutcome, Weekday);

macro_rules! read_from_json {
    ($($of:ty),+) => {$(
        impl FromSql<Jsonb, Pg> for $of {
            fn from_sql(value: PgValue<'_>) -> Result<Self> {
                Ok(serde_json::from_value(<serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(value)?)?)
            }
        }

        impl<ST: SingleValue> Queryable<ST, Pg> for $of
        where
            Self: FromSql<ST, Pg>,
        {
            type Row = Self;
            fn build(row: Self) -> Result<Self> {
                Ok(row)
            }
        }
    )+};
}

read_from_json!(Content, Decision, Filter);
