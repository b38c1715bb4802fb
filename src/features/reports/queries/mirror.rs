//! The mirror of `domain/report` in SQL, for many dossiers. Changes only together with it; tests compare the two.
//!
//! The parts are texts that stand in larger statements: each says what it reads.

use crate::domain::vocabulary::Column;

/// The local day of an instant.
macro_rules! day {
    ($at:literal) => {
        concat!("date(timezone('Asia/Ho_Chi_Minh', ", $at, "))")
    };
}

/// Whole minutes from the receipt to an end, without the time in which the clock stood still.
macro_rules! minutes {
    ($end:literal) => {
        concat!(
            "greatest(floor(extract(epoch FROM ",
            $end,
            " - received_at - coalesce((SELECT sum(least(stop.\"to\", ",
            $end,
            ") - greatest(stop.\"from\", received_at))
                FROM jsonb_to_recordset(interruptions -> 'stops') AS stop(\"from\" timestamptz, \"to\" timestamptz)
                WHERE greatest(stop.\"from\", received_at) < least(stop.\"to\", ",
            $end,
            ")), interval '0')) / 60), 0)::bigint"
        )
    };
}

pub(super) use day;

/// What `changes` makes of the states in `states`: rows `measure`, `at`, `by` beside the columns of each state. An edge at which
/// something begins or ends on the same local day as the other is left out.
pub const CHANGES: &str = concat!(
    "SELECT s.*, edge.measure::smallint AS measure, edge.at, edge.by
    FROM (
        SELECT states.*,
            CASE channel WHEN 'online' THEN 1 ELSE 2 END AS received_as,
            CASE WHEN overdue_from IS NULL THEN 6 WHEN judged_at >= overdue_from THEN 5 WHEN ",
    day!("judged_at"),
    " < due_on THEN 3 ELSE 4 END AS ended_as,
            CASE WHEN ended_at IS NULL OR judged_at >= overdue_from THEN overdue_from END AS late_from,
            CASE WHEN ended_at IS NULL OR judged_at >= coalesce(index_overdue_from, overdue_from)
                THEN coalesce(index_overdue_from, overdue_from) END AS index_late_from,
            least(CASE WHEN due_on IS NOT NULL THEN clock_started_at END, ended_at) AS undated_to,
            CASE WHEN ended_at IS NOT NULL THEN ",
    minutes!("ended_at"),
    " END AS minutes
        FROM states
        WHERE received_at IS NOT NULL AND NOT coalesce(interruptions ? 'ends', false)
    ) s CROSS JOIN LATERAL (
        SELECT received_as, received_at, 1
        UNION ALL SELECT ended_as, ended_at, 1 WHERE ended_at IS NOT NULL
        UNION ALL SELECT CASE status WHEN 'withdrawn' THEN 7 ELSE 8 END, ended_at, 1
            WHERE ended_at IS NOT NULL AND status IN ('withdrawn', 'terminated')
        UNION ALL SELECT 14, ended_at, minutes WHERE minutes > 0
        UNION ALL SELECT 12, ended_at, 1 WHERE ended_at IS NOT NULL AND index_late_from IS NOT NULL
        UNION ALL SELECT lasts.measure, edges.at, edges.by
            FROM (
                SELECT 9 AS measure, late_from AS begins, ended_at AS ends, 1 AS by WHERE late_from IS NOT NULL
                UNION ALL SELECT 13, index_late_from, ended_at, 1 WHERE index_late_from IS NOT NULL
                UNION ALL SELECT 11, received_at, undated_to, 1
                UNION ALL SELECT 10, stop.\"from\", least(stop.\"to\", late_from), 1
                    FROM jsonb_to_recordset(interruptions -> 'stops') AS stop(\"from\" timestamptz, \"to\" timestamptz)
                    WHERE overdue_from IS NULL OR stop.\"from\" < overdue_from
                UNION ALL SELECT 11, stop.\"from\", stop.\"to\", -1
                    FROM jsonb_to_recordset(interruptions -> 'stops') AS stop(\"from\" timestamptz, \"to\" timestamptz)
                    WHERE due_on IS NULL
            ) lasts CROSS JOIN LATERAL (VALUES (lasts.begins, lasts.by), (lasts.ends, -lasts.by)) AS edges(at, by)
            WHERE edges.at IS NOT NULL AND (lasts.ends IS NULL OR ",
    day!("lasts.begins"),
    " < ",
    day!("lasts.ends"),
    ")
    ) AS edge(measure, at, by)"
);

/// The places of dossiers in a period: `marks`, a bit for each column, `on_time_by_index`, and `minutes` of what ended, beside the columns of
/// each dossier. Reads dossiers that fit
/// `which` from `dossiers d`; `$1` begins the period, `$2` is the first instant after it, and `$3` the one by which things are overdue.
pub fn placed(which: &str) -> String {
    use Column as C;
    let mark = |column: Column| column.mark();
    let [received, online, direct, carried] =
        [C::ReceivedTotal, C::ReceivedOnline, C::ReceivedDirectPostal, C::CarriedOver].map(mark);
    let [resolved, early, on_time, late] =
        [C::ResolvedTotal, C::ResolvedEarly, C::ResolvedOnTime, C::ResolvedLate].map(mark);
    let [pending, in_time, overdue] = [C::PendingTotal, C::PendingInTime, C::PendingOverdue].map(mark);
    let [undated, withdrawn, terminated] =
        [C::ResolvedNoDeadline, C::ResolvedWithdrawn, C::ResolvedTerminated].map(mark);
    let [reopened, stopped, no_deadline] =
        [C::CarriedReopened, C::PendingStopped, C::PendingNoDeadline].map(mark);
    let (judged_on, minutes) = (day!("end_judged_at"), minutes!("end_at"));
    format!(
        "SELECT s.*, {received}
            | CASE WHEN received_at < $1 THEN {carried} | CASE WHEN was_ended THEN {reopened} ELSE 0 END
                WHEN channel = 'online' THEN {online} ELSE {direct} END
            | CASE WHEN end_at IS NOT NULL THEN {resolved}
                    | CASE WHEN end_overdue_from IS NULL THEN {on_time} | {undated} WHEN end_judged_at >= end_overdue_from THEN {late}
                        WHEN {judged_on} < end_due_on THEN {early} ELSE {on_time} END
                    | CASE end_status WHEN 'withdrawn' THEN {withdrawn} WHEN 'terminated' THEN {terminated} ELSE 0 END
                ELSE {pending}
                    | CASE WHEN overdue_from <= $3 AND (ended_at IS NULL OR judged_at >= overdue_from) THEN {overdue}
                        WHEN is_stopped THEN {in_time} | {stopped}
                        WHEN due_on IS NULL OR clock_started_at IS NULL OR clock_started_at >= $2 THEN {in_time} | {no_deadline}
                        ELSE {in_time} END
                END AS marks,
            CASE WHEN end_at IS NOT NULL
                THEN CASE WHEN end_overdue_from IS NOT NULL THEN end_judged_at < coalesce(end_index_overdue_from, end_overdue_from) END
                WHEN (overdue_from <= $3 AND (ended_at IS NULL OR judged_at >= overdue_from)) IS NOT TRUE AND NOT coalesce(is_stopped, false)
                    AND (due_on IS NULL OR clock_started_at IS NULL OR clock_started_at >= $2) THEN NULL
                ELSE (coalesce(index_overdue_from, overdue_from) <= $3
                    AND (ended_at IS NULL OR judged_at >= coalesce(index_overdue_from, overdue_from))) IS NOT TRUE END AS on_time_by_index,
            CASE WHEN end_at IS NOT NULL THEN {minutes} END AS minutes
        FROM (
            SELECT d.*,
                coalesce(undone.ended_at, CASE WHEN d.ended_at < $2 THEN d.ended_at END) AS end_at,
                CASE WHEN undone.ended_at IS NULL THEN d.judged_at ELSE undone.judged_at END AS end_judged_at,
                CASE WHEN undone.ended_at IS NULL THEN d.due_on ELSE undone.due_on END AS end_due_on,
                CASE WHEN undone.ended_at IS NULL THEN d.overdue_from ELSE undone.overdue_from END AS end_overdue_from,
                CASE WHEN undone.ended_at IS NULL THEN d.index_overdue_from ELSE undone.index_overdue_from END AS end_index_overdue_from,
                CASE WHEN undone.ended_at IS NULL THEN d.status ELSE undone.status END AS end_status,
                d.interruptions ? 'ends' AND EXISTS (SELECT FROM jsonb_to_recordset(d.interruptions -> 'ends')
                    AS x(ended_at timestamptz, reopened_at timestamptz) WHERE x.ended_at < $1 AND x.reopened_at >= $1) AS was_ended,
                d.interruptions ? 'stops' AND EXISTS (SELECT FROM jsonb_to_recordset(d.interruptions -> 'stops')
                    AS x(\"from\" timestamptz, \"to\" timestamptz) WHERE x.\"from\" < $2 AND (x.\"to\" IS NULL OR x.\"to\" >= $2)
                        AND (d.overdue_from IS NULL OR x.\"from\" < d.overdue_from)) AS is_stopped
            FROM dossiers d LEFT JOIN LATERAL (
                SELECT * FROM jsonb_to_recordset(d.interruptions -> 'ends') AS x(ended_at timestamptz, judged_at timestamptz,
                    status text, due_on date, overdue_from timestamptz, index_overdue_from timestamptz, reopened_at timestamptz)
                WHERE x.ended_at < $2 AND x.reopened_at >= $2 LIMIT 1
            ) undone ON d.interruptions ? 'ends'
            WHERE d.received_at < $2 AND ({which})
        ) s WHERE end_at IS NULL OR end_at >= $1"
    )
}
