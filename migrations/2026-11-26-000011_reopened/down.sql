ALTER TABLE dossier_events
    DROP CONSTRAINT dossier_events_kind_known,
    ADD CONSTRAINT dossier_events_kind_known CHECK (kind IN ('received', 'received_by_competent', 'accepted', 'forwarded', 'noted', 'supplement_requested', 'supplement_received', 'payment_requested', 'payment_received', 'suspended', 'resumed', 'extended', 'apologised', 'completed', 'returned', 'withdrawn', 'terminated', 'calendar_changed'));
COMMENT ON COLUMN dossier_events.ground IS 'Ground of a suspension, an extension or a termination; reason of an apology.';
