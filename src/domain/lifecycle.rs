//! What may happen to a dossier, and what becomes of it: the table of moves, as data.
//!
//! NĐ 61/2018 Art. 17-20: receipt, transfer, appraisal, result, return. A move that is not in the table is
//! refused with the status and the kinds that are allowed. When it is due is in `deadline`.

use super::vocabulary::{EventKind, Status};

/// A move: in `from`, an event of `kind` leads to `to`. `from` is `None` before the first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Status before.
    pub from: Option<Status>,
    /// The event.
    pub kind: EventKind,
    /// Status after.
    pub to: Status,
}

const fn when(from: Status, kind: EventKind, to: Status) -> Move {
    Move { from: Some(from), kind, to }
}

/// Every allowed move.
pub const MOVES: &[Move] = &[
    Move { from: None, kind: EventKind::Received, to: Status::Received },
    when(Status::Received, EventKind::Forwarded, Status::Processing),
    when(Status::Received, EventKind::Noted, Status::Received),
    when(Status::Received, EventKind::Completed, Status::Completed),
    when(Status::Processing, EventKind::Forwarded, Status::Processing),
    when(Status::Processing, EventKind::Noted, Status::Processing),
    when(Status::Processing, EventKind::Completed, Status::Completed),
    when(Status::Completed, EventKind::Noted, Status::Completed),
    when(Status::Completed, EventKind::Returned, Status::Returned),
    when(Status::Returned, EventKind::Noted, Status::Returned),
];

/// The status after an event; `None` when the event is not allowed in `from`.
pub fn after(from: Option<Status>, kind: EventKind) -> Option<Status> {
    MOVES.iter().find(|m| m.from == from && m.kind == kind).map(|m| m.to)
}

/// The kinds of event allowed in a status.
pub fn allowed(from: Status) -> Vec<EventKind> {
    MOVES.iter().filter(|m| m.from == Some(from)).map(|m| m.kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_and_kind_has_at_most_one_outcome() {
        for (i, a) in MOVES.iter().enumerate() {
            assert!(MOVES[i + 1..].iter().all(|b| (a.from, a.kind) != (b.from, b.kind)), "{a:?} twice");
        }
    }

    #[test]
    fn every_status_can_be_reached() {
        for status in Status::ALL {
            assert!(MOVES.iter().any(|m| m.to == *status && m.from != Some(*status)), "{status}");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_refused() {
        assert_eq!(after(Some(Status::Received), EventKind::Received), None, "received twice");
        assert_eq!(after(Some(Status::Processing), EventKind::Returned), None, "returned before completed");
        assert_eq!(after(Some(Status::Returned), EventKind::Forwarded), None);
        assert_eq!(after(None, EventKind::Forwarded), None, "before its receipt");
        for status in Status::ALL {
            assert_eq!(after(Some(*status), EventKind::CalendarChanged), None, "nobody sends it");
        }
        assert_eq!(allowed(Status::Received), [EventKind::Forwarded, EventKind::Noted, EventKind::Completed]);
    }
}
