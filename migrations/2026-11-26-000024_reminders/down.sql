DROP TABLE reminder_runs, reminder_items, reminders, reminder_counters, reminder_rules;
DROP FUNCTION keep_reminder_item(), is_left_of_reminder(text, timestamptz, date, timestamptz, timestamptz, timestamptz, text, date, timestamptz);
DROP SCHEMA as_of CASCADE;
UPDATE reference_rows SET content = content - 'focal_name' - 'focal_title' - 'focal_unit' WHERE relation = 'agencies';
ALTER TABLE agencies DROP CONSTRAINT agencies_focal_has_name, DROP COLUMN focal_name, DROP COLUMN focal_title, DROP COLUMN focal_unit;
SELECT make_as_of_views();
