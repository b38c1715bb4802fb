-- Reminders (don doc), the rules that issue them, and the focal officer (can bo dau moi) of an agency.

DROP SCHEMA as_of CASCADE;
ALTER TABLE agencies
    ADD COLUMN focal_name  text,
    ADD COLUMN focal_title text,
    ADD COLUMN focal_unit  text,
    ADD CONSTRAINT agencies_focal_has_name CHECK (focal_name IS NOT NULL OR focal_title IS NULL AND focal_unit IS NULL);
COMMENT ON COLUMN agencies.focal_name IS 'Name of its focal officer, to whom reminders go; null: none is named.';
COMMENT ON COLUMN agencies.focal_title IS 'Title of the focal officer.';
COMMENT ON COLUMN agencies.focal_unit IS 'Unit of the focal officer.';
UPDATE reference_rows SET content = content || '{"focal_name": null, "focal_title": null, "focal_unit": null}'
    WHERE relation = 'agencies';
SELECT make_as_of_views();

CREATE TABLE reminder_rules (
    name           text COLLATE "C" NOT NULL,
    agency_ids     integer[] NOT NULL,
    owner_ids      integer[],
    with_below     boolean NOT NULL,
    about          text NOT NULL,
    filter         jsonb NOT NULL,
    days           text[] NOT NULL,
    time           time NOT NULL,
    due_in         smallint NOT NULL,
    escalate_after smallint,
    text           text,
    enabled        boolean NOT NULL,
    version        integer NOT NULL,
    CONSTRAINT reminder_rules_pkey PRIMARY KEY (name),
    CONSTRAINT reminder_rules_about_known CHECK (about IN ('overdue', 'due_soon', 'stale')),
    CONSTRAINT reminder_rules_days_known CHECK (days <@ ARRAY['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] AND days <> '{}'),
    CONSTRAINT reminder_rules_agencies_named CHECK (agency_ids <> '{}'),
    CONSTRAINT reminder_rules_days_counted CHECK (due_in BETWEEN 1 AND 366 AND escalate_after BETWEEN 0 AND 366)
);
COMMENT ON TABLE reminder_rules IS 'Rules by which the leader issues reminders.';
COMMENT ON COLUMN reminder_rules.name IS 'Name, from its path.';
COMMENT ON COLUMN reminder_rules.agency_ids IS 'Agencies that are reminded. No foreign key, as with the roots of keys: agencies are never deleted.';
COMMENT ON COLUMN reminder_rules.owner_ids IS 'Roots of the key that wrote it: who governs them all may change it; null: of a key without roots.';
COMMENT ON COLUMN reminder_rules.with_below IS 'Whether every agency at and below them gets a reminder of its own, about what it decides itself.';
COMMENT ON COLUMN reminder_rules.about IS 'What it is about.';
COMMENT ON COLUMN reminder_rules.filter IS 'What narrows the list.';
COMMENT ON COLUMN reminder_rules.days IS 'Days of the week on which it runs.';
COMMENT ON COLUMN reminder_rules.time IS 'Local time from which it runs on such a day.';
COMMENT ON COLUMN reminder_rules.due_in IS 'Working days after the day of issue through which an answer is due.';
COMMENT ON COLUMN reminder_rules.escalate_after IS 'Working days after the due day that pass before it escalates; null: what the law parameters say.';
COMMENT ON COLUMN reminder_rules.text IS 'Text of its reminders.';
COMMENT ON COLUMN reminder_rules.enabled IS 'Whether it runs.';
COMMENT ON COLUMN reminder_rules.version IS 'Raised by every change; the ETag of the rule.';

CREATE TABLE reminder_counters (
    agency_id   integer NOT NULL,
    year        integer NOT NULL,
    last_number integer NOT NULL,
    CONSTRAINT reminder_counters_pkey PRIMARY KEY (agency_id, year),
    CONSTRAINT reminder_counters_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
COMMENT ON TABLE reminder_counters IS 'Numbers of the reminders of each agency and local year, without gaps: locked until the reminder is committed.';
COMMENT ON COLUMN reminder_counters.agency_id IS 'The agency that is reminded.';
COMMENT ON COLUMN reminder_counters.year IS 'Local year of issue.';
COMMENT ON COLUMN reminder_counters.last_number IS 'The latest number.';

CREATE TABLE reminders (
    id              uuid NOT NULL,
    agency_id       integer NOT NULL,
    year            integer NOT NULL,
    number          integer NOT NULL,
    status          text NOT NULL,
    about           text NOT NULL,
    filter          jsonb NOT NULL,
    rule            text COLLATE "C",
    issued_at       timestamptz NOT NULL,
    due_on          date NOT NULL,
    text            text,
    focal_name      text,
    focal_title     text,
    focal_unit      text,
    escalate_after  smallint NOT NULL,
    frozen_count    integer NOT NULL,
    left_out        bigint NOT NULL,
    explanation     text,
    promised_on     date,
    acknowledged_at timestamptz,
    escalated_to    integer,
    escalated_at    timestamptz,
    closed_at       timestamptz,
    version         integer NOT NULL,
    CONSTRAINT reminders_pkey PRIMARY KEY (id),
    CONSTRAINT reminders_number_key UNIQUE (agency_id, year, number),
    CONSTRAINT reminders_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT reminders_rule_fkey FOREIGN KEY (rule) REFERENCES reminder_rules (name),
    CONSTRAINT reminders_escalated_to_fkey FOREIGN KEY (escalated_to) REFERENCES agencies (id),
    CONSTRAINT reminders_status_known CHECK (status IN ('open', 'acknowledged', 'escalated', 'closed')),
    CONSTRAINT reminders_about_known CHECK (about IN ('overdue', 'due_soon', 'stale')),
    CONSTRAINT reminders_frozen_something CHECK (frozen_count > 0 AND left_out >= 0),
    CONSTRAINT reminders_acknowledged_whole CHECK (num_nulls(explanation, promised_on, acknowledged_at) IN (0, 3)),
    CONSTRAINT reminders_escalated_whole CHECK (num_nulls(escalated_to, escalated_at) IN (0, 2)),
    CONSTRAINT reminders_status_matches CHECK (
        (status = 'closed') = (closed_at IS NOT NULL) AND (status <> 'escalated' OR escalated_at IS NOT NULL)
        AND (status <> 'acknowledged' OR acknowledged_at IS NOT NULL)
        AND (status <> 'open' OR acknowledged_at IS NULL AND escalated_at IS NULL))
);
CREATE INDEX reminders_newest_idx ON reminders (issued_at DESC, id DESC);
CREATE INDEX reminders_rule_idx ON reminders (rule);
CREATE INDEX reminders_escalated_to_idx ON reminders (escalated_to);
CREATE INDEX reminders_not_closed_idx ON reminders (id) WHERE closed_at IS NULL;
COMMENT ON TABLE reminders IS 'Reminders to an agency about dossiers that it is to act on.';
COMMENT ON COLUMN reminders.id IS 'Id, made by the service.';
COMMENT ON COLUMN reminders.agency_id IS 'The agency that is reminded.';
COMMENT ON COLUMN reminders.year IS 'Local year of issue.';
COMMENT ON COLUMN reminders.number IS 'Number within the agency and the year.';
COMMENT ON COLUMN reminders.status IS 'What was recorded of it last. One whose dossiers are all resolved counts as closed before the leader writes it.';
COMMENT ON COLUMN reminders.about IS 'The list that it is about.';
COMMENT ON COLUMN reminders.filter IS 'What narrowed the list.';
COMMENT ON COLUMN reminders.rule IS 'The rule that issued it; null: by hand.';
COMMENT ON COLUMN reminders.issued_at IS 'When it was issued, and as of when the list is.';
COMMENT ON COLUMN reminders.due_on IS 'Local day through which an answer is due.';
COMMENT ON COLUMN reminders.text IS 'Text to the agency.';
COMMENT ON COLUMN reminders.focal_name IS 'Name of the focal officer of the agency when it was issued.';
COMMENT ON COLUMN reminders.focal_title IS 'Title of that officer.';
COMMENT ON COLUMN reminders.focal_unit IS 'Unit of that officer.';
COMMENT ON COLUMN reminders.escalate_after IS 'Working days after the due day that pass before it escalates.';
COMMENT ON COLUMN reminders.frozen_count IS 'How many dossiers its list holds.';
COMMENT ON COLUMN reminders.left_out IS 'How many more there were than a list holds; only of a rule.';
COMMENT ON COLUMN reminders.explanation IS 'What the agency says to it.';
COMMENT ON COLUMN reminders.promised_on IS 'Local day by which the agency promises to have acted.';
COMMENT ON COLUMN reminders.acknowledged_at IS 'When the agency acknowledged it.';
COMMENT ON COLUMN reminders.escalated_to IS 'The parent of the agency, to which it escalated.';
COMMENT ON COLUMN reminders.escalated_at IS 'When it escalated.';
COMMENT ON COLUMN reminders.closed_at IS 'When the leader found every dossier resolved. It stays closed.';
COMMENT ON COLUMN reminders.version IS 'Raised by every change; part of the ETag.';

CREATE TABLE reminder_items (
    reminder_id   uuid NOT NULL,
    position      integer NOT NULL,
    dossier_id    uuid NOT NULL,
    status        text NOT NULL,
    clock         text NOT NULL,
    holder_agency_id integer NOT NULL,
    holder_unit   text,
    due_on        date,
    days_late     bigint,
    days_left     bigint,
    days_silent   bigint,
    last_event_at timestamptz NOT NULL,
    CONSTRAINT reminder_items_pkey PRIMARY KEY (reminder_id, position),
    CONSTRAINT reminder_items_reminder_fkey FOREIGN KEY (reminder_id) REFERENCES reminders (id),
    CONSTRAINT reminder_items_dossier_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers (id),
    CONSTRAINT reminder_items_position_counted CHECK (position > 0)
);
CREATE INDEX reminder_items_dossier_idx ON reminder_items (dossier_id);
COMMENT ON TABLE reminder_items IS 'The dossiers of reminders, each as it was when the reminder was issued. Never changed.';
COMMENT ON COLUMN reminder_items.reminder_id IS 'The reminder.';
COMMENT ON COLUMN reminder_items.position IS 'Place in the list, from 1.';
COMMENT ON COLUMN reminder_items.dossier_id IS 'The dossier.';
COMMENT ON COLUMN reminder_items.status IS 'Its status then.';
COMMENT ON COLUMN reminder_items.clock IS 'Whether its time limit ran then.';
COMMENT ON COLUMN reminder_items.holder_agency_id IS 'The agency that held it then. No foreign key: agencies are never deleted.';
COMMENT ON COLUMN reminder_items.holder_unit IS 'The unit that held it then.';
COMMENT ON COLUMN reminder_items.due_on IS 'Local day on which it was due then.';
COMMENT ON COLUMN reminder_items.days_late IS 'Working days after the due day through that day; null when they could not be counted.';
COMMENT ON COLUMN reminder_items.days_left IS 'Working days after that day through the due day; null when they could not be counted.';
COMMENT ON COLUMN reminder_items.days_silent IS 'Working days after the day of the latest event through that day; null when they could not be counted.';
COMMENT ON COLUMN reminder_items.last_event_at IS 'When its latest event had happened.';

CREATE FUNCTION keep_reminder_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the list of a reminder is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'reminder_items_are_frozen';
END
$$;
COMMENT ON FUNCTION keep_reminder_item() IS 'Refuses to change what a reminder speaks of.';
CREATE TRIGGER reminder_items_frozen BEFORE UPDATE OR DELETE ON reminder_items FOR EACH ROW EXECUTE FUNCTION keep_reminder_item();

CREATE TABLE reminder_runs (
    rule        text COLLATE "C" NOT NULL,
    day         date NOT NULL,
    agency_id   integer NOT NULL,
    ran_at      timestamptz NOT NULL,
    reminder_id uuid,
    CONSTRAINT reminder_runs_pkey PRIMARY KEY (rule, day, agency_id),
    CONSTRAINT reminder_runs_rule_fkey FOREIGN KEY (rule) REFERENCES reminder_rules (name),
    CONSTRAINT reminder_runs_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT reminder_runs_reminder_fkey FOREIGN KEY (reminder_id) REFERENCES reminders (id)
);
CREATE INDEX reminder_runs_agency_idx ON reminder_runs (agency_id);
CREATE INDEX reminder_runs_reminder_idx ON reminder_runs (reminder_id);
COMMENT ON TABLE reminder_runs IS 'Each rule has run at most once for a day and an agency: a run is stored in the transaction that issues its reminder.';
COMMENT ON COLUMN reminder_runs.rule IS 'The rule.';
COMMENT ON COLUMN reminder_runs.day IS 'Local day.';
COMMENT ON COLUMN reminder_runs.agency_id IS 'The agency.';
COMMENT ON COLUMN reminder_runs.ran_at IS 'When it ran.';
COMMENT ON COLUMN reminder_runs.reminder_id IS 'The reminder; null: there was nothing to remind of.';

CREATE FUNCTION is_left_of_reminder(
    about text, now timestamptz, was_due_on date, was_last_event_at timestamptz,
    ended_at timestamptz, overdue_from timestamptz, clock text, due_on date, last_event_at timestamptz
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(ended_at IS NULL AND CASE about
        WHEN 'overdue' THEN overdue_from <= now
        WHEN 'due_soon' THEN overdue_from <= now OR (clock <> 'stopped' AND due_on <= was_due_on)
        WHEN 'stale' THEN last_event_at <= was_last_event_at
    END, false)
$$;
COMMENT ON FUNCTION is_left_of_reminder(text, timestamptz, date, timestamptz, timestamptz, timestamptz, text, date, timestamptz)
    IS 'Whether a dossier of a reminder is not resolved: the mirror of domain/reminder, for counting.';
