//! Tables of cases on the shipped calendar: start, limit, what happened, when it is due, why, and the article.

use super::*;

/// Start, limit, what happened, `due_at`, why, article.
pub(super) type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

pub(super) fn check(office: Office, cases: &[Case]) {
    for (start, of, happened, due, why, law) in cases {
        let standing = stands(office, start, of, happened, Granularity::Date);
        let case = format!("{start} + {of} [{happened}]: {why} ({law})");
        assert_eq!(standing.due_at, at(due), "{case}");
        assert_eq!(standing.due_on, at(due).local_date(), "{case}");
        let by_minute = of.ends_with(" h");
        let late = if by_minute { at(due) } else { Instant::end_of(standing.due_on) };
        assert_eq!(standing.overdue_from, Some(late), "{case}");
        assert_eq!((standing.late_from, standing.restarted_on), (late, None), "{case}");
    }
}

pub(super) const TET: &str = "BLLĐ 2019 Đ.112";
pub(super) const REST: &str = "BLLĐ 2019 Đ.111(3)";
pub(super) const ZERO: &str = "BLDS 2015 Đ.147";
pub(super) const END: &str = "BLDS 2015 Đ.148";
pub(super) const SWAP: &str = "hoán đổi ngày nghỉ";
pub(super) const SAME_DAY: &str = "Luật Hộ tịch 2014 Đ.5(3)";
pub(super) const RESTART: &str = "NĐ 61/2018 Đ.19(4)";
pub(super) const PRACTICE: &str = "practice";
pub(super) const INDEX: &str = "QĐ 766/QĐ-TTg";

#[test]
fn days_off_and_worked_rest_days() {
    check(
        Office::National,
        &[
            ("2021-02-09T08:00", "1 wd", "", "2021-02-17T17:00", "Tết 2021", TET),
            ("2022-01-28T08:00", "1 wd", "", "2022-02-07T17:00", "Tết 2022", TET),
            ("2023-01-19T08:00", "1 wd", "", "2023-01-27T17:00", "Tết 2023", TET),
            ("2024-02-07T08:00", "1 wd", "", "2024-02-15T17:00", "Tết 2024", TET),
            ("2025-01-24T08:00", "1 wd", "", "2025-02-03T17:00", "Tết 2025", TET),
            ("2026-02-13T08:00", "1 wd", "", "2026-02-23T17:00", "Tết 2026", TET),
            ("2022-04-28T08:00", "3 wd", "", "2022-05-05T17:00", "30/4 and 1/5 on a weekend", REST),
            ("2023-04-28T08:00", "2 wd", "", "2023-05-05T17:00", "a break of five days", REST),
            ("2026-11-23T08:00", "1 wd", "", "2026-11-25T17:00", "24/11", "Nghị quyết 80-NQ/TW"),
            ("2024-05-03T08:00", "1 wd", "", "2024-05-04T17:00", "a worked Saturday", SWAP),
            ("2025-04-25T08:00", "1 wd", "", "2025-04-26T17:00", "a worked Saturday", SWAP),
            ("2026-01-09T08:00", "1 wd", "", "2026-01-10T17:00", "a worked Saturday", SWAP),
            ("2026-08-21T08:00", "1 wd", "", "2026-08-22T17:00", "a worked Saturday", SWAP),
            ("2024-05-04T09:00", "1 wd", "", "2024-05-06T17:00", "received on a worked Saturday", SWAP),
            ("2025-04-26T09:00", "1 wd", "", "2025-04-28T17:00", "received on a worked Saturday", SWAP),
            ("2026-01-10T09:00", "1 wd", "", "2026-01-12T17:00", "received on a worked Saturday", SWAP),
            ("2026-08-22T09:00", "1 wd", "", "2026-08-24T17:00", "received on a worked Saturday", SWAP),
            ("2024-04-26T08:00", "3 wd", "", "2024-05-04T17:00", "the swapped Monday does not count", SWAP),
            ("2024-05-03T16:00", "2 h", "", "2024-05-04T08:00", "hours of a worked Saturday", SWAP),
        ],
    );
}

