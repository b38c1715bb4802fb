-- The numbers of a report on the handling of procedures, by looking at every dossier: what the counters are compared with. Variables: from and to
-- (instants: the first of the period, and the first after it). Dossiers of the load are never opened again and never stand still.
SELECT competent_agency_id, procedure_version_id,
    count(*) AS received_total,
    count(*) FILTER (WHERE received_at >= :'from' AND channel = 'online') AS received_online,
    count(*) FILTER (WHERE received_at >= :'from' AND channel <> 'online') AS received_direct_postal,
    count(*) FILTER (WHERE received_at < :'from') AS carried_over,
    count(*) FILTER (WHERE ended_at < :'to') AS resolved_total,
    count(*) FILTER (WHERE ended_at < :'to' AND judged_at < overdue_from AND date(timezone('Asia/Ho_Chi_Minh', judged_at)) < due_on) AS resolved_early,
    count(*) FILTER (WHERE ended_at < :'to' AND (overdue_from IS NULL OR judged_at < overdue_from AND date(timezone('Asia/Ho_Chi_Minh', judged_at)) >= due_on)) AS resolved_on_time,
    count(*) FILTER (WHERE ended_at < :'to' AND judged_at >= overdue_from) AS resolved_late,
    count(*) FILTER (WHERE ended_at IS NULL OR ended_at >= :'to') AS pending_total,
    count(*) FILTER (WHERE (ended_at IS NULL OR ended_at >= :'to') AND NOT coalesce(overdue_from < :'to', false)) AS pending_in_time,
    count(*) FILTER (WHERE (ended_at IS NULL OR ended_at >= :'to') AND overdue_from < :'to') AS pending_overdue
FROM dossiers WHERE received_at < :'to' AND (ended_at IS NULL OR ended_at >= :'from') GROUP BY 1, 2
