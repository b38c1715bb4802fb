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
const ALWAYS: &[EventKind] = &[EventKind::Noted];

/// What may happen while a dossier is open, without a move.
const WHILE_OPEN: &[EventKind] = &[EventKind::Extended, EventKind::Apologised];

/// What may happen while a dossier is being handled, without a move.
const WHILE_HANDLED: &[EventKind] = &[EventKind::ReceivedByCompetent, EventKind::Accepted];

/// What may happen while a dossier is being handled, and where it leads.
const FROM_HANDLING: &[(EventKind, Status)] = &[
    (EventKind::Forwarded, Status::Processing),
    (EventKind::SupplementRequested, Status::SupplementRequested),
    (EventKind::PaymentRequested, Status::PaymentRequested),
    (EventKind::Suspended, Status::Suspended),
    (EventKind::Completed, Status::Completed),
];

/// What ends any open dossier.
const ENDS: &[(EventKind, Status)] =
    &[(EventKind::Withdrawn, Status::Withdrawn), (EventKind::Terminated, Status::Terminated)];

/// What may happen once a dossier has ended, and where it leads: an end by mistake is undone, and nothing is deleted.
const ONCE_ENDED: &[(EventKind, Status)] = &[(EventKind::Reopened, Status::Processing)];

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
        (EventKind::SupplementRequested, Status::Received) => Some(SupplementStage::Intake),
        (EventKind::SupplementRequested, _) => Some(SupplementStage::Appraisal),
        _ => None,
    }
}

/// Every allowed move, in the order of the vocabulary.
pub fn moves() -> Vec<Move> {
    let mut moves = vec![Move { from: None, kind: EventKind::Received, to: To::Status(Status::Received) }];
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
    let handled = matches!(from, Status::Received | Status::Processing);
    let stays = ALWAYS.contains(&kind)
        || !from.ended() && WHILE_OPEN.contains(&kind)
        || handled && WHILE_HANDLED.contains(&kind);
    match from {
        _ if stays => Some(To::Same),
        Status::Received | Status::Processing => of(FROM_HANDLING).or_else(|| of(ENDS)),
        Status::Completed => of(&[(EventKind::Returned, Status::Returned)]).or_else(|| of(ONCE_ENDED)),
        ended if ended.ended() => of(ONCE_ENDED),
        waiting if waiting_ends_with(waiting) == Some(kind) => Some(To::Before),
        waiting if waiting.waits() => of(ENDS),
        _ => None,
    }
}

/// The status after an event; `None` when the event is not allowed in `from`. `before` is the status before the dossier
/// had to wait.
pub fn after(from: Option<Status>, kind: EventKind, before: Option<Status>) -> Option<Status> {
    let Some(from) = from else { return (kind == EventKind::Received).then_some(Status::Received) };
    Some(match leads(from, kind)? {
        To::Status(to) => to,
        To::Before => before.unwrap_or(Status::Processing),
        To::Same => from,
    })
}

/// The kinds of event allowed in a status, in the order of the vocabulary.
pub fn allowed(from: Status) -> Vec<EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| leads(from, *kind).is_some()).collect()
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
        ];
        let waiting = |ends| {
            let mut kinds = vec![K::Noted, ends, K::Extended, K::Apologised, K::Withdrawn, K::Terminated];
            kinds.sort_unstable();
            kinds
        };
        for (status, kinds) in [
            (S::Received, handled.to_vec()),
            (S::Processing, handled.to_vec()),
            (S::SupplementRequested, waiting(K::SupplementReceived)),
            (S::PaymentRequested, waiting(K::PaymentReceived)),
            (S::Suspended, waiting(K::Resumed)),
            (S::Completed, vec![K::Noted, K::Returned, K::Reopened]),
            (S::Returned, vec![K::Noted, K::Reopened]),
            (S::Withdrawn, vec![K::Noted, K::Reopened]),
            (S::Terminated, vec![K::Noted, K::Reopened]),
        ] {
            assert_eq!(allowed(status), kinds, "{status}");
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
                let waiting = after(Some(before), request, None).unwrap();
                assert!(waiting.waits());
                assert_eq!(after(Some(waiting), answer, Some(before)), Some(before), "{request}");
            }
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_refused() {
        assert_eq!(after(Some(S::Received), K::Received, None), None, "received twice");
        assert_eq!(after(Some(S::Processing), K::Returned, None), None, "returned before completed");
        assert_eq!(after(Some(S::Processing), K::Resumed, None), None, "resumed without a stop");
        assert_eq!(after(Some(S::Suspended), K::Completed, None), None, "completed while stopped");
        assert_eq!(after(Some(S::Processing), K::Reopened, None), None, "reopened while open");
        assert_eq!(after(None, K::Forwarded, None), None, "before its receipt");
        for status in Status::ALL {
            assert_eq!(after(Some(*status), K::CalendarChanged, None), None, "nobody sends it");
        }
    }
}
