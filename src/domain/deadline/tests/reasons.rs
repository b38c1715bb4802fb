//! The reasons word by word, and the sentences that are made of them.

use super::text::{Language, explain};
use super::*;
use crate::domain::vocabulary::Unit;

/// Reasons in short: `day_zero 28`, `1 29` for a day that counts, and so on.
fn short(reasons: &[Reason<'_>]) -> Vec<String> {
    let one = |reason: &Reason<'_>| match reason {
        Reason::StartMoved { from, to } => format!("moved {from} {to}"),
        Reason::DayZero { date, law } => format!("zero {date} {law}"),
        Reason::Counted { date, n } => format!("{} {date}", super::text::decimal(*n)),
        Reason::WeeklyRest { date } => format!("rest {date}"),
        Reason::DayOff { date, name } => format!("off {date} {name}"),
        Reason::WorkedRestDay { date, name } => format!("worked {date} {name}"),
        Reason::MovedToWorkingDay { date, .. } => format!("to {date}"),
        Reason::Stopped { from, to } => {
            format!(
                "stopped {} {}",
                from.local_date(),
                to.map_or("-".into(), |to| to.local_date().to_string())
            )
        }
        Reason::Restarted { date } => format!("restarted {date}"),
        Reason::Extended { ground, date } => format!("extended {date} {ground}"),
        Reason::Segment { agency, date } => format!("segment {agency} {date}"),
        Reason::Appointed { date } => format!("appointed {date}"),
        Reason::DeemedLate { at } => format!("late {at}"),
    };
    reasons.iter().map(one).collect()
}

fn of(start: &str, of: &str, happened: &str) -> (Standing, Vec<Reason<'static>>) {
    let legs = [Leg { limit: limit(of), calendar: Office::National.calendar(), agency: None }];
    let moves = moves(happened);
    let granularity = Granularity::Date;
    let course = Course { legs: &legs, start: at(start), moves: &moves, granularity, appointed: None };
    let (standing, reasons) = run_both(&course);
    (standing.unwrap().unwrap(), reasons.0)
}

/// The example of the contract.
#[test]
fn days_off_and_rest_days_are_named() {
    let (standing, reasons) = of("2022-04-28T08:00", "3 wd", "");
    let expected = [
        "zero 2022-04-28 BLDS 2015 Đ.147",
        "1 2022-04-29",
        "rest 2022-04-30",
        "rest 2022-05-01",
        "off 2022-05-02 Nghỉ bù 30/4",
        "off 2022-05-03 Nghỉ bù 1/5",
        "2 2022-05-04",
        "3 2022-05-05",
    ];
    assert_eq!(short(&reasons), expected);
    let english = explain(&reasons, &standing, Unit::WorkingDays, Language::English);
    for part in ["2022-04-28", "2022-05-02 (Nghỉ bù 30/4)", "2022-05-05", "2022-05-06"] {
        assert!(english.contains(part), "{part} in {english}");
    }
    let vietnamese = explain(&reasons, &standing, Unit::WorkingDays, Language::Vietnamese);
    for part in ["28/04/2022", "02/05/2022 (Nghỉ bù 30/4)", "05/05/2022", "06/05/2022"] {
        assert!(vietnamese.contains(part), "{part} in {vietnamese}");
    }
}

/// NĐ 61/2018 Art. 19(4): what was counted before a supplement is counted again.
#[test]
fn a_restart_forgets_what_was_counted() {
    let (_, reasons) = of("2022-02-15T08:00", "2 wd", "restart 2022-02-16T09:00 2022-02-21T09:00");
    let expected = [
        "zero 2022-02-15 BLDS 2015 Đ.147",
        "stopped 2022-02-16 2022-02-21",
        "restarted 2022-02-21",
        "zero 2022-02-21 BLDS 2015 Đ.147",
        "1 2022-02-22",
        "2 2022-02-23",
    ];
    assert_eq!(short(&reasons), expected);
}

#[test]
fn a_shift_leaves_out_the_days_of_the_stop() {
    let (_, reasons) = of("2022-02-15T08:00", "3 wd", "shift 2022-02-16T09:00 2022-02-18T09:00");
    let expected = [
        "zero 2022-02-15 BLDS 2015 Đ.147",
        "1 2022-02-16",
        "stopped 2022-02-16 2022-02-18",
        "rest 2022-02-19",
        "rest 2022-02-20",
        "2 2022-02-21",
        "3 2022-02-22",
    ];
    assert_eq!(short(&reasons), expected);
}

#[test]
fn a_start_off_hours_a_worked_saturday_and_an_extension_are_told() {
    let (_, reasons) = of("2024-04-27T09:00", "3 wd", "extend 1 wd");
    let expected = [
        "moved 2024-04-27T09:00:00+07:00 2024-05-02T07:00:00+07:00",
        "zero 2024-05-02 BLDS 2015 Đ.147",
        "1 2024-05-03",
        "worked 2024-05-04 Làm bù cho 29/4",
        "2 2024-05-04",
        "rest 2024-05-05",
        "3 2024-05-06",
        "extended 2024-05-07 xác minh",
        "4 2024-05-07",
    ];
    let told = short(&reasons);
    // The name of the worked Saturday is that of the table.
    let told: Vec<&str> =
        told.iter().map(|t| if t.starts_with("worked") { expected[3] } else { t }).collect();
    assert_eq!(told, expected);
}

/// Civil Code 91/2015 Art. 148(5).
#[test]
fn calendar_days_that_end_on_a_rest_day_move() {
    let (standing, reasons) = of("2022-02-15T08:00", "4 cd", "");
    let expected = [
        "zero 2022-02-15 BLDS 2015 Đ.147",
        "1 2022-02-16",
        "2 2022-02-17",
        "3 2022-02-18",
        "4 2022-02-19",
        "rest 2022-02-19",
        "rest 2022-02-20",
        "to 2022-02-21",
    ];
    assert_eq!(short(&reasons), expected);
    assert!(
        explain(&reasons, &standing, Unit::CalendarDays, Language::English).contains("BLDS 2015 Đ.148(5)")
    );
}

#[test]
fn a_stop_after_the_due_day_explains_that_it_clears_nothing() {
    let (standing, reasons) = of("2022-02-15T08:00", "3 wd", "shift 2022-02-21T09:00 2022-02-24T09:00");
    assert_eq!((standing.due_on, standing.restarted_on), (day("2022-02-18"), Some(day("2022-02-24"))));
    let english = explain(&reasons, &standing, Unit::WorkingDays, Language::English);
    assert!(english.contains("2022-02-24") && english.contains("2022-02-19"), "{english}");
}

/// What the calendar gave back is not office time, so the hours of the extension are not told by the day.
#[test]
fn an_extension_after_a_subtracted_stop_leads_to_its_date() {
    let (standing, reasons) = of(
        "2022-02-15T07:00",
        "4.2 h",
        "subtract 2022-02-15T07:00 2022-02-15T11:34; extend 1.25 h 2022-02-15T11:34",
    );
    assert_eq!(standing.due_on, day("2022-02-16"));
    let told = short(&reasons);
    assert_eq!(told.last().map(String::as_str), Some("extended 2022-02-16 xác minh"), "{told:?}");
}
