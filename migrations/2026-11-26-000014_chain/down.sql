DROP TRIGGER dossier_events_open_day ON dossier_events;
DROP FUNCTION require_open_day();
DROP TABLE log_leaves;
DROP TABLE log_days;
ALTER TABLE dossier_events DROP COLUMN hash, DROP COLUMN state_digest, DROP COLUMN personal_digest, DROP COLUMN salt;
DROP INDEX dossier_events_recorded_idx;
ALTER TABLE dossier_persons DROP COLUMN salt;
ALTER TABLE dossiers DROP COLUMN head_hash, DROP COLUMN person_digest, DROP COLUMN holder_digest;
