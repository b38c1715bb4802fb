DROP STATISTICS dossiers_open_stats;
DROP INDEX dossiers_open_overdue_idx, dossiers_open_competent_idx, dossiers_open_receiving_idx, dossiers_open_holder_idx;
CREATE INDEX dossiers_open_overdue_idx ON dossiers (overdue_from, id) WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
CREATE INDEX dossiers_open_receiving_idx ON dossiers (receiving_agency_id, overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
CREATE INDEX dossiers_open_holder_idx ON dossiers (holder_agency_id, overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
