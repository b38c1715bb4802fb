//! The definition of late in Rust (`domain/timing`) and its mirror in SQL agree on every dossier at every instant, also
//! where agencies have calendars of their own.

use crate::harness::{TestApp, connect, receipt};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use congkhai::db::page::Page;
use congkhai::domain::calendar::{
    ALWAYS, Calendar, Calendars, Changes, HoursPeriod, OfficeHours, Own, OwnYear, Week, YearTable,
};
use congkhai::domain::local_time::Instant;
use congkhai::domain::timing::{self, Facts};
use congkhai::domain::vocabulary::{Clock, Measure, TimingState};
use congkhai::features::auth::Visible;
use congkhai::features::calendar::queries as calendar;
use congkhai::features::dossiers::queries::list::{self, Filter};
use congkhai::features::dossiers::queries::visible::Narrow;
use congkhai::features::overdue::queries::feeds::{self, Feed};
use congkhai::features::overdue::queries::{self as overdue, mirror::Moment};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const FIRST: &str = "2022-01-10T00:00:00+07:00";

/// Minutes that often fall on, just before, or just after a local midnight or a round hour.
fn minutes(days: std::ops::Range<i64>) -> impl Strategy<Value = i64> {
    (days, 0i64..24 * 60, prop_oneof![Just(None), (-1i64..=1).prop_map(Some)])
        .prop_map(|(day, minute, edge)| day * 24 * 60 + edge.unwrap_or(minute))
}

/// Any dossier the tables allow: in days or hours, open or ended, running or stopped, with a deadline or without.
fn facts() -> impl Strategy<Value = Facts> {
    let first: Instant = FIRST.parse().unwrap();
    let due = prop_oneof![
        1 => Just((None, None)),
        4 => (0i64..40).prop_map(move |day| {
            let due = first.local_date() + TimeDelta::days(day);
            (Some(due), Some(Instant::end_of(due)))
        }),
        2 => minutes(0..40).prop_map(move |minute| {
            let at = first + TimeDelta::minutes(minute);
            (Some(at.local_date()), Some(at))
        }),
        // A stop before the deadline takes `overdue_from` away and leaves the day.
        1 => (0i64..40).prop_map(move |day| (Some(first.local_date() + TimeDelta::days(day)), None)),
    ];
    (due, prop::option::of(minutes(0..45)), any::<bool>()).prop_map(
        move |((due_on, overdue_from), ended, stopped)| {
            let judged_at = ended.map(|minute| first + TimeDelta::minutes(minute));
            let clock = if stopped || judged_at.is_some() { Clock::Stopped } else { Clock::Running };
            Facts { due_on, overdue_from, judged_at, clock, closed_recorded_at: None }
        },
    )
}

/// Who decides a dossier, in turn: one with the national calendar, one that works on Saturdays, one whose calendar goes
/// on into 2027.
const DECIDES: [&str; 3] = ["H51.29.05", "H51.29.18", "H51.30.18"];

/// The calendars, and the numbers of the agencies in [`DECIDES`].
async fn calendars(app: &TestApp) -> (Arc<Calendars>, Vec<i32>) {
    let client = connect(&app.db.url).await;
    let mut ids = vec![];
    for code in DECIDES {
        ids.push(client.query_one("SELECT id FROM agencies WHERE code = $1", &[&code]).await.unwrap().get(0));
    }
    let (loaded, mut week) =
        (app.shared.slow.read(async |conn| calendar::load(conn).await).await.unwrap(), Week::default());
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    week.0[5] = OfficeHours::new(vec![(at(7), at(11))]).unwrap();
    let saturdays =
        Own { version: 1, hours: vec![HoursPeriod { valid_from: ALWAYS, week }], ..Own::default() };
    let changes = Changes { year: 2027, ..Changes::default() };
    let years = BTreeMap::from([(2027, OwnYear { version: 1, is_whole: true, changes })]);
    let goes_on = Own { version: 1, years, ..Own::default() };
    (Arc::new(loaded.with(Some(ids[1]), saturdays).with(Some(ids[2]), goes_on)), ids)
}

