//! What may happen to a dossier, and what becomes of it: the table of moves, as data.
//!
//! NĐ 61/2018 Art. 17-20: receipt, transfer, appraisal, supplement, result, return. A move that is not in the table is
//! refused with the status and the kinds that are allowed. A status in which the dossier waits leads back to the one
//! before it. When a dossier is due is in `deadline`, what its events do to its clock in `clock`.

use super::vocabulary::{EventKind, Status, SupplementStage};

/// Where a move leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To a status.
    Status(Status),
    /// Back to the status before the dossier had to wait.
    Before,
    /// To be handled again, or to be received when it never was.
    Again,
    /// Nowhere: the status stays.
    Same,
}

/// A move: in `from`, an event of `kind` leads to `to`. `from` is `None` before the first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Status before.
    pub from: Option<Status>,
    /// The event.
    pub kind: EventKind,
    /// Status after.
    pub to: To,
}

/// What may happen whatever the status is.
const ALWAYS: &[EventKind] = &[EventKind::Noted, EventKind::Corrected];

/// What may happen while a dossier that was received is open, without a move.
const WHILE_OPEN: &[EventKind] = &[EventKind::Extended, EventKind::Apologised];

/// What may happen while a dossier is being handled, without a move.
const WHILE_HANDLED: &[EventKind] = &[EventKind::ReceivedByCompetent, EventKind::Accepted];

/// What may happen while a dossier waits to be received, and where it leads.
const FROM_REGISTERED: &[(EventKind, Status)] = &[
    (EventKind::Received, Status::Received),
    (EventKind::Refused, Status::Refused),
    (EventKind::SupplementRequested, Status::SupplementRequested),
    (EventKind::Withdrawn, Status::Withdrawn),
];

/// What may happen while a dossier is being handled, and where it leads.
const FROM_HANDLING: &[(EventKind, Status)] = &[
    (EventKind::Forwarded, Status::Processing),
    (EventKind::SupplementRequested, Status::SupplementRequested),
    (EventKind::PaymentRequested, Status::PaymentRequested),
    (EventKind::Suspended, Status::Suspended),
    (EventKind::Completed, Status::Completed),
];

/// What ends any dossier that is handled or waits.
const ENDS: &[(EventKind, Status)] =
    &[(EventKind::Withdrawn, Status::Withdrawn), (EventKind::Terminated, Status::Terminated)];

/// What ends the waiting in a status.
const fn waiting_ends_with(status: Status) -> Option<EventKind> {
    match status {
        Status::SupplementRequested => Some(EventKind::SupplementReceived),
        Status::PaymentRequested => Some(EventKind::PaymentReceived),
        Status::Suspended => Some(EventKind::Resumed),
        _ => None,
    }
}

/// The stage of a request for supplements in a status: the check at the receipt lasts until the dossier is handed on.
pub const fn supplement_stage(from: Status, kind: EventKind) -> Option<SupplementStage> {
    match (kind, from) {
        (EventKind::SupplementRequested, Status::Registered | Status::Received) => {
            Some(SupplementStage::Intake)
        }
        (EventKind::SupplementRequested, _) => Some(SupplementStage::Appraisal),
        _ => None,
    }
}

/// Every allowed move, in the order of the vocabulary.
pub fn moves() -> Vec<Move> {
    let first = |status, kind| Move { from: None, kind, to: To::Status(status) };
    let mut moves =
        vec![first(Status::Registered, EventKind::Registered), first(Status::Received, EventKind::Received)];
    for status in Status::ALL {
        moves.extend(EventKind::ALL.iter().filter_map(|kind| {
            let to = leads(*status, *kind)?;
            Some(Move { from: Some(*status), kind: *kind, to })
        }));
    }
    moves
}

/// Where an event leads in a status; `None` when it is not allowed.
fn leads(from: Status, kind: EventKind) -> Option<To> {
    let of = |table: &[(EventKind, Status)]| {
        table.iter().find(|(of, _)| *of == kind).map(|(_, to)| To::Status(*to))
    };
    // An end by mistake is undone, and nothing is deleted.
    let again = (kind == EventKind::Reopened).then_some(To::Again);
    let handled = matches!(from, Status::Received | Status::Processing);
    let stays = ALWAYS.contains(&kind)
        || (handled || from.waits()) && WHILE_OPEN.contains(&kind)
        || handled && WHILE_HANDLED.contains(&kind);
    match from {
        _ if stays => Some(To::Same),
        Status::Registered => of(FROM_REGISTERED),
        Status::Received | Status::Processing => of(FROM_HANDLING).or_else(|| of(ENDS)),
        Status::Completed => of(&[(EventKind::Returned, Status::Returned)]).or(again),
        ended if ended.ended() => again,
        waiting if waiting_ends_with(waiting) == Some(kind) => Some(To::Before),
        waiting if waiting.waits() => of(ENDS),
        _ => None,
    }
}

/// Where a dossier stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its status.
    pub status: Status,
    /// While it waits: the status to which it goes back.
    pub resumes_to: Option<Status>,
    /// Whether it was ever received.
    pub received: bool,
}

