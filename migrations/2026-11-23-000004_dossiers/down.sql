DROP TABLE dossier_counters;
DROP TABLE dossier_event_notes;
DROP TABLE dossier_events;
DROP TABLE dossier_persons;
DROP TABLE dossiers;
