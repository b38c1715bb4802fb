//! Years without a table: named, never guessed, and no way out of lateness.

use super::*;

fn ends(start: &str, of: &str, happened: &str) -> Result<Option<Standing>, MissingYear> {
    let legs = [Leg { limit: limit(of), calendar: Office::National.calendar(), agency: None }];
    let moves = moves(happened);
    let granularity = Granularity::Date;
    let course = Course { legs: &legs, start: at(start), moves: &moves, granularity, appointed: None };
    run_both(&course).0
}

#[test]
fn the_missing_year_is_named() {
    for (start, of, happened, year) in [
        ("2026-12-30T08:00", "5 wd", "", 2027),
        ("2026-12-30T08:00", "30 cd", "", 2027),
        ("2026-12-31T16:00", "8 h", "", 2027),
        ("2026-12-31T16:00", "by 15:00", "", 2027),
        ("2019-05-02T08:00", "1 wd", "", 2019),
        ("2026-12-20T08:00", "3 wd", "extend 10 wd", 2027),
        ("2026-12-20T08:00", "3 wd", "extend 30 cd", 2027),
        ("2026-12-20T08:00", "3 wd", "restart 2026-12-22T08:00 2027-01-05T08:00", 2027),
        ("2026-12-20T08:00", "3 wd", "shift 2026-12-22T08:00 2027-01-05T08:00", 2027),
        ("2026-12-21T14:00", "8 h", "shift 2026-12-22T08:00 2027-01-05T08:00", 2027),
    ] {
        assert_eq!(ends(start, of, happened), Err(MissingYear(year)), "{start} + {of} [{happened}]");
    }
    assert_eq!(ends("2031-01-01T08:00", "none", ""), Ok(None), "without a limit nothing is missing");
}

#[test]
fn lateness_needs_no_table_of_the_years_after() {
    for happened in [
        "restart 2026-12-30T08:00 2027-01-05T08:00",
        "shift 2026-12-30T08:00 2027-01-05T08:00",
        "subtract 2026-12-30T08:00 2027-01-05T08:00",
        "extend 10 wd 2026-12-30T08:00",
        "extend to 2027-02-01 2026-12-30T08:00; stopped 2027-01-10T08:00",
    ] {
        let standing = ends("2026-12-21T08:00", "3 wd", happened).unwrap().unwrap();
        assert_eq!(standing.due_on, day("2026-12-24"), "{happened}");
        assert_eq!(standing.overdue_from, Some(at("2026-12-25T00:00")), "{happened}");
        assert_eq!(standing.restarted_on, None, "not known yet");
    }
}
