-- What other software calls an event, by which a batch that is sent again is known.

ALTER TABLE dossier_events
    ADD COLUMN reference text,
    ADD CONSTRAINT dossier_events_reference_length CHECK (char_length(reference) BETWEEN 1 AND 100);
COMMENT ON COLUMN dossier_events.reference IS 'What the sender of a batch calls it (ref), unique within the dossier; null when it came without.';
CREATE UNIQUE INDEX dossier_events_reference_key ON dossier_events (dossier_id, reference) WHERE reference IS NOT NULL;
COMMENT ON COLUMN dossiers.closed_recorded_at IS 'When its closing was recorded, here or in the software that it was replayed from; closing is judged by it.';
SELECT make_as_of_views();
