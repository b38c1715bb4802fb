//! Cases of the form, and the property on which its speed rests: changes of counters come to what looking at each dossier comes to.

use super::*;
use crate::domain::share::Share;
use crate::domain::vocabulary::{Channel, Column, Status, TimingState};
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

fn at(text: &str) -> Instant {
    format!("2022-{text}:00+07:00").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    format!("2022-{text}").parse().unwrap()
}

fn frame(from: &str, to: &str) -> Frame {
    Frame { period: Period { from: day(from), to: day(to) }, now: at("12-31T00:00") }
}

/// Received on 14 February, due on the 21st.
fn dossier() -> Facts {
    Facts {
        channel: Channel::Online,
        received_at: Some(at("02-14T08:00")),
        end: None,
        due_on: Some(day("02-21")),
        overdue_from: Some(at("02-22T00:00")),
        index_overdue_from: None,
        clock_started_at: Some(at("02-14T08:00")),
        interruptions: Interruptions::default(),
    }
}

fn ended(on: &str) -> Facts {
    let end = End { at: at(on), judged_at: at(on), status: Status::Completed };
    Facts { end: Some(end), ..dossier() }
}

fn named(facts: &Facts, frame: Frame) -> Vec<&'static str> {
    let found = place(facts, frame).map(columns).unwrap_or_default();
    let shown = found
        .iter()
        .filter(|c| ![Column::ReceivedTotal, Column::ResolvedTotal, Column::PendingTotal].contains(c));
    shown.map(|column| column.as_str()).collect()
}

#[test]
fn a_dossier_has_one_place_in_a_period() {
    let february = frame("02-01", "02-28");
    let march = frame("03-01", "03-31");
    for (facts, in_february, in_march) in [
        (ended("02-18T09:00"), vec!["received_online", "resolved_early"], vec![]),
        (ended("02-21T23:59"), vec!["received_online", "resolved_on_time"], vec![]),
        (ended("02-22T00:00"), vec!["received_online", "resolved_late"], vec![]),
        (
            ended("03-01T00:00"),
            vec!["received_online", "pending_overdue"],
            vec!["carried_over", "resolved_late"],
        ),
        (dossier(), vec!["received_online", "pending_overdue"], vec!["carried_over", "pending_overdue"]),
        (
            Facts { channel: Channel::Postal, ..ended("02-18T09:00") },
            vec!["received_direct_postal", "resolved_early"],
            vec![],
        ),
        (Facts { received_at: None, ..dossier() }, vec![], vec![]),
        (
            Facts { received_at: Some(at("03-01T00:00")), ..dossier() },
            vec![],
            vec!["received_online", "pending_overdue"],
        ),
    ] {
        assert_eq!(named(&facts, february), in_february, "{facts:?}");
        assert_eq!(named(&facts, march), in_march, "{facts:?}");
    }
}

#[test]
fn a_period_that_is_not_over_judges_by_now() {
    let running = |now: &str| Frame { now: at(now), ..frame("02-01", "02-28") };
    assert_eq!(named(&dossier(), running("02-21T23:59")), ["received_online", "pending_in_time"]);
    assert_eq!(named(&dossier(), running("02-22T00:00")), ["received_online", "pending_overdue"]);
}

/// NĐ 61/2018 Art. 19: the time in which a supplement is waited for is no delay; one that is asked for too late hides none.
#[test]
fn what_stands_still_is_pending_in_time_unless_it_was_late_before() {
    let stopped = |from: &str, overdue_from| {
        let stops = vec![Stop { from: at(from), to: None }];
        Facts { overdue_from, interruptions: Interruptions { stops, ends: vec![] }, ..dossier() }
    };
    let february = frame("02-01", "02-28");
    let waits = ["received_online", "pending_in_time", "pending_stopped"];
    assert_eq!(named(&stopped("02-16T08:00", None), february), waits);
    let late = stopped("02-23T08:00", dossier().overdue_from);
    assert_eq!(named(&late, february), ["received_online", "pending_overdue"]);
    assert_eq!(
        named(&stopped("03-02T08:00", None), february),
        ["received_online", "pending_in_time"],
        "not yet"
    );
}