async fn store(app: &TestApp, all: &[Facts], decides: &[i32]) {
    let client = connect(&app.db.url).await;
    // Every third ended while its clock was stopped, some time after the instant by which it is judged.
    let insert = "INSERT INTO dossiers (id, code, procedure_version_id, channel, receiving_agency_id,
            competent_agency_id, applicant_kind, applicant_name_masked, status, clock, received_at, ended_at,
            judged_at, limit_unit, limit_amount_hundredths, due_on, due_at, overdue_from, holder_agency_id,
            holder_since, last_event_at, last_recorded_at, last_step_at, version)
        SELECT gen_random_uuid(), 'H51.29-220110-' || (1000 + $1::int4), procedure_version_id, channel,
            receiving_agency_id, $6::int4, applicant_kind, applicant_name_masked,
            CASE WHEN $2::text IS NULL THEN 'received' ELSE 'completed' END, $3::text,
            '2022-01-01T00:00:00Z', $2::text::timestamptz + make_interval(hours => 30 * ($1 % 3)),
            $2::text::timestamptz, limit_unit, limit_amount_hundredths, $4::text::date,
            $4::text::date::timestamptz, $5::text::timestamptz, holder_agency_id, holder_since, last_event_at,
            last_recorded_at, last_step_at, 1
        FROM dossiers WHERE code = 'H51.29-220103-0001'";
    let insert = client.prepare(insert).await.unwrap();
    for (n, facts) in all.iter().enumerate() {
        let text = |at: Option<Instant>| at.map(|at| at.to_string());
        let (number, clock) = (i32::try_from(n).unwrap(), facts.clock.as_str());
        let (ended, late) = (text(facts.judged_at), text(facts.overdue_from));
        let due = facts.due_on.map(|day: NaiveDate| day.to_string());
        let competent = decides[n % decides.len()];
        client.execute(&insert, &[&number, &ended, &clock, &due, &late, &competent]).await.unwrap();
    }
}

/// The dossiers that SQL finds in a state.
async fn found(app: &TestApp, state: TimingState, moment: &Moment) -> BTreeSet<String> {
    let filter =
        Filter { timing: Some(vec![state]), code_prefix: Some("H51.29-220110-".into()), ..Filter::default() };
    let page = Page { limit: 100_000, after: None };
    let rows = app
        .shared
        .slow
        .read(async |conn| list::page(conn, &filter, &Visible::All, moment, &page).await)
        .await;
    rows.unwrap().into_iter().map(|row| row.code).collect()
}

/// What ended late is found by how many working days it was late, by the calendar of its agency.
async fn days_late_agree(app: &TestApp, all: &[Facts], (calendars, decides): (&Arc<Calendars>, &[i32])) {
    let now: Instant = "2022-03-01T08:00:00+07:00".parse().unwrap();
    let moment = Moment::new(now, calendars);
    let mut found = BTreeSet::new();
    for days in [0, 1, 2, 3, 8, 20, 40] {
        let is_as_late = |(n, facts): (usize, &Facts)| {
            let timing = timing::judge(facts, now, calendars.of(decides[n % decides.len()]));
            let late = i64::try_from(days).unwrap();
            timing.state == TimingState::Late && timing.days_late.is_some_and(|n| n >= late)
        };
        let rust = all.iter().enumerate().filter(|facts| is_as_late(*facts)).count();
        let (feed, narrow) = (Feed::Late(Measure::Processing, (None, None)), Narrow::default());
        let filter =
            feeds::Filter { feed, narrow, apologised: None, min_days_late: Some(days), reversed: false };
        let sql = app
            .shared
            .slow
            .read(async |conn| feeds::count(conn, &filter, &Visible::All, &moment).await)
            .await;
        assert_eq!(sql.unwrap(), i64::try_from(rust).unwrap(), "late by {days} working days or more");
        found.insert(rust);
    }
    assert!(found.len() >= 5, "the numbers differ: {found:?}");
}

