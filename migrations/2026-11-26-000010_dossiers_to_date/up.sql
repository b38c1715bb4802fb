-- The index of what a job of a calendar looks at must serve nothing else. Any list of open dossiers implied its condition
-- before, and the planner read all of it beside the index that the list is made for. No other condition implies this form.
DROP INDEX dossiers_to_date_idx;
CREATE INDEX dossiers_to_date_idx ON dossiers (id) WHERE (ended_at IS NULL OR calendar_missing IS NOT NULL) IS TRUE;
