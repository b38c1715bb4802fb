//! Stops, resumptions and extensions, each case with its article. See `cases` for the form.

use super::cases::{Case, END, INDEX, PRACTICE, RESTART, SAME_DAY, SWAP, ZERO, check};
use super::*;

const STOPS: &[Case] = &[
    ("2022-01-25T08:00", "5 wd", "", "2022-02-08T17:00", "without a stop", ZERO),
    (
        "2022-01-25T08:00",
        "5 wd",
        "shift 2022-01-27T09:00 2022-02-07T08:00",
        "2022-02-10T17:00",
        "over Tết: two working days were stopped",
        PRACTICE,
    ),
    (
        "2022-01-25T08:00",
        "5 wd",
        "restart 2022-01-27T09:00 2022-02-07T08:00",
        "2022-02-14T17:00",
        "over Tết: five days from the first after it",
        RESTART,
    ),
    (
        "2022-01-25T08:00",
        "5 wd",
        "subtract 2022-01-27T09:00 2022-02-07T08:00",
        "2022-02-21T17:00",
        "over Tết: eleven days of the calendar, then a weekend",
        INDEX,
    ),
    (
        "2024-04-25T08:00",
        "3 wd",
        "shift 2024-04-26T09:00 2024-05-04T09:00",
        "2024-05-07T17:00",
        "resumed on a worked Saturday, which was stopped",
        SWAP,
    ),
    (
        "2024-04-25T08:00",
        "3 wd",
        "restart 2024-04-26T09:00 2024-05-04T09:00",
        "2024-05-08T17:00",
        "resumed on a worked Saturday, which is day zero",
        RESTART,
    ),
    (
        "2022-02-15T08:00",
        "5 wd",
        "shift 2022-02-16T09:00 2022-02-18T09:00; shift 2022-02-21T09:00 2022-02-22T16:00",
        "2022-02-25T17:00",
        "two stops, three days",
        PRACTICE,
    ),
    (
        "2022-02-15T08:00",
        "5 wd",
        "restart 2022-02-16T09:00 2022-02-18T09:00; shift 2022-02-22T10:00 2022-02-24T10:00",
        "2022-03-01T17:00",
        "a supplement, then a payment",
        RESTART,
    ),
    (
        "2022-02-15T08:00",
        "3 wd",
        "shift 2022-02-16T09:00 2022-02-16T15:00",
        "2022-02-18T17:00",
        "stopped within a day: no day was stopped",
        PRACTICE,
    ),
    (
        "2022-02-15T08:00",
        "3 wd",
        "shift 2022-02-18T09:00 2022-02-19T09:00",
        "2022-02-21T17:00",
        "resumed on a Saturday: not before it",
        PRACTICE,
    ),
    (
        "2022-02-19T08:00",
        "3 wd",
        "shift 2022-02-19T09:00 2022-02-23T09:00",
        "2022-02-28T17:00",
        "stopped before day zero: nothing is taken twice",
        PRACTICE,
    ),
    (
        "2022-02-15T08:00",
        "2.5 wd",
        "shift 2022-02-16T09:00 2022-02-17T09:00",
        "2022-02-21T11:00",
        "a fraction keeps its share",
        PRACTICE,
    ),
    (
        "2022-02-15T08:00",
        "10 cd",
        "shift 2022-02-17T09:00 2022-02-18T09:00",
        "2022-02-28T17:00",
        "calendar days: a day later, which is a Saturday",
        END,
    ),
    (
        "2022-02-15T14:00",
        "by 15:00",
        "shift 2022-02-15T14:30 2022-02-16T15:30",
        "2022-02-17T17:00",
        "settled the day it can be, or the next",
        SAME_DAY,
    ),
    (
        "2022-02-15T08:00",
        "8 h",
        "shift 2022-02-15T10:00 2022-02-15T15:00",
        "2022-02-16T11:00",
        "three office hours were stopped",
        PRACTICE,
    ),
    (
        "2022-02-15T08:00",
        "8 h",
        "restart 2022-02-15T10:00 2022-02-15T15:00",
        "2022-02-16T15:00",
        "eight hours from 15:00",
        RESTART,
    ),
    (
        "2022-02-15T08:00",
        "8 h",
        "subtract 2022-02-15T10:00 2022-02-15T15:00",
        "2022-02-16T13:30",
        "five hours of the clock lead into lunch",
        INDEX,
    ),
];

#[test]
fn stops_and_resumptions() {
    check(Office::National, STOPS);
}

const EXTENSIONS: &[Case] = &[
    (
        "2022-02-15T08:00",
        "3 wd",
        "extend 5 wd 2022-02-17T09:00",
        "2022-02-25T17:00",
        "before the due date, to verify",
        "Luật Hộ tịch 2014 Đ.25",
    ),
    (
        "2022-02-15T08:00",
        "3 wd",
        "extend 5 wd 2022-02-18T23:59",
        "2022-02-25T17:00",
        "in the last minute of the due day",
        END,
    ),
    ("2022-02-15T08:00", "2.5 wd", "extend 0.5 wd", "2022-02-18T17:00", "half and half are a day", ZERO),
    ("2022-02-15T08:00", "2.5 wd", "extend 1.75 wd", "2022-02-22T09:00", "a quarter of the next", ZERO),
    ("2022-02-15T08:00", "3 wd", "extend 10 cd", "2022-02-28T17:00", "in other days", END),
    ("2022-02-15T08:00", "3 wd", "extend 4 h", "2022-02-21T11:00", "in hours", ZERO),
    ("2022-02-15T08:00", "8 h", "extend 1 wd", "2022-02-17T08:00", "hours by a day", ZERO),
    ("2022-02-15T08:00", "3 wd", "extend to 2022-02-20", "2022-02-21T17:00", "to a Sunday", END),
    ("2022-02-15T08:00", "3 wd", "extend to 2022-02-17", "2022-02-18T17:00", "never forward", PRACTICE),
    (
        "2022-02-15T08:00",
        "3 wd",
        "extend to 2022-02-20; shift 2022-02-21T09:00 2022-02-22T09:00",
        "2022-02-22T17:00",
        "to a Sunday, then a day's stop",
        PRACTICE,
    ),
    (
        "2022-02-15T08:00",
        "3 wd",
        "extend 2 wd; restart 2022-02-17T09:00 2022-02-21T09:00",
        "2022-02-28T17:00",
        "counted again, the extension stays",
        RESTART,
    ),
    (
        "2022-02-15T08:00",
        "3 wd",
        "shift 2022-02-16T09:00 2022-02-17T09:00; extend 2 wd 2022-02-18T09:00",
        "2022-02-23T17:00",
        "after a stop",
        PRACTICE,
    ),
];

#[test]
fn extensions() {
    check(Office::National, EXTENSIONS);
}
