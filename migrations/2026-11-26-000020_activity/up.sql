-- What an agency recorded in the last weeks, and what it recorded last, without reading all that it ever did. Also the index
-- of the foreign key.
CREATE INDEX dossier_events_activity_idx ON dossier_events (agency_id, recorded_at);
DROP INDEX dossier_events_agency_idx;

-- What ended in a period, for the statistics.
CREATE INDEX dossiers_ended_idx ON dossiers (ended_at) WHERE ended_at IS NOT NULL;
