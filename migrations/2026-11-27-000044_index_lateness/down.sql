DROP VIEW dossier_history;
CREATE VIEW dossier_history AS
    SELECT last_recorded_at AS known_from, NULL::timestamptz AS known_to, code, competent_agency_id, procedure_version_id, channel, received_at,
        status, ended_at, judged_at, overdue_from, due_on, clock_started_at, interruptions FROM dossiers
    UNION ALL
    SELECT lower(known), upper(known), code, competent_agency_id, procedure_version_id, channel, received_at,
        status, ended_at, judged_at, overdue_from, due_on, clock_started_at, interruptions FROM dossier_states;
COMMENT ON VIEW dossier_history IS 'Every state that dossiers have or had, with when it was known: from, and up to and without. Of its columns, what reports need.';
DROP SCHEMA as_of CASCADE;
DROP INDEX dossiers_open_index_overdue_idx;
ALTER TABLE dossiers DROP COLUMN index_overdue_from;
ALTER TABLE dossier_states DROP COLUMN index_overdue_from;
SELECT make_as_of_views();
TRUNCATE report_counts, report_late_counts;
ALTER TABLE report_counts ALTER COLUMN changed_by TYPE integer;
ALTER TABLE report_late_counts ALTER COLUMN changed_by TYPE integer;
UPDATE report_progress SET counted_through = NULL;