#[test]
fn ends_of_months_and_years() {
    check(
        Office::National,
        &[
            ("2021-12-31T08:00", "1 wd", "", "2022-01-04T17:00", "1/1 on a Saturday", REST),
            ("2022-12-30T08:00", "1 wd", "", "2023-01-03T17:00", "1/1 on a Sunday", REST),
            ("2023-12-29T08:00", "1 wd", "", "2024-01-02T17:00", "1/1 on a Monday", TET),
            ("2024-12-31T08:00", "1 wd", "", "2025-01-02T17:00", "1/1 on a Wednesday", TET),
            ("2025-12-31T08:00", "1 wd", "", "2026-01-05T17:00", "2/1 swapped", SWAP),
            ("2022-02-28T08:00", "1 wd", "", "2022-03-01T17:00", "a short February", ZERO),
            ("2024-02-28T08:00", "2 wd", "", "2024-03-01T17:00", "a leap year", ZERO),
            ("2024-02-28T08:00", "2 cd", "", "2024-03-01T17:00", "a leap year in calendar days", END),
            (
                "2022-12-01T08:00",
                "31 cd",
                "",
                "2023-01-03T17:00",
                "ends on 1/1, moves past the day instead",
                END,
            ),
            ("2022-04-29T08:00", "1 wd", "", "2022-05-04T17:00", "over a month's end", REST),
        ],
    );
}

#[test]
fn off_hours_and_cut_offs() {
    check(
        Office::National,
        &[
            (
                "2022-02-15T15:00",
                "by 15:00",
                "",
                "2022-02-15T17:00",
                "exactly 15:00 is not after it",
                SAME_DAY,
            ),
            ("2022-02-15T15:01", "by 15:00", "", "2022-02-16T17:00", "a minute after", SAME_DAY),
            ("2022-01-28T15:01", "by 15:00", "", "2022-02-07T17:00", "a minute after, before Tết", SAME_DAY),
            ("2022-02-15T12:00", "by 15:00", "", "2022-02-15T17:00", "at lunch", SAME_DAY),
            (
                "2022-02-15T12:00",
                "by 11:30",
                "",
                "2022-02-16T17:00",
                "at lunch, the afternoon is after it",
                SAME_DAY,
            ),
            (
                "2022-02-15T18:00",
                "by 15:00",
                "",
                "2022-02-16T17:00",
                "in the evening: received the next day",
                SAME_DAY,
            ),
            ("2022-02-19T09:00", "by 15:00", "", "2022-02-21T17:00", "on a Saturday", SAME_DAY),
            ("2022-02-15T15:00", "1 wd", "", "2022-02-16T17:00", "15:00 moves no other limit", ZERO),
            ("2022-02-15T15:01", "1 wd", "", "2022-02-16T17:00", "nor does a minute after", ZERO),
            ("2022-02-15T16:59", "1 wd", "", "2022-02-16T17:00", "a minute before closing", ZERO),
            ("2022-02-15T17:00", "1 wd", "", "2022-02-16T17:00", "the closing minute is open", PRACTICE),
            ("2022-02-15T17:01", "1 wd", "", "2022-02-17T17:00", "a minute after closing", PRACTICE),
            ("2022-02-15T11:45", "1 wd", "", "2022-02-16T17:00", "at lunch", PRACTICE),
            ("2022-02-15T05:00", "1 wd", "", "2022-02-16T17:00", "before opening", PRACTICE),
            (
                "2022-02-19T09:00",
                "1 wd",
                "",
                "2022-02-22T17:00",
                "on a Saturday: day zero is Monday",
                PRACTICE,
            ),
            (
                "2022-02-01T09:00",
                "1 wd",
                "",
                "2022-02-08T17:00",
                "in Tết: day zero is the first day after",
                TET,
            ),
            ("2022-02-19T09:00", "2 cd", "", "2022-02-21T17:00", "calendar days keep their own day", END),
        ],
    );
}

