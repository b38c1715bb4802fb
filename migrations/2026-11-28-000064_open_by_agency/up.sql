-- How the open dossiers of agencies stand is read from this index alone, also as of an earlier instant, and not from the whole table.
-- `ended_at` is null in all of it, and is there because the counts ask for it once more.
DROP INDEX dossiers_open_competent_idx;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id)
    INCLUDE (ended_at, status, clock, due_on, last_event_at, last_recorded_at, filed_at) WHERE ended_at IS NULL;

-- Whose events they are is asked without the view of what was known, which would look for a dossier among all its states.
CREATE OR REPLACE VIEW dossier_codes AS SELECT id, code, competent_agency_id FROM dossiers;
COMMENT ON VIEW dossier_codes IS 'The codes and competent agencies of dossiers, by a name that the schema as_of does not have: they never change.';
