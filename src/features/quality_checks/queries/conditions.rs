//! What each check finds, as one condition: counts and lists use the same.
//!
//! Days are local. Where working days count, they are those of the calendar of the agency that decides.

use super::Filter;
use super::bulk::Bulk;
use crate::db::schema::dossiers;
use crate::domain::calendar::Calendar;
use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{QualityCheck, Status, TimingState};
use crate::features::dossiers::queries::visible::Condition;
use crate::features::overdue::queries::mirror::{self, Moment};
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Nullable};

/// The local day of an instant.
macro_rules! day {
    ($($at:tt)+) => {
        concat!("date(timezone('Asia/Ho_Chi_Minh', ", $($at)+, "))")
    };
}

/// When an event `e` was entered: here, or in the software from which it was replayed.
macro_rules! entered_at {
    () => {
        "coalesce(e.source_recorded_at, e.recorded_at)"
    };
}

/// When what an event `e` records happened; of a correction of that instant, the corrected one.
macro_rules! happened_at {
    () => {
        "coalesce(e.happened_at, e.occurred_at)"
    };
}

/// The events `e` of a dossier that may have been recorded long after they happened. The last condition but two is that of an index. What a
/// later correction puts at another instant, or says did not happen, is judged by the correction.
macro_rules! delayed {
    () => {
        concat!(
            "FROM dossier_events e WHERE e.dossier_id = dossiers.id AND ",
            entered_at!(),
            " - ",
            happened_at!(),
            " > '1 day'::interval AND e.kind <> 'calendar_changed' AND (e.kind <> 'corrected' OR e.happened_at IS NOT NULL)
            AND NOT EXISTS (SELECT FROM dossier_events c WHERE c.corrects = coalesce(e.corrects, e.id) AND c.seq > e.seq
                AND (c.voids OR c.happened_at IS NOT NULL))"
        )
    };
}

/// The events `e` of a dossier by which its date moved after it had passed. The two conditions after the first are those of an index. What
/// waited when it passed had been stopped in time; a calendar and an end that is undone move a date by themselves.
macro_rules! moved {
    () => {
        concat!(
            "FROM dossier_events e WHERE e.dossier_id = dossiers.id AND ",
            day!(entered_at!()),
            " > e.due_on_before
            AND (e.due_on_after > e.due_on_before OR e.kind IN ('supplement_requested', 'payment_requested', 'suspended', 'apologised'))
            AND e.status_before NOT IN ('supplement_requested', 'payment_requested', 'suspended')
            AND e.kind NOT IN ('calendar_changed', 'reopened')
            AND (e.due_on_after > e.due_on_before OR e.kind = 'apologised' OR ",
            day!("e.occurred_at"),
            " <= e.due_on_before)"
        )
    };
}

/// How often a dossier was stopped for the same kind of reason, of the kind of which it was most often. What did not happen is left out.
macro_rules! stops {
    () => {
        "(SELECT max(n)::integer FROM (
            SELECT count(*) AS n FROM dossier_events e WHERE e.dossier_id = dossiers.id
                AND e.kind IN ('supplement_requested', 'payment_requested', 'suspended')
                AND NOT coalesce((SELECT c.voids FROM dossier_events c WHERE c.corrects = e.id AND c.voids IS NOT NULL
                    ORDER BY c.seq DESC LIMIT 1), false)
            GROUP BY e.kind) AS stops)"
    };
}

/// The due day that was computed when a dossier was received.
macro_rules! computed_on {
    () => {
        "(SELECT e.due_on_after FROM dossier_events e WHERE e.dossier_id = dossiers.id AND e.kind = 'received'
            ORDER BY e.seq DESC LIMIT 1)"
    };
}

fn text(condition: &str) -> Condition {
    Box::new(sql::<Nullable<Bool>>(condition))
}

