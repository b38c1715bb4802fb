DROP INDEX dossiers_open_overdue_idx;
CREATE INDEX dossiers_open_overdue_idx ON dossiers (overdue_from, id) WHERE ended_at IS NULL;
