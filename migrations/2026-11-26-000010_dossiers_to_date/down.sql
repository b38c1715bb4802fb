DROP INDEX dossiers_to_date_idx;
CREATE INDEX dossiers_to_date_idx ON dossiers (id) WHERE ended_at IS NULL OR calendar_missing IS NOT NULL;
