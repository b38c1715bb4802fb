-- How the open dossiers of agencies stand is read from this index alone, also as of an earlier instant, and not from the whole table.
-- `ended_at` is null in all of it, and is there because the counts ask for it once more.
DROP INDEX dossiers_open_competent_idx;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id)
    INCLUDE (ended_at, status, clock, due_on, last_event_at, last_recorded_at, filed_at) WHERE ended_at IS NULL;
