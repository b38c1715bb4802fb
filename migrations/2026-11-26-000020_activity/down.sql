DROP INDEX dossiers_ended_idx;
CREATE INDEX dossier_events_agency_idx ON dossier_events (agency_id);
DROP INDEX dossier_events_activity_idx;
