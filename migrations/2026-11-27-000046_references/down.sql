DROP SCHEMA as_of CASCADE;
DROP INDEX dossier_events_reference_key;
ALTER TABLE dossier_events DROP COLUMN reference;
COMMENT ON COLUMN dossiers.closed_recorded_at IS 'When its closing was recorded here; closing is judged by it.';
SELECT make_as_of_views();