/// Whether a check finds something in a dossier.
pub(super) fn finds(filter: &Filter, bulk: &Bulk) -> Condition {
    use QualityCheck as C;
    let (moment, threshold) = (&filter.moment, filter.threshold());
    match filter.check {
        C::NotReceived => {
            let waits = dossiers::status.eq(Status::Registered.as_str());
            Box::new(waits.and(passed_since(moment, threshold, |end| {
                Box::new(dossiers::filed_at.lt(end.utc()).nullable())
            })))
        }
        C::OnlineForInformationOnly => text(
            "dossiers.channel = 'online' AND dossiers.procedure_version_id IN
                (SELECT v.id FROM procedure_versions v WHERE v.online_level = 'information')",
        ),
        C::ProcedureNotPublished => text(concat!(
            "EXISTS (SELECT FROM procedure_versions v WHERE v.id = dossiers.procedure_version_id AND v.published_on > ",
            day!("dossiers.received_at"),
            ")"
        )),
        C::DueBeforeReceipt => text(concat!(
            "(least(dossiers.due_on, ",
            day!("dossiers.appointed_at"),
            ") < ",
            day!("dossiers.received_at"),
            ")"
        )),
        C::AppointedDiffers => text(concat!(
            "(dossiers.appointed_at IS NOT NULL AND ",
            computed_on!(),
            " <> ",
            day!("dossiers.appointed_at"),
            ")"
        )),
        C::OverdueWithoutApology => {
            let without = dossiers::apologies.eq(0);
            Box::new(mirror::is(TimingState::Overdue, moment).and(without))
        }
        C::Stale => mirror::is_stale(threshold, moment),
        C::CompletedNotReturned => {
            let completed = dossiers::status.eq(Status::Completed.as_str());
            Box::new(completed.and(passed_since(moment, threshold, |end| {
                let due =
                    dossiers::due_on.is_null().or(dossiers::due_on.lt(end.local_date()).assume_not_null());
                Box::new(dossiers::ended_at.lt(end.utc()).and(due))
            })))
        }
        C::RecordedLate => recorded_late(moment, threshold),
        C::RepeatedStops => text(&format!(
            "(jsonb_array_length(dossiers.interruptions -> 'stops') > {threshold} AND {} > {threshold})",
            stops!()
        )),
        C::MovedAfterDue => text(concat!("EXISTS (SELECT ", moved!(), ")")),
        C::ClosedInBulk => bulk.has(),
    }
}

/// Whether something lies before the end of the day after which more than some working days have begun.
fn passed_since(moment: &Moment, days: usize, before: impl Fn(Instant) -> Condition) -> Condition {
    let last = |calendar: &Calendar| timing::past_by(moment.now.into(), calendar, days + 1);
    moment.by_day(last, |day| before(Instant::end_of(day)))
}

fn recorded_late(moment: &Moment, days: usize) -> Condition {
    let days_of = |calendar: &Calendar| -> (Vec<NaiveDate>, Vec<i32>) {
        (calendar.working_days().collect(), calendar.years().collect())
    };
    moment.by(days_of, |(working_days, years)| {
        let begins = concat!(
            "EXISTS (SELECT ",
            delayed!(),
            " AND working_days_between(",
            day!(happened_at!()),
            ", ",
            day!(entered_at!()),
            ", "
        );
        let condition = sql::<Nullable<Bool>>(begins).bind::<Array<Date>, _>(working_days).sql(", ");
        Box::new(condition.bind::<Array<Integer>, _>(years).sql(&format!(") > {days})")))
    })
}

/// What a check saw in a dossier, as SQL: first days and second days, as many of both, and a number. What can be told from the columns of the
/// dossier is not in it.
pub(super) const fn seen_in(check: QualityCheck) -> (&'static str, &'static str, &'static str) {
    use QualityCheck as C;
    const NO_DAYS: &str = "'{}'::date[]";
    const NO_NUMBER: &str = "NULL::integer";
    match check {
        C::ProcedureNotPublished => (
            concat!("ARRAY[", day!("dossiers.received_at"), "]"),
            "ARRAY(SELECT v.published_on FROM procedure_versions v WHERE v.id = dossiers.procedure_version_id)",
            NO_NUMBER,
        ),
        C::AppointedDiffers => (
            concat!("ARRAY[", computed_on!(), "]"),
            concat!("ARRAY[", day!("dossiers.appointed_at"), "]"),
            NO_NUMBER,
        ),
        C::RecordedLate => (
            concat!("ARRAY(SELECT ", day!(happened_at!()), " ", delayed!(), " ORDER BY e.seq)"),
            concat!("ARRAY(SELECT ", day!(entered_at!()), " ", delayed!(), " ORDER BY e.seq)"),
            NO_NUMBER,
        ),
        C::MovedAfterDue => (
            concat!("ARRAY(SELECT e.due_on_before ", moved!(), " ORDER BY e.seq)"),
            concat!("ARRAY(SELECT ", day!(entered_at!()), " ", moved!(), " ORDER BY e.seq)"),
            NO_NUMBER,
        ),
        C::RepeatedStops => (NO_DAYS, NO_DAYS, stops!()),
        _ => (NO_DAYS, NO_DAYS, NO_NUMBER),
    }
}
