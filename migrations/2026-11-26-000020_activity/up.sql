-- What an agency recorded in the last weeks, and what it recorded last, without reading all that it ever did. Also the index
-- of the foreign key.
CREATE INDEX dossier_events_activity_idx ON dossier_events (agency_id, recorded_at);
DROP INDEX dossier_events_agency_idx;