#[test]
fn what_has_no_deadline_is_counted_apart() {
    let undated = |facts: Facts| Facts { due_on: None, overdue_from: None, clock_started_at: None, ..facts };
    let february = frame("02-01", "02-28");
    assert_eq!(
        named(&undated(ended("02-18T09:00")), february),
        ["received_online", "resolved_on_time", "resolved_no_deadline"]
    );
    assert_eq!(
        named(&undated(dossier()), february),
        ["received_online", "pending_in_time", "pending_no_deadline"]
    );
    let starts_later = Facts { clock_started_at: Some(at("03-02T08:00")), ..dossier() };
    let starts_later =
        Facts { due_on: Some(day("03-09")), overdue_from: Some(at("03-10T00:00")), ..starts_later };
    assert_eq!(named(&starts_later, february), ["received_online", "pending_in_time", "pending_no_deadline"]);
}

/// It ended in January, was opened again in February, and ended in March.
#[test]
fn an_end_that_was_undone_counts_until_it_was() {
    let undone = Undone {
        ended_at: at("01-20T08:00"),
        judged_at: at("01-20T08:00"),
        status: Status::Completed,
        due_on: Some(day("01-20")),
        overdue_from: Some(at("01-21T00:00")),
        index_overdue_from: None,
        reopened_at: at("02-10T08:00"),
    };
    let facts = Facts {
        received_at: Some(at("01-10T08:00")),
        due_on: undone.due_on,
        overdue_from: undone.overdue_from,
        interruptions: Interruptions { stops: vec![], ends: vec![undone] },
        ..ended("03-01T08:00")
    };
    let january = frame("01-01", "01-31");
    assert_eq!(named(&facts, january), ["received_online", "resolved_on_time"]);
    let february = named(&facts, frame("02-01", "02-28"));
    assert_eq!(february, ["carried_over", "carried_reopened", "pending_overdue"]);
    assert_eq!(named(&facts, frame("03-01", "03-31")), ["carried_over", "resolved_late"]);
    assert_eq!(named(&facts, frame("02-01", "02-09")), Vec::<&str>::new(), "nothing of it was pending");
    assert_eq!(changes(&facts), [], "looked at one by one");
}

/// QĐ 766/QĐ-TTg, 2.2: what waits for the applicant takes no time of the agency.
#[test]
fn how_long_it_took_leaves_out_the_stops() {
    let stops = |stops: &[(&str, Option<&str>)]| {
        let stop = |(from, to): &(&str, Option<&str>)| Stop { from: at(from), to: to.map(at) };
        Interruptions { stops: stops.iter().map(stop).collect(), ends: vec![] }
    };
    let february = frame("02-01", "02-28");
    for (facts, minutes) in [
        (ended("02-14T09:30"), Some(90)),
        (ended("02-15T08:00"), Some(24 * 60)),
        (dossier(), None),
        (
            Facts { interruptions: stops(&[("02-14T09:00", Some("02-14T20:00"))]), ..ended("02-15T08:00") },
            Some(13 * 60),
        ),
        (
            Facts { interruptions: stops(&[("02-13T09:00", Some("02-14T09:00"))]), ..ended("02-14T10:00") },
            Some(60),
        ),
        (Facts { interruptions: stops(&[("02-14T09:00", None)]), ..ended("02-15T08:00") }, Some(60)),
    ] {
        assert_eq!(place(&facts, february).and_then(|place| place.minutes), minutes, "{facts:?}");
        let changed = changes(&facts).into_iter().find(|change| change.measure == Measure::Minutes);
        assert_eq!(changed.map(|change| change.by), minutes, "{facts:?}");
    }
    let took = Took { minutes: 3 * 24 * 60 + 12 * 60, resolved: 2 };
    assert_eq!((took.average_days().as_deref(), Took::default().average_days()), (Some("1.75"), None));
}