/// The function of the database counts as the calendar does, also where a year is missing.
#[actix_web::test]
async fn working_days_are_counted_alike() {
    let app = TestApp::start();
    let client = connect(&app.db.url).await;
    let tables: Vec<YearTable> =
        [2020, 2021, 2023].map(|year| YearTable { year, marks: BTreeMap::new() }).into();
    let calendar = Calendar::new(&tables, &[]);
    let (days, years): (Vec<NaiveDate>, Vec<i32>) =
        (calendar.working_days().collect(), calendar.years().collect());
    let mut runner = TestRunner::deterministic();
    let first = NaiveDate::from_ymd_opt(2019, 11, 1).unwrap();
    let pairs =
        prop::collection::vec((0i64..1_600, -3i64..700), 3_000).new_tree(&mut runner).unwrap().current();
    let pairs = pairs.into_iter().map(|(from, more)| (first + TimeDelta::days(from), more));
    let (after, through): (Vec<NaiveDate>, Vec<NaiveDate>) =
        pairs.map(|(day, more)| (day, day + TimeDelta::days(more))).unzip();
    let query = "SELECT working_days_between(after, through, $3::text[]::date[], $4)
        FROM unnest($1::text[]::date[], $2::text[]::date[]) WITH ORDINALITY AS pairs(after, through, n) ORDER BY n";
    let text = |days: &[NaiveDate]| days.iter().map(NaiveDate::to_string).collect::<Vec<_>>();
    let rows = client.query(query, &[&text(&after), &text(&through), &text(&days), &years]).await.unwrap();
    assert_eq!(rows.len(), after.len());
    let mut unknown = 0;
    for (row, (after, through)) in rows.iter().zip(after.into_iter().zip(through)) {
        let (sql, rust): (Option<i32>, _) = (row.get(0), calendar.working_days_between(after, through).ok());
        assert_eq!(sql.map(i64::from), rust, "after {after} through {through}");
        unknown += usize::from(rust.is_none());
    }
    assert!((500..2_500).contains(&unknown), "{unknown} of 3000 are not known");
}

#[actix_web::test]
async fn rust_and_sql_agree() {
    let app = TestApp::start();
    app.root().await.receive(&receipt("2022-01-03T08:00:00+07:00")).await;
    app.db.sql("UPDATE dossiers SET ended_at = received_at, judged_at = received_at, status = 'completed', due_on = NULL, due_at = NULL, overdue_from = NULL");
    let mut runner = TestRunner::deterministic();
    let all = prop::collection::vec(facts(), 1_500).new_tree(&mut runner).unwrap().current();
    let (calendars, decides) = calendars(&app).await;
    store(&app, &all, &decides).await;
    let first: Instant = FIRST.parse().unwrap();
    let mut nows: Vec<Instant> = (0..10)
        .map(|_| first + TimeDelta::minutes(minutes(-2..50).new_tree(&mut runner).unwrap().current()))
        .collect();
    // Where the calendar does not reach two days ahead, nothing is due soon.
    nows.push("2026-12-31T12:00:00+07:00".parse().unwrap());
    // Where Saturday is worked, other days are due soon.
    nows.push("2022-01-14T08:00:00+07:00".parse().unwrap());
    nows.push("2022-01-21T08:00:00+07:00".parse().unwrap());
    let (mut seen, mut differs) = (BTreeMap::new(), 0);
    for now in nows {
        let until = decides.iter().map(|agency| timing::due_soon_until(now, calendars.of(*agency)));
        let until: Vec<_> = until.collect();
        differs += i32::from(until.iter().any(|day| *day != until[0]));
        let moment = Moment::new(now, &calendars);
        let mut expected: BTreeMap<TimingState, BTreeSet<String>> = BTreeMap::new();
        for (n, facts) in all.iter().enumerate() {
            let state = timing::state(facts, now, until[n % until.len()]);
            expected.entry(state).or_default().insert(format!("H51.29-220110-{}", 1000 + n));
            *seen.entry(state).or_insert(0) += 1;
        }
        for state in TimingState::ALL {
            let rust = expected.remove(state).unwrap_or_default();
            let sql = found(&app, *state, &moment).await;
            let wrong: Vec<&String> = rust.symmetric_difference(&sql).take(3).collect();
            assert!(wrong.is_empty(), "{state} at {now}: {wrong:?} differ");
        }
        let overdue = all.iter().filter(|f| timing::state(f, now, None) == TimingState::Overdue).count();
        let feed = overdue::Filter::default();
        let counted = app
            .shared
            .slow
            .read(async |conn| overdue::count(conn, &feed, &Visible::All, &moment).await)
            .await;
        assert_eq!(counted.unwrap(), i64::try_from(overdue).unwrap(), "the feed at {now}");
    }
    days_late_agree(&app, &all, (&calendars, &decides)).await;
    assert_eq!(seen.len(), TimingState::ALL.len(), "every state occurred: {seen:?}");
    assert!(differs >= 3, "the calendars differed at {differs} instants");
}
