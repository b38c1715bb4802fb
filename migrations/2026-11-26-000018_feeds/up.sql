-- What is silent, what has ended late, and what nobody has answered.

ALTER TABLE dossiers ADD COLUMN unanswered_from timestamptz;
ALTER TABLE dossier_states ADD COLUMN unanswered_from timestamptz;
COMMENT ON COLUMN dossiers.unanswered_from IS 'While supplements are asked for: the first instant after the day through which the applicant may answer; null when no day was set.';
COMMENT ON COLUMN dossier_states.unanswered_from IS 'While supplements are asked for: the first instant after the day through which the applicant may answer; null when no day was set.';
UPDATE dossiers d SET unanswered_from = (asked.answer_by + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
FROM (SELECT DISTINCT ON (dossier_id) dossier_id, answer_by FROM dossier_events WHERE kind = 'supplement_requested'
      ORDER BY dossier_id, occurred_at DESC, seq DESC) asked
WHERE asked.dossier_id = d.id AND d.status = 'supplement_requested';
SELECT make_as_of_views();

-- Each list is as quick as what is in it is little, however many dossiers have ended.
CREATE INDEX dossiers_silent_idx ON dossiers (last_event_at, id) WHERE ended_at IS NULL AND status IN ('registered', 'received', 'processing');
CREATE INDEX dossiers_unanswered_idx ON dossiers (unanswered_from, id) WHERE unanswered_from IS NOT NULL;
CREATE INDEX dossiers_ended_late_idx ON dossiers (ended_at DESC, id DESC) WHERE judged_at >= overdue_from;
CREATE INDEX dossiers_closed_late_idx ON dossiers (closed_recorded_at DESC, id DESC) WHERE closed_recorded_at >= overdue_from;