/// Hours that often fall on local midnights.
fn hour() -> impl Strategy<Value = i64> {
    prop_oneof![0i64..2_000, (0i64..80).prop_map(|days| days * 24)]
}

prop_compose! {
    /// A dossier of January to March, whose parts are in an order that the deadline engine may give.
    fn any_facts()(
        mut hours in prop::collection::vec(hour(), 7),
        stops in 0usize..3,
        (dated, ends, is_stopped, late) in any::<(bool, bool, bool, bool)>(),
        started in any::<bool>(),
        index in -9i64..9,
        channel in prop::sample::select(Channel::ALL),
        status in prop::sample::select(vec![Status::Completed, Status::Withdrawn, Status::Terminated]),
    ) -> Facts {
        let first = at("01-01T00:00");
        hours.sort_unstable();
        let at = |n: usize| first + TimeDelta::hours(hours[n]);
        let last = if ends { Some(at(6)) } else { None };
        let mut made: Vec<Stop> = (0..stops).map(|n| Stop { from: at(1 + 2 * n), to: Some(at(2 + 2 * n)) }).collect();
        if is_stopped {
            made.push(Stop { from: at(5), to: last });
        }
        // Late at a time at which it ran, or after its end.
        let late_at = if late { Some(at(if stops == 2 { 5 } else { 1 + 2 * stops })) } else { Some(at(6) + TimeDelta::days(3)) };
        let overdue_from = late_at.filter(|_| dated && !(is_stopped && !ends && !late));
        let due_on = dated.then(|| late_at.map(|at| (at + TimeDelta::microseconds(-1)).local_date())).flatten();
        let judged_at = if is_stopped { at(5) } else { at(6) };
        Facts {
            channel,
            received_at: Some(at(0)),
            end: last.map(|at| End { at, judged_at, status }),
            due_on,
            overdue_from,
            index_overdue_from: overdue_from.filter(|_| started).map(|from| (from + TimeDelta::days(index)).max(at(1))),
            clock_started_at: (dated || started || !made.is_empty()).then(|| at(0).max(at(usize::from(started && stops == 0)))),
            interruptions: Interruptions { stops: made, ends: vec![] },
        }
    }
}

proptest! {
    #[test]
    fn changes_come_to_what_the_places_come_to(all in prop::collection::vec(any_facts(), 1..30), from in 0i64..70, days in 0i64..40) {
        let from = day("01-01") + TimeDelta::days(from);
        let period = Period { from, to: from + TimeDelta::days(days) };
        let frame = Frame { period, now: at("12-31T00:00") };
        let (mut tally, mut counts, mut on_time) = (Tally::default(), Counts::default(), Share::default());
        let mut took = Took::default();
        for facts in &all {
            if let Some(place) = place(facts, frame) {
                counts.add(place, 1);
                place.on_time_by_index.into_iter().for_each(|is| on_time.count(is));
                took += Took { minutes: place.minutes.unwrap_or(0), resolved: i64::from(place.minutes.is_some()) };
            }
            for change in changes(facts) {
                let by = |until| if change.day <= until { change.by } else { 0 };
                tally.add(change.measure, by(from - TimeDelta::days(1)), by(period.to));
            }
        }
        prop_assert!(counts.adds_up(), "{counts:?}");
        prop_assert_eq!(tally.counts(), counts, "{:?} {:?}", period, all);
        prop_assert_eq!(tally.on_time_by_index(), on_time, "{:?} {:?}", period, all);
        prop_assert_eq!(tally.took(), took, "{:?} {:?}", period, all);
    }
}

#[test]
fn every_column_has_its_mark() {
    let mut counts = Counts::default();
    for column in Column::ALL {
        counts.add_marked(column.mark(), 1);
    }
    assert!(Column::ALL.iter().all(|column| counts[*column] == 1));
    assert_eq!(Column::ALL.iter().map(|c| c.mark()).sum::<i32>(), (1 << Column::ALL.len()) - 1);
    assert_eq!(TimingState::ALL.len(), 8, "a new state needs a column");
}
