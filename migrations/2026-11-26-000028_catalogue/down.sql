DROP TABLE procedure_drafts;
DROP FUNCTION procedure_rank(text, text, text, text);
ALTER TABLE procedure_versions
    DROP COLUMN search_text, DROP COLUMN end_recorded_at, DROP COLUMN end_decision, DROP COLUMN replaced_by, DROP COLUMN ended_by,
    DROP COLUMN decision_signed_on, DROP COLUMN decision, DROP COLUMN published_on, DROP COLUMN content, DROP COLUMN online_level;
ALTER TABLE procedures DROP COLUMN revision;
DELETE FROM procedures WHERE version = 0;
