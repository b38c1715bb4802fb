DROP TABLE report_progress, report_late_counts, report_counts;
DROP VIEW dossier_codes, dossier_history;
DROP SCHEMA as_of CASCADE;
DROP INDEX dossiers_reopened_idx, dossier_states_reopened_idx;
ALTER TABLE dossiers DROP COLUMN interruptions;
ALTER TABLE dossier_states DROP COLUMN interruptions;
SELECT make_as_of_views();
