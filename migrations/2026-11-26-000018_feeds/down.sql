DROP INDEX dossiers_closed_late_idx, dossiers_ended_late_idx, dossiers_unanswered_idx, dossiers_silent_idx;
DROP SCHEMA as_of CASCADE;
ALTER TABLE dossier_states DROP COLUMN unanswered_from;
ALTER TABLE dossiers DROP COLUMN unanswered_from;
SELECT make_as_of_views();
