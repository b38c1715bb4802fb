//! What one table of dates cannot show: lateness that stays, clocks that stand, parts, other judges.

use super::*;

/// NĐ 61/2018 Art. 19(9), and the contract: a stop never hides lateness.
#[test]
fn what_is_late_stays_late() {
    for (happened, late, restarted, why) in [
        (
            "restart 2022-02-21T08:00 2022-02-23T08:00",
            true,
            Some("2022-02-28"),
            "a supplement after the due date",
        ),
        (
            "shift 2022-02-21T08:00 2022-02-23T08:00",
            true,
            Some("2022-02-23"),
            "not before the clock runs again",
        ),
        (
            "subtract 2022-02-21T08:00 2022-02-23T08:00",
            true,
            Some("2022-02-23"),
            "the same, as the index has it",
        ),
        (
            "extend 5 wd 2022-02-19T00:00",
            true,
            Some("2022-02-25"),
            "an extension in the first instant of lateness",
        ),
        ("extend to 2022-03-01 2022-02-21T09:00", true, Some("2022-03-01"), "an extension to a day"),
        (
            "shift 2022-02-19T00:00 2022-02-19T00:00",
            true,
            Some("2022-02-21"),
            "a stop in the first instant of lateness",
        ),
        ("shift 2022-02-18T23:59 2022-02-21T08:00", false, None, "a minute before it was not late"),
        ("stopped 2022-02-21T08:00", true, None, "stopped since, and late before"),
        (
            "restart 2022-02-21T08:00 2022-02-23T08:00; extend 2 wd 2022-02-24T08:00; shift 2022-02-25T08:00 2022-02-28T08:00",
            true,
            Some("2022-03-03"),
            "all of it, and still late",
        ),
    ] {
        let standing = stands(Office::National, "2022-02-15T08:00", "3 wd", happened, Granularity::Date);
        assert_eq!(standing.overdue_from == Some(at("2022-02-19T00:00")), late, "{happened}: {why}");
        assert_eq!(standing.due_on == day("2022-02-18"), late, "{happened}: {why}");
        assert_eq!(standing.restarted_on, restarted.map(day), "{happened}: {why}");
    }
}

#[test]
fn a_clock_that_stands_has_no_overdue_from() {
    let standing =
        stands(Office::National, "2022-02-15T08:00", "3 wd", "stopped 2022-02-17T09:00", Granularity::Date);
    assert_eq!(standing.overdue_from, None);
    assert_eq!(standing.late_from, at("2022-02-19T00:00"), "judges a dossier that ends while stopped");
    assert_eq!((standing.due_on, standing.stopped_at), (day("2022-02-18"), Some(at("2022-02-17T09:00"))));
    let late =
        stands(Office::National, "2022-02-15T08:00", "3 wd", "stopped 2022-02-21T09:00", Granularity::Date);
    assert_eq!(late.overdue_from, Some(at("2022-02-19T00:00")), "late before: it shows");
    assert_eq!(late.stopped_at, Some(at("2022-02-21T09:00")));
}

/// QĐ 766/QĐ-TTg: a second request for supplements.
#[test]
fn deemed_late() {
    let happened = "late 2022-02-17T10:00; restart 2022-02-17T10:00 2022-02-21T08:00";
    let standing = stands(Office::National, "2022-02-15T08:00", "3 wd", happened, Granularity::Date);
    assert_eq!(standing.overdue_from, Some(at("2022-02-17T10:00")));
    assert_eq!((standing.due_on, standing.restarted_on), (day("2022-02-18"), Some(day("2022-02-24"))));
    let after = "late 2022-02-22T10:00";
    let standing = stands(Office::National, "2022-02-15T08:00", "3 wd", after, Granularity::Date);
    assert_eq!(standing.overdue_from, Some(at("2022-02-19T00:00")), "late before: since then");
}

#[test]
fn by_the_minute() {
    let of = |happened| stands(Office::National, "2022-02-15T08:00", "3 wd", happened, Granularity::Minute);
    assert_eq!(of("").overdue_from, Some(at("2022-02-18T17:00")), "the minute that the slip names");
    let late = of("restart 2022-02-18T17:00 2022-02-21T08:00");
    assert_eq!(late.overdue_from, Some(at("2022-02-18T17:00")), "that minute is late");
    assert_eq!(late.restarted_on, Some(day("2022-02-24")));
    let evening = of("shift 2022-02-18T09:00 2022-02-21T19:00");
    assert_eq!(evening.overdue_from, Some(at("2022-02-22T17:00")), "not before the clock runs again");
    let same = stands(
        Office::National,
        "2022-02-15T08:00",
        "3 wd",
        "shift 2022-02-18T09:00 2022-02-21T19:00",
        Granularity::Date,
    );
    assert_eq!(same.overdue_from, Some(at("2022-02-22T00:00")), "by the date, the day itself");
}

