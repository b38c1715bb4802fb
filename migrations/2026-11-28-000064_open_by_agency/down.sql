DROP INDEX dossiers_open_competent_idx;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id) WHERE ended_at IS NULL;
