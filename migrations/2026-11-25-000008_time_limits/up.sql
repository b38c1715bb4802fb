-- Time limits that start with another event, are chained or may be prolonged; stops, extensions, apologies and ends; policies.

ALTER TABLE procedure_limits
    ADD COLUMN segments jsonb,
    ADD COLUMN prolongations jsonb,
    DROP CONSTRAINT procedure_limits_starts_known,
    ADD CONSTRAINT procedure_limits_starts_known CHECK (starts IN ('received', 'received_by_competent', 'accepted', 'payment_received')),
    ADD CONSTRAINT procedure_limits_segments_listed CHECK (jsonb_typeof(segments) = 'array'),
    ADD CONSTRAINT procedure_limits_prolongations_listed CHECK (jsonb_typeof(prolongations) = 'array');
COMMENT ON COLUMN procedure_limits.segments IS 'Parts of a chained limit (lien thong) in their order, each with agency_role, unit and amount_hundredths; null when it is not chained. An array and not a table: read whole with the limit, and never changed.';
COMMENT ON COLUMN procedure_limits.prolongations IS 'Prolongations that the law allows, each with ground, unit, amount_hundredths and law; null when there are none. An array for the same reason.';

ALTER TABLE dossiers
    ADD COLUMN clock_started_at timestamptz,
    ADD COLUMN stopped_at       timestamptz,
    ADD COLUMN judged_at        timestamptz,
    ADD COLUMN restarted_on     date,
    ADD COLUMN resumes_to       text,
    ADD COLUMN policy           jsonb,
    ADD COLUMN last_step_at     timestamptz,
    DROP CONSTRAINT dossiers_status_known,
    DROP CONSTRAINT dossiers_ended_matches_status,
    DROP CONSTRAINT dossiers_closed_matches_status;
UPDATE dossiers SET clock_started_at = received_at, judged_at = ended_at,
    last_step_at = greatest(received_at, holder_since, ended_at, returned_at);
ALTER TABLE dossiers
    ALTER COLUMN last_step_at SET NOT NULL,
    ADD CONSTRAINT dossiers_status_known CHECK (status IN ('received', 'processing', 'supplement_requested', 'payment_requested', 'suspended', 'completed', 'returned', 'withdrawn', 'terminated')),
    ADD CONSTRAINT dossiers_ended_matches_status CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'returned', 'withdrawn', 'terminated'))),
    ADD CONSTRAINT dossiers_judged_when_ended CHECK ((judged_at IS NULL) = (ended_at IS NULL) AND judged_at <= ended_at),
    ADD CONSTRAINT dossiers_closed_matches_status CHECK
        ((status = 'returned') = (returned_at IS NOT NULL) AND (closed_recorded_at IS NOT NULL) = (status IN ('returned', 'withdrawn', 'terminated'))),
    ADD CONSTRAINT dossiers_waits_to_resume CHECK
        ((resumes_to IS NOT NULL) = (status IN ('supplement_requested', 'payment_requested', 'suspended')) AND resumes_to IN ('received', 'processing')),
    ADD CONSTRAINT dossiers_stopped_is_open CHECK (stopped_at IS NULL OR ended_at IS NULL);
COMMENT ON COLUMN dossiers.clock_started_at IS 'When its time limit began to run; null while the event that starts it has not happened.';
COMMENT ON COLUMN dossiers.stopped_at IS 'Since when its clock is stopped; null while it runs and once it has ended.';
COMMENT ON COLUMN dossiers.judged_at IS 'The instant by which its handling is judged: when it ended, or when its clock had stopped if it ended while stopped.';
COMMENT ON COLUMN dossiers.restarted_on IS 'For a dossier that is late: the day to which later stops and extensions would have moved its due date.';
COMMENT ON COLUMN dossiers.resumes_to IS 'The status to which it goes back when it no longer waits.';
COMMENT ON COLUMN dossiers.last_step_at IS 'When its latest event but notes happened: the next step is not before it.';
COMMENT ON COLUMN dossiers.policy IS 'The choices that hold for its time limit, where they differ from those of the law on its day of receipt; null when they do not.';