#[test]
fn fractions_and_hours() {
    check(
        Office::National,
        &[
            ("2022-02-15T08:00", "0.5 wd", "", "2022-02-16T11:00", "four of eight hours", ZERO),
            ("2022-02-15T08:00", "0.25 wd", "", "2022-02-16T09:00", "two of eight hours", ZERO),
            ("2022-02-15T08:00", "0.75 wd", "", "2022-02-16T15:00", "six, over lunch", ZERO),
            ("2022-02-15T08:00", "2.5 wd", "", "2022-02-18T11:00", "two days and a half", ZERO),
            ("2022-02-15T08:00", "2.05 wd", "", "2022-02-18T07:24", "24 minutes", ZERO),
            ("2022-02-18T08:00", "0.5 wd", "", "2022-02-21T11:00", "half of Monday", ZERO),
            ("2022-02-15T10:30", "2 h", "", "2022-02-15T14:30", "over lunch", "BLDS 2015 Đ.147(1)"),
            ("2022-02-18T16:00", "8 h", "", "2022-02-21T16:00", "over a weekend", "BLDS 2015 Đ.147(1)"),
            (
                "2022-02-18T16:59",
                "1 h",
                "",
                "2022-02-21T07:59",
                "a minute before closing",
                "BLDS 2015 Đ.147(1)",
            ),
            ("2022-02-18T16:45", "0.5 h", "", "2022-02-21T07:15", "half an hour", "BLDS 2015 Đ.147(1)"),
            (
                "2022-02-15T16:00",
                "1 h",
                "",
                "2022-02-15T17:00",
                "fills the day: its closing",
                "BLDS 2015 Đ.147(1)",
            ),
            ("2022-02-15T20:00", "8 h", "", "2022-02-16T17:00", "in the evening", "BLDS 2015 Đ.147(1)"),
            ("2022-01-28T16:00", "4 h", "", "2022-02-07T10:00", "over Tết", TET),
            ("2022-02-15T08:00", "4 cd", "", "2022-02-21T17:00", "ends on a Saturday", END),
            ("2022-01-17T08:00", "15 cd", "", "2022-02-07T17:00", "ends in Tết", END),
        ],
    );
}

#[test]
fn an_agencys_own_hours() {
    check(
        Office::Southern,
        &[
            ("2022-02-28T16:00", "8 h", "", "2022-03-01T16:00", "the hours change in between", PRACTICE),
            ("2022-02-28T12:00", "1 h", "", "2022-02-28T14:30", "lunch until 13:30, before", PRACTICE),
            ("2022-03-01T12:00", "1 h", "", "2022-03-01T14:00", "lunch until 13:00, since", PRACTICE),
            ("2022-03-01T08:00", "0.5 wd", "", "2022-03-02T11:00", "half a day is the morning", PRACTICE),
            ("2022-02-28T08:00", "0.75 wd", "", "2022-03-01T15:00", "of the hours of the due day", PRACTICE),
        ],
    );
    check(
        Office::Saturdays,
        &[
            (
                "2022-02-18T08:00",
                "1 wd",
                "",
                "2022-02-19T11:00",
                "a Saturday morning is a working day",
                PRACTICE,
            ),
            ("2022-02-18T08:00", "0.5 wd", "", "2022-02-19T09:00", "half of a short day", PRACTICE),
            ("2022-02-18T08:00", "2 wd", "", "2022-02-21T17:00", "and then Monday", PRACTICE),
            ("2022-02-18T16:00", "8 h", "", "2022-02-21T10:00", "1 + 4 + 3 hours", PRACTICE),
            ("2022-02-19T11:00", "1 wd", "", "2022-02-21T17:00", "its closing minute", PRACTICE),
            ("2022-02-19T11:01", "1 wd", "", "2022-02-22T17:00", "a minute after", PRACTICE),
            ("2022-02-18T08:00", "1 cd", "", "2022-02-19T11:00", "a calendar day", END),
            (
                "2022-02-17T16:00",
                "8 h",
                "extend 1 cd",
                "2022-02-19T11:00",
                "not after a short day's closing",
                PRACTICE,
            ),
            ("2024-05-03T08:00", "1 wd", "", "2024-05-04T11:00", "worked anyway, for its own hours", SWAP),
        ],
    );
}