#[test]
fn judged_by_the_appointed_date() {
    let of = |of: &str, happened: &str, granularity| {
        let legs = [Leg { limit: limit(of), calendar: Office::National.calendar(), agency: None }];
        let moves = moves(happened);
        let appointed = Some(at("2022-02-22T16:00"));
        let course =
            Course { legs: &legs, start: at("2022-02-15T08:00"), moves: &moves, granularity, appointed };
        run_both(&course).0.unwrap().unwrap()
    };
    let plain = of("3 wd", "", Granularity::Date);
    assert_eq!((plain.due_on, plain.due_at), (day("2022-02-22"), at("2022-02-22T16:00")));
    assert_eq!(plain.overdue_from, Some(at("2022-02-23T00:00")));
    assert_eq!(of("3 wd", "", Granularity::Minute).overdue_from, Some(at("2022-02-22T16:00")));
    assert_eq!(
        of("8 h", "", Granularity::Date).overdue_from,
        Some(at("2022-02-22T16:00")),
        "hours by the minute"
    );
    let shifted = of("3 wd", "shift 2022-02-16T09:00 2022-02-17T09:00", Granularity::Date);
    assert_eq!(shifted.due_on, day("2022-02-23"), "a payment moves it");
    let again = of("3 wd", "restart 2022-02-16T09:00 2022-02-17T09:00", Granularity::Date);
    assert_eq!(again.due_on, day("2022-02-22"), "counted again: three days from the 17th");
    let later = of("3 wd", "restart 2022-02-21T09:00 2022-02-22T09:00", Granularity::Date);
    assert_eq!(later.due_on, day("2022-02-25"), "a supplement voids it");
}

const SOCIAL: [(&str, &str); 4] =
    [("7 wd", "H51.29.31"), ("3 wd", "H51.29"), ("7 wd", "H51.29.06"), ("3 wd", "H51.29")];

fn chained(start: &str, happened: &str, offices: [Office; 4]) -> Standing {
    let leg = |((of, agency), office): (&(&str, &'static str), Office)| Leg {
        limit: limit(of),
        calendar: office.calendar(),
        agency: Some(agency),
    };
    let legs: Vec<_> = SOCIAL.iter().zip(offices).map(leg).collect();
    let moves = moves(happened);
    let granularity = Granularity::Date;
    let course = Course { legs: &legs, start: at(start), moves: &moves, granularity, appointed: None };
    run_both(&course).0.unwrap().unwrap()
}

/// 1.001776, monthly social allowance (NĐ 20/2021): 7 + 3 + 7 + 3 working days, each late by itself (NĐ 61/2018 Art.
/// 19(6,7)).
#[test]
fn chained_parts_have_a_date_each() {
    for (happened, dates, why) in [
        ("", ["2022-02-24", "2022-03-01", "2022-03-10", "2022-03-15"], "plain"),
        (
            "shift 2022-02-28T09:00 2022-03-02T09:00",
            ["2022-02-24", "2022-03-03", "2022-03-14", "2022-03-17"],
            "a stop in the second part",
        ),
        (
            "restart 2022-02-28T09:00 2022-03-02T09:00",
            ["2022-03-11", "2022-03-16", "2022-03-25", "2022-03-30"],
            "all of it again from 2/3",
        ),
        ("extend 2 wd", ["2022-02-24", "2022-03-01", "2022-03-10", "2022-03-17"], "the last part is longer"),
        (
            "extend 2 wd; shift 2022-02-28T09:00 2022-03-02T09:00",
            ["2022-02-24", "2022-03-03", "2022-03-14", "2022-03-21"],
            "longer, and a stop before it",
        ),
        (
            "shift 2022-02-24T09:00 2022-02-26T09:00",
            ["2022-02-28", "2022-03-02", "2022-03-11", "2022-03-16"],
            "a stop that outlasts a part takes nothing from the next",
        ),
    ] {
        let standing = chained("2022-02-15T08:00", happened, [Office::National; 4]);
        let legs: Vec<_> = standing.legs.iter().map(|leg| leg.due_on).collect();
        assert_eq!(legs, dates.map(day), "{happened}: {why}");
        assert_eq!(standing.due_on, day(dates[3]), "the last part's date is the dossier's");
    }
}

#[test]
fn parts_are_counted_on_their_own_calendars() {
    // The second office works on Saturday mornings and the third closes earlier at noon; no day is lost between them.
    let offices = [Office::National, Office::Saturdays, Office::Southern, Office::National];
    let standing = chained("2022-02-15T08:00", "", offices);
    let legs: Vec<_> = standing.legs.iter().map(|leg| leg.due_on).collect();
    assert_eq!(legs, ["2022-02-24", "2022-02-28", "2022-03-09", "2022-03-14"].map(day));
    let hours = [
        Leg { limit: limit("1 wd"), calendar: Office::National.calendar(), agency: Some("a") },
        Leg { limit: limit("1 wd"), calendar: Office::Saturdays.calendar(), agency: Some("b") },
    ];
    // Friday's closing at 17:00 is after Saturday's at 11:00, yet Saturday is the first day of the second part.
    let course = Course {
        legs: &hours,
        start: at("2022-02-17T08:00"),
        moves: &[],
        granularity: Granularity::Date,
        appointed: None,
    };
    assert_eq!(run_both(&course).0.unwrap().unwrap().due_on, day("2022-02-19"));
}
