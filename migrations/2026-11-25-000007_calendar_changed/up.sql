-- The event of a dossier whose date moved because a calendar changed.

ALTER TABLE dossier_events
    DROP CONSTRAINT dossier_events_kind_known,
    ADD CONSTRAINT dossier_events_kind_known CHECK (kind IN ('received', 'forwarded', 'noted', 'completed', 'returned', 'calendar_changed'));
