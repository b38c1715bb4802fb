-- When a dossier is late by the national index (QD 766/QD-TTg, 2.1), which subtracts the time of supplements.

ALTER TABLE dossiers ADD COLUMN index_overdue_from timestamptz;
ALTER TABLE dossier_states ADD COLUMN index_overdue_from timestamptz;
COMMENT ON COLUMN dossiers.index_overdue_from IS 'First instant at which it is late by the choices of the national index; null where that is overdue_from.';
COMMENT ON COLUMN dossier_states.index_overdue_from IS 'First instant at which it is late by the choices of the national index; null where that is overdue_from.';
SELECT make_as_of_views();

CREATE OR REPLACE VIEW dossier_history AS
    SELECT last_recorded_at AS known_from, NULL::timestamptz AS known_to, code, competent_agency_id, procedure_version_id, channel, received_at,
        status, ended_at, judged_at, overdue_from, due_on, clock_started_at, interruptions, index_overdue_from FROM dossiers
    UNION ALL
    SELECT lower(known), upper(known), code, competent_agency_id, procedure_version_id, channel, received_at,
        status, ended_at, judged_at, overdue_from, due_on, clock_started_at, interruptions, index_overdue_from FROM dossier_states;

CREATE INDEX dossiers_open_index_overdue_idx ON dossiers (index_overdue_from) WHERE ended_at IS NULL AND index_overdue_from IS NOT NULL;

-- The counters know more measures, one of them of minutes: they are made anew.
TRUNCATE report_counts, report_late_counts;
ALTER TABLE report_counts ALTER COLUMN changed_by TYPE bigint;
ALTER TABLE report_late_counts ALTER COLUMN changed_by TYPE bigint;
UPDATE report_progress SET counted_through = NULL;
