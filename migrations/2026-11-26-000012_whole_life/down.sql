-- What the older service cannot show would be lost: this fails while there is a dossier that was not received, or a refusal or a correction.
ALTER TABLE policies
    DROP CONSTRAINT policies_choose_something,
    ADD CONSTRAINT policies_choose_something CHECK (coalesce(supplement, other_stop, second_supplement, granularity, judge_by) IS NOT NULL),
    DROP COLUMN backdating_days;

UPDATE dossier_events SET ground = reason WHERE kind = 'apologised';
ALTER TABLE dossier_events
    DROP CONSTRAINT dossier_events_correction_whole,
    DROP CONSTRAINT dossier_events_corrects_fkey,
    DROP CONSTRAINT dossier_events_kind_known,
    ADD CONSTRAINT dossier_events_kind_known CHECK (kind IN ('received', 'received_by_competent', 'accepted', 'forwarded', 'noted', 'supplement_requested', 'supplement_received', 'payment_requested', 'payment_received', 'suspended', 'resumed', 'extended', 'apologised', 'completed', 'returned', 'withdrawn', 'terminated', 'reopened', 'calendar_changed')),
    DROP COLUMN voids,
    DROP COLUMN happened_at,
    DROP COLUMN corrects,
    DROP COLUMN reason,
    DROP COLUMN appointed_at;
COMMENT ON COLUMN dossier_events.ground IS 'Ground of a suspension, an extension, a termination or a reopening; reason of an apology.';

DROP INDEX dossiers_newest_idx, dossiers_competent_agency_idx, dossiers_receiving_agency_idx, dossiers_holder_agency_idx;
CREATE INDEX dossiers_newest_idx ON dossiers (received_at DESC, id DESC);
CREATE INDEX dossiers_competent_agency_idx ON dossiers (competent_agency_id, received_at DESC, id DESC);
CREATE INDEX dossiers_receiving_agency_idx ON dossiers (receiving_agency_id, received_at DESC, id DESC);
CREATE INDEX dossiers_holder_agency_idx ON dossiers (holder_agency_id, received_at DESC, id DESC);
ALTER TABLE dossiers
    DROP CONSTRAINT dossiers_waits_to_resume,
    DROP CONSTRAINT dossiers_closed_matches_status,
    DROP CONSTRAINT dossiers_ended_matches_status,
    DROP CONSTRAINT dossiers_status_known,
    DROP CONSTRAINT dossiers_limit_begins_with_receipt,
    DROP CONSTRAINT dossiers_received_matches_status,
    DROP CONSTRAINT dossiers_ends_after_filing,
    DROP COLUMN filed_at,
    ALTER COLUMN received_at SET NOT NULL,
    ADD CONSTRAINT dossiers_ends_after_receipt CHECK (ended_at >= received_at),
    ADD CONSTRAINT dossiers_status_known CHECK (status IN ('received', 'processing', 'supplement_requested', 'payment_requested', 'suspended', 'completed', 'returned', 'withdrawn', 'terminated')),
    ADD CONSTRAINT dossiers_ended_matches_status CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'returned', 'withdrawn', 'terminated'))),
    ADD CONSTRAINT dossiers_closed_matches_status CHECK
        ((status = 'returned') = (returned_at IS NOT NULL) AND (closed_recorded_at IS NOT NULL) = (status IN ('returned', 'withdrawn', 'terminated'))),
    ADD CONSTRAINT dossiers_waits_to_resume CHECK
        ((resumes_to IS NOT NULL) = (status IN ('supplement_requested', 'payment_requested', 'suspended')) AND resumes_to IN ('received', 'processing'));
COMMENT ON COLUMN dossiers.received_at IS 'When a complete dossier was received.';
COMMENT ON COLUMN dossiers.procedure_version_id IS 'The procedure version in force on the day of receipt.';