ALTER TABLE dossier_events
    ADD COLUMN ground      text,
    ADD COLUMN items       text[],
    ADD COLUMN answer_by   date,
    ADD COLUMN by_unit     text,
    ADD COLUMN by_hundredths integer,
    ADD COLUMN new_due_on  date,
    DROP CONSTRAINT dossier_events_kind_known,
    ADD CONSTRAINT dossier_events_kind_known CHECK (kind IN ('received', 'received_by_competent', 'accepted', 'forwarded', 'noted', 'supplement_requested', 'supplement_received', 'payment_requested', 'payment_received', 'suspended', 'resumed', 'extended', 'apologised', 'completed', 'returned', 'withdrawn', 'terminated', 'calendar_changed')),
    ADD CONSTRAINT dossier_events_by_whole CHECK ((by_unit IS NULL) = (by_hundredths IS NULL) AND by_hundredths > 0),
    ADD CONSTRAINT dossier_events_by_unit_known CHECK (by_unit IN ('working_days', 'calendar_days', 'working_hours'));
COMMENT ON COLUMN dossier_events.ground IS 'Ground of a suspension, an extension or a termination; reason of an apology.';
COMMENT ON COLUMN dossier_events.items IS 'What is to be supplemented.';
COMMENT ON COLUMN dossier_events.answer_by IS 'Local day through which the applicant may answer.';
COMMENT ON COLUMN dossier_events.by_unit IS 'Unit of an extension.';
COMMENT ON COLUMN dossier_events.by_hundredths IS 'Amount of an extension in hundredths of the unit.';
COMMENT ON COLUMN dossier_events.new_due_on IS 'The new due day of an extension, or the day of return that an apology appoints.';

CREATE TABLE policies (
    name              text COLLATE "C" NOT NULL,
    procedure_code    text COLLATE "C",
    agency_id         integer,
    valid_from        date NOT NULL,
    valid_to          date,
    supplement        text,
    other_stop        text,
    second_supplement text,
    granularity       text,
    judge_by          text,
    law               text NOT NULL,
    version           integer NOT NULL DEFAULT 1,
    CONSTRAINT policies_pkey PRIMARY KEY (name),
    CONSTRAINT policies_procedure_fkey FOREIGN KEY (procedure_code) REFERENCES procedures (code),
    CONSTRAINT policies_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT policies_validity_ordered CHECK (valid_from <= valid_to),
    CONSTRAINT policies_supplement_known CHECK (supplement IN ('restart', 'shift', 'subtract')),
    CONSTRAINT policies_other_stop_known CHECK (other_stop IN ('restart', 'shift', 'subtract')),
    CONSTRAINT policies_second_supplement_known CHECK (second_supplement IN ('same', 'ignored', 'late')),
    CONSTRAINT policies_granularity_known CHECK (granularity IN ('date', 'minute')),
    CONSTRAINT policies_judge_by_known CHECK (judge_by IN ('computed', 'appointed')),
    CONSTRAINT policies_choose_something CHECK (coalesce(supplement, other_stop, second_supplement, granularity, judge_by) IS NOT NULL),
    CONSTRAINT policies_no_overlap EXCLUDE USING gist
        (coalesce(procedure_code, '') WITH =, coalesce(agency_id, 0) WITH =, daterange(valid_from, valid_to) WITH &&)
);
CREATE INDEX policies_procedure_idx ON policies (procedure_code);
CREATE INDEX policies_agency_idx ON policies (agency_id);
COMMENT ON TABLE policies IS 'Choices where law, practice and the national index differ, for a procedure, an agency and those below it, or both. Hold for dossiers received while valid.';
COMMENT ON COLUMN policies.name IS 'Its name, a slug.';
COMMENT ON COLUMN policies.procedure_code IS 'For this procedure; null: for every one.';
COMMENT ON COLUMN policies.agency_id IS 'For this agency and those below it; null: for every one.';
COMMENT ON COLUMN policies.valid_from IS 'First local day of receipt.';
COMMENT ON COLUMN policies.valid_to IS 'First local day of receipt no longer; null while it is valid.';
COMMENT ON COLUMN policies.supplement IS 'What a supplement does to the due date; null: left open.';
COMMENT ON COLUMN policies.other_stop IS 'What a payment or a suspension does to it; null: left open.';
COMMENT ON COLUMN policies.second_supplement IS 'What a second request for supplements does; null: left open.';
COMMENT ON COLUMN policies.granularity IS 'From when a limit in days is late; null: left open.';
COMMENT ON COLUMN policies.judge_by IS 'Which date judges; null: left open.';
COMMENT ON COLUMN policies.law IS 'The text that sets it.';
COMMENT ON COLUMN policies.version IS 'Raised by every change; the ETag of the policy.';
