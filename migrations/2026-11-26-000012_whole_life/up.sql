-- Dossiers that wait to be received, refusals, steps recorded after later ones, and corrections.

ALTER TABLE dossiers
    DROP CONSTRAINT dossiers_ends_after_receipt,
    DROP CONSTRAINT dossiers_status_known,
    DROP CONSTRAINT dossiers_ended_matches_status,
    DROP CONSTRAINT dossiers_closed_matches_status,
    DROP CONSTRAINT dossiers_waits_to_resume,
    ALTER COLUMN received_at DROP NOT NULL,
    ADD COLUMN filed_at timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(received_at, submitted_at)) STORED;
ALTER TABLE dossiers
    ADD CONSTRAINT dossiers_ends_after_filing CHECK (ended_at >= filed_at),
    ADD CONSTRAINT dossiers_received_matches_status CHECK
        (received_at IS NOT NULL OR status IN ('registered', 'supplement_requested', 'refused', 'withdrawn', 'terminated')),
    ADD CONSTRAINT dossiers_limit_begins_with_receipt CHECK (received_at IS NOT NULL OR clock_started_at IS NULL AND due_on IS NULL),
    ADD CONSTRAINT dossiers_status_known CHECK (status IN ('registered', 'received', 'refused', 'processing', 'supplement_requested', 'payment_requested', 'suspended', 'completed', 'returned', 'withdrawn', 'terminated')),
    ADD CONSTRAINT dossiers_ended_matches_status CHECK ((ended_at IS NOT NULL) = (status IN ('refused', 'completed', 'returned', 'withdrawn', 'terminated'))),
    ADD CONSTRAINT dossiers_closed_matches_status CHECK
        ((status = 'returned') = (returned_at IS NOT NULL) AND (closed_recorded_at IS NOT NULL) = (status IN ('refused', 'returned', 'withdrawn', 'terminated'))),
    ADD CONSTRAINT dossiers_waits_to_resume CHECK
        ((resumes_to IS NOT NULL) = (status IN ('supplement_requested', 'payment_requested', 'suspended')) AND resumes_to IN ('registered', 'received', 'processing'));
COMMENT ON COLUMN dossiers.received_at IS 'When a complete dossier was received; null while it waits for that.';
COMMENT ON COLUMN dossiers.filed_at IS 'When it was received, or else submitted: the order of lists.';
COMMENT ON COLUMN dossiers.procedure_version_id IS 'The procedure version in force on the day of receipt; until then on that of the submission.';

-- Lists are in the order of filing, which is that of receipt for all that were received.
DROP INDEX dossiers_newest_idx, dossiers_competent_agency_idx, dossiers_receiving_agency_idx, dossiers_holder_agency_idx;
CREATE INDEX dossiers_newest_idx ON dossiers (filed_at DESC, id DESC);
CREATE INDEX dossiers_competent_agency_idx ON dossiers (competent_agency_id, filed_at DESC, id DESC);
CREATE INDEX dossiers_receiving_agency_idx ON dossiers (receiving_agency_id, filed_at DESC, id DESC);
CREATE INDEX dossiers_holder_agency_idx ON dossiers (holder_agency_id, filed_at DESC, id DESC);

ALTER TABLE dossier_events
    ADD COLUMN appointed_at timestamptz,
    ADD COLUMN reason       text,
    ADD COLUMN corrects     uuid,
    ADD COLUMN happened_at  timestamptz,
    ADD COLUMN voids        boolean,
    DROP CONSTRAINT dossier_events_kind_known;
-- The reason of an apology shared a column with grounds.
UPDATE dossier_events SET reason = ground, ground = NULL WHERE kind = 'apologised';
ALTER TABLE dossier_events
    ADD CONSTRAINT dossier_events_kind_known CHECK (kind IN ('registered', 'received', 'refused', 'received_by_competent', 'accepted', 'forwarded', 'noted', 'supplement_requested', 'supplement_received', 'payment_requested', 'payment_received', 'suspended', 'resumed', 'extended', 'apologised', 'completed', 'returned', 'withdrawn', 'terminated', 'reopened', 'corrected', 'calendar_changed')),
    ADD CONSTRAINT dossier_events_corrects_fkey FOREIGN KEY (corrects) REFERENCES dossier_events (id),
    ADD CONSTRAINT dossier_events_correction_whole CHECK
        ((kind = 'corrected') = (corrects IS NOT NULL) AND (corrects IS NOT NULL OR happened_at IS NULL AND voids IS NULL));
CREATE INDEX dossier_events_corrects_idx ON dossier_events (corrects) WHERE corrects IS NOT NULL;
COMMENT ON COLUMN dossier_events.ground IS 'Ground of a refusal, a suspension, an extension, a termination or a reopening.';
COMMENT ON COLUMN dossier_events.appointed_at IS 'Return date promised on the receipt slip, of a receipt after a registration.';
COMMENT ON COLUMN dossier_events.reason IS 'Reason of an apology or of a correction.';
COMMENT ON COLUMN dossier_events.corrects IS 'The event that a correction is about. What else the correction has replaces what that event has; what is null leaves it.';
COMMENT ON COLUMN dossier_events.happened_at IS 'When the corrected event happened.';
COMMENT ON COLUMN dossier_events.voids IS 'True: the corrected event did not happen; false: it did after all.';

ALTER TABLE policies
    ADD COLUMN backdating_days smallint,
    ADD CONSTRAINT policies_backdating_days_range CHECK (backdating_days BETWEEN 0 AND 3660),
    DROP CONSTRAINT policies_choose_something,
    ADD CONSTRAINT policies_choose_something CHECK (coalesce(supplement, other_stop, second_supplement, granularity, judge_by, backdating_days::text) IS NOT NULL);
COMMENT ON COLUMN policies.backdating_days IS 'For how many calendar days a step may be recorded after steps that happened later; null: left open.';