impl Position {
    /// Where a dossier stands after its first event; `None` when no dossier begins with that.
    pub const fn first(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::Registered => {
                Some(Self { status: Status::Registered, resumes_to: None, received: false })
            }
            EventKind::Received => Some(Self { status: Status::Received, resumes_to: None, received: true }),
            _ => None,
        }
    }

    /// Where it stands after an event; `None` when the event is not allowed.
    pub fn after(self, kind: EventKind) -> Option<Self> {
        // There is no limit to extend, and none to have missed, before the receipt.
        if !self.received && WHILE_OPEN.contains(&kind) {
            return None;
        }
        let again = if self.received { Status::Processing } else { Status::Registered };
        let status = match leads(self.status, kind)? {
            To::Status(to) => to,
            To::Before => self.resumes_to.unwrap_or(again),
            To::Again => again,
            To::Same => return Some(self),
        };
        let resumes_to = status.waits().then_some(self.status);
        Some(Self { status, resumes_to, received: self.received || kind == EventKind::Received })
    }

    /// The kinds of event allowed, in the order of the vocabulary.
    pub fn allowed(self) -> Vec<EventKind> {
        EventKind::ALL.iter().copied().filter(|kind| self.after(*kind).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind as K;
    use Status as S;

    #[test]
    fn every_status_can_be_reached() {
        for status in Status::ALL {
            assert!(
                moves().iter().any(|m| m.to == To::Status(*status) && m.from != Some(*status)),
                "{status}"
            );
        }
    }

    fn at(status: Status) -> Position {
        let resumes_to = status.waits().then_some(S::Processing);
        Position { status, resumes_to, received: !matches!(status, S::Registered | S::Refused) }
    }

    /// The sentences of the contract, one by one.
    #[test]
    fn the_table_says_what_the_contract_says() {
        let handled = [
            K::ReceivedByCompetent,
            K::Accepted,
            K::Forwarded,
            K::Noted,
            K::SupplementRequested,
            K::PaymentRequested,
            K::Suspended,
            K::Extended,
            K::Apologised,
            K::Completed,
            K::Withdrawn,
            K::Terminated,
            K::Corrected,
        ];
        let waiting = |ends| {
            let mut kinds =
                vec![K::Noted, ends, K::Extended, K::Apologised, K::Withdrawn, K::Terminated, K::Corrected];
            kinds.sort_unstable();
            kinds
        };
        let registered =
            [K::Received, K::Refused, K::Noted, K::SupplementRequested, K::Withdrawn, K::Corrected];
        for (status, kinds) in [
            (S::Registered, registered.to_vec()),
            (S::Received, handled.to_vec()),
            (S::Processing, handled.to_vec()),
            (S::SupplementRequested, waiting(K::SupplementReceived)),
            (S::PaymentRequested, waiting(K::PaymentReceived)),
            (S::Suspended, waiting(K::Resumed)),
            (S::Completed, vec![K::Noted, K::Returned, K::Reopened, K::Corrected]),
            (S::Returned, vec![K::Noted, K::Reopened, K::Corrected]),
            (S::Refused, vec![K::Noted, K::Reopened, K::Corrected]),
            (S::Withdrawn, vec![K::Noted, K::Reopened, K::Corrected]),
            (S::Terminated, vec![K::Noted, K::Reopened, K::Corrected]),
        ] {
            assert_eq!(at(status).allowed(), kinds, "{status}");
        }
    }

    #[test]
    fn waiting_leads_back_to_where_it_began() {
        for before in [S::Received, S::Processing] {
            for (request, answer) in [
                (K::SupplementRequested, K::SupplementReceived),
                (K::PaymentRequested, K::PaymentReceived),
                (K::Suspended, K::Resumed),
            ] {
                let waiting = at(before).after(request).unwrap();
                assert!(waiting.status.waits());
                assert_eq!(waiting.after(answer), Some(at(before)), "{request}");
                let extended = waiting.after(K::Extended).unwrap();
                assert_eq!(extended.after(answer), Some(at(before)), "{request} and an extension");
            }
        }
    }

    /// What ends a dossier that was never received leads back to where it waits for that.
    #[test]
    fn before_its_receipt_a_dossier_has_no_limit_and_comes_back_to_be_received() {
        let registered = Position::first(K::Registered).unwrap();
        let waiting = registered.after(K::SupplementRequested).unwrap();
        assert_eq!(waiting.after(K::SupplementReceived), Some(registered));
        let kinds = [K::Noted, K::SupplementReceived, K::Withdrawn, K::Terminated, K::Corrected];
        assert_eq!(waiting.allowed(), kinds);
        for end in [
            registered.after(K::Refused),
            registered.after(K::Withdrawn),
            waiting.after(K::Withdrawn),
            waiting.after(K::Terminated),
        ] {
            assert_eq!(end.unwrap().after(K::Reopened), Some(registered));
        }
        let received = registered.after(K::Received).unwrap();
        assert_eq!(Some(received), Position::first(K::Received));
        let reopened = received.after(K::Withdrawn).unwrap().after(K::Reopened).unwrap();
        assert_eq!((reopened.status, reopened.received), (S::Processing, true));
    }

    #[test]
    fn what_is_not_in_the_table_is_refused() {
        assert_eq!(at(S::Received).after(K::Received), None, "received twice");
        assert_eq!(at(S::Received).after(K::Refused), None, "refused after its receipt");
        assert_eq!(at(S::Registered).after(K::Forwarded), None, "handed on before its receipt");
        assert_eq!(at(S::Processing).after(K::Returned), None, "returned before completed");
        assert_eq!(at(S::Processing).after(K::Resumed), None, "resumed without a stop");
        assert_eq!(at(S::Suspended).after(K::Completed), None, "completed while stopped");
        assert_eq!(at(S::Processing).after(K::Reopened), None, "reopened while open");
        assert_eq!(Position::first(K::Forwarded), None, "before its receipt");
        for status in Status::ALL {
            assert_eq!(at(*status).after(K::CalendarChanged), None, "nobody sends it");
            assert_eq!(at(*status).after(K::Registered), None, "it comes first or never");
        }
    }
}
