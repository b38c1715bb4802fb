-- The indexes of what is open hold also the few open dossiers without a deadline, so that counts of all that is open read them
-- and not the whole table.

DROP INDEX dossiers_open_overdue_idx, dossiers_open_competent_idx, dossiers_open_receiving_idx, dossiers_open_holder_idx;
CREATE INDEX dossiers_open_overdue_idx ON dossiers (overdue_from, id) WHERE ended_at IS NULL;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id) WHERE ended_at IS NULL;
CREATE INDEX dossiers_open_receiving_idx ON dossiers (receiving_agency_id, overdue_from, id) WHERE ended_at IS NULL;
CREATE INDEX dossiers_open_holder_idx ON dossiers (holder_agency_id, overdue_from, id) WHERE ended_at IS NULL;

-- Whether a dossier has ended, its status and its clock say much the same. Taken for independent, so little would seem to be open
-- that to read and sort all of it looks cheaper than to walk an index up to the end of a page.
CREATE STATISTICS dossiers_open_stats (mcv) ON ended_at, status, clock FROM dossiers;
COMMENT ON STATISTICS dossiers_open_stats IS 'How many dossiers are open, by status and clock.';
ANALYZE dossiers;
