use super::*;
use crate::domain::calendar::YearTable;

fn calendar() -> Calendar {
    Calendar::new(&[YearTable { year: 2022, ..YearTable::default() }], &[])
}

fn at(text: &str) -> Instant {
    format!("{text}:00+07:00").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Due on Friday 2022-02-18.
fn due_friday(ended: Option<&str>) -> Facts {
    Facts {
        due_on: Some(day("2022-02-18")),
        overdue_from: Some(at("2022-02-19T00:00")),
        judged_at: ended.map(at),
        clock: if ended.is_some() { Clock::Stopped } else { Clock::Running },
        closed_recorded_at: None,
    }
}

#[test]
fn open_dossiers() {
    let c = calendar();
    for (now, state, left, late) in [
        ("2022-02-15T08:00", TimingState::InTime, 3, 0),
        ("2022-02-16T08:00", TimingState::DueSoon, 2, 0),
        ("2022-02-18T23:59", TimingState::DueSoon, 0, 0),
        ("2022-02-19T00:00", TimingState::Overdue, 0, 0),
        ("2022-02-20T12:00", TimingState::Overdue, 0, 0),
        ("2022-02-21T00:00", TimingState::Overdue, 0, 1),
        ("2022-02-25T09:00", TimingState::Overdue, 0, 5),
    ] {
        let timing = judge(&due_friday(None), at(now), &c);
        assert_eq!(timing, Timing { state, days_left: Some(left), days_late: Some(late) }, "{now}");
    }
}

#[test]
fn ended_dossiers_are_judged_by_their_end_whenever_asked() {
    let c = calendar();
    for (ended, state, late) in [
        ("2022-02-17T23:59", TimingState::Early, 0),
        ("2022-02-18T00:00", TimingState::OnTime, 0),
        ("2022-02-18T23:59", TimingState::OnTime, 0),
        ("2022-02-19T00:00", TimingState::Late, 0),
        ("2022-02-22T10:00", TimingState::Late, 2),
    ] {
        for now in ["2022-02-22T10:00", "2022-12-01T10:00"] {
            let timing = judge(&due_friday(Some(ended)), at(now), &c);
            assert_eq!(timing, Timing { state, days_left: None, days_late: Some(late) }, "{ended}");
        }
    }
}

#[test]
fn without_a_deadline_nothing_is_on_time() {
    let mut facts = Facts { due_on: None, overdue_from: None, ..due_friday(None) };
    let none = Timing { state: TimingState::NoDeadline, days_left: None, days_late: None };
    assert_eq!(judge(&facts, at("2022-03-01T08:00"), &calendar()), none);
    facts.judged_at = Some(at("2022-03-01T08:00"));
    assert_eq!(judge(&facts, at("2022-03-01T08:00"), &calendar()), none);
}

#[test]
fn a_stop_never_hides_lateness() {
    let stopped = Facts { clock: Clock::Stopped, ..due_friday(None) };
    assert_eq!(judge(&stopped, at("2022-02-21T08:00"), &calendar()).state, TimingState::Overdue);
    let before = Facts { overdue_from: None, ..stopped };
    let nothing = Timing { state: TimingState::Stopped, days_left: None, days_late: None };
    assert_eq!(judge(&before, at("2022-02-21T08:00"), &calendar()), nothing);
}

#[test]
fn a_missing_year_leaves_the_state_and_drops_the_counts() {
    let timing = judge(&due_friday(None), at("2023-01-04T08:00"), &calendar());
    assert_eq!(timing, Timing { state: TimingState::Overdue, days_left: Some(0), days_late: None });
}

#[test]
fn what_is_due_on_the_last_days_of_the_calendar_is_due_soon() {
    let c = calendar();
    let last = Some(day("2022-12-31"));
    assert_eq!(due_soon_until(at("2022-12-28T08:00"), &c), Some(day("2022-12-30")));
    assert_eq!(due_soon_until(at("2022-12-29T08:00"), &c), last, "one working day is left");
    assert_eq!(due_soon_until(at("2022-12-30T08:00"), &c), last);
    assert_eq!(due_soon_until(at("2023-01-03T08:00"), &c), None, "nobody can tell");
}

#[test]
fn closing_is_judged_by_its_record() {
    let c = calendar();
    let closed =
        |at_: &str| Facts { closed_recorded_at: Some(at(at_)), ..due_friday(Some("2022-02-17T10:00")) };
    let now = at("2022-03-01T08:00");
    assert_eq!(closing(&closed("2022-02-18T16:00"), now, &c).state, ClosingState::InTime);
    let late = Closing { state: ClosingState::Late, days_late: Some(2) };
    assert_eq!(closing(&closed("2022-02-22T08:00"), now, &c), late, "processed early, closed late");
    assert_eq!(closing(&due_friday(Some("2022-02-17T10:00")), now, &c).state, ClosingState::Open);
}
