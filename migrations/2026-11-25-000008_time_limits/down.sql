DROP TABLE policies;
ALTER TABLE dossier_events
    DROP CONSTRAINT dossier_events_by_unit_known,
    DROP CONSTRAINT dossier_events_by_whole,
    DROP CONSTRAINT dossier_events_kind_known,
    DROP COLUMN new_due_on,
    DROP COLUMN by_hundredths,
    DROP COLUMN by_unit,
    DROP COLUMN answer_by,
    DROP COLUMN items,
    DROP COLUMN ground,
    ADD CONSTRAINT dossier_events_kind_known CHECK (kind IN ('received', 'forwarded', 'noted', 'completed', 'returned'));
ALTER TABLE dossiers
    DROP CONSTRAINT dossiers_stopped_is_open,
    DROP CONSTRAINT dossiers_waits_to_resume,
    DROP CONSTRAINT dossiers_closed_matches_status,
    DROP CONSTRAINT dossiers_judged_when_ended,
    DROP CONSTRAINT dossiers_ended_matches_status,
    DROP CONSTRAINT dossiers_status_known,
    DROP COLUMN last_step_at,
    DROP COLUMN policy,
    DROP COLUMN resumes_to,
    DROP COLUMN restarted_on,
    DROP COLUMN judged_at,
    DROP COLUMN stopped_at,
    DROP COLUMN clock_started_at,
    ADD CONSTRAINT dossiers_status_known CHECK (status IN ('received', 'processing', 'completed', 'returned')),
    ADD CONSTRAINT dossiers_ended_matches_status CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'returned'))),
    ADD CONSTRAINT dossiers_closed_matches_status CHECK
        ((status = 'returned') = (returned_at IS NOT NULL) AND (returned_at IS NULL) = (closed_recorded_at IS NULL));
ALTER TABLE procedure_limits
    DROP CONSTRAINT procedure_limits_prolongations_listed,
    DROP CONSTRAINT procedure_limits_segments_listed,
    DROP CONSTRAINT procedure_limits_starts_known,
    DROP COLUMN prolongations,
    DROP COLUMN segments,
    ADD CONSTRAINT procedure_limits_starts_known CHECK (starts IN ('received'));
