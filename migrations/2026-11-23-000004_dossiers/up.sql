-- Dossiers (ho so): the current state in one row, and the events it is derived from.

CREATE TABLE dossiers (
    id                    uuid NOT NULL,
    code                  text COLLATE "C" NOT NULL,
    procedure_version_id  integer NOT NULL,
    case_code             text,
    channel               text NOT NULL,
    receiving_agency_id   integer NOT NULL,
    competent_agency_id   integer NOT NULL,
    applicant_kind        text NOT NULL,
    applicant_name_masked text NOT NULL,
    status                text NOT NULL,
    clock                 text NOT NULL,
    submitted_at          timestamptz,
    received_at           timestamptz NOT NULL,
    ended_at              timestamptz,
    returned_at           timestamptz,
    closed_recorded_at    timestamptz,
    appointed_at          timestamptz,
    reappointed_on        date,
    apologies             smallint NOT NULL DEFAULT 0,
    apology_late          boolean NOT NULL DEFAULT false,
    limit_unit            text NOT NULL,
    limit_amount_hundredths integer,
    due_on                date,
    due_at                timestamptz,
    overdue_from          timestamptz,
    calendar_missing      integer,
    holder_agency_id      integer NOT NULL,
    holder_unit           text,
    holder_officer        text,
    holder_since          timestamptz NOT NULL,
    step_due_at           timestamptz,
    last_event_at         timestamptz NOT NULL,
    last_recorded_at      timestamptz NOT NULL,
    version               integer NOT NULL,
    CONSTRAINT dossiers_pkey PRIMARY KEY (id),
    CONSTRAINT dossiers_code_key UNIQUE (code),
    CONSTRAINT dossiers_procedure_version_fkey FOREIGN KEY (procedure_version_id) REFERENCES procedure_versions (id),
    CONSTRAINT dossiers_receiving_agency_fkey FOREIGN KEY (receiving_agency_id) REFERENCES agencies (id),
    CONSTRAINT dossiers_competent_agency_fkey FOREIGN KEY (competent_agency_id) REFERENCES agencies (id),
    CONSTRAINT dossiers_holder_agency_fkey FOREIGN KEY (holder_agency_id) REFERENCES agencies (id),
    CONSTRAINT dossiers_channel_known CHECK (channel IN ('in_person', 'online', 'postal')),
    CONSTRAINT dossiers_status_known CHECK (status IN ('received', 'processing', 'completed', 'returned')),
    CONSTRAINT dossiers_clock_known CHECK (clock IN ('running', 'stopped')),
    CONSTRAINT dossiers_applicant_kind_known CHECK (applicant_kind IN ('individual', 'business', 'organization', 'state_agency')),
    CONSTRAINT dossiers_ended_matches_status CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'returned'))),
    CONSTRAINT dossiers_closed_matches_status CHECK
        ((status = 'returned') = (returned_at IS NOT NULL) AND (returned_at IS NULL) = (closed_recorded_at IS NULL)),
    CONSTRAINT dossiers_ends_after_receipt CHECK (ended_at >= received_at),
    CONSTRAINT dossiers_deadline_whole CHECK ((due_on IS NULL) = (due_at IS NULL) AND (overdue_from IS NULL OR due_on IS NOT NULL))
);
CREATE INDEX dossiers_newest_idx ON dossiers (received_at DESC, id DESC);
CREATE INDEX dossiers_procedure_version_idx ON dossiers (procedure_version_id);
CREATE INDEX dossiers_competent_agency_idx ON dossiers (competent_agency_id, received_at DESC, id DESC);
CREATE INDEX dossiers_receiving_agency_idx ON dossiers (receiving_agency_id, received_at DESC, id DESC);
CREATE INDEX dossiers_holder_agency_idx ON dossiers (holder_agency_id, received_at DESC, id DESC);
-- What is open is little beside what has ended: partial indexes keep the overdue feed and its counts as quick as the
-- open dossiers are few. One for each of the three agencies that let a caller see a dossier.
CREATE INDEX dossiers_open_overdue_idx ON dossiers (overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
CREATE INDEX dossiers_open_receiving_idx ON dossiers (receiving_agency_id, overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
CREATE INDEX dossiers_open_holder_idx ON dossiers (holder_agency_id, overdue_from, id)
    WHERE ended_at IS NULL AND overdue_from IS NOT NULL;
COMMENT ON TABLE dossiers IS 'Current state of each dossier, derived from its events in the transaction that records them.';
COMMENT ON COLUMN dossiers.id IS 'UUID version 7; shown only inside cursors.';
COMMENT ON COLUMN dossiers.code IS 'Dossier code (ma ho so), given by the caller or generated per agency and day.';
COMMENT ON COLUMN dossiers.procedure_version_id IS 'The procedure version in force on the day of receipt.';
COMMENT ON COLUMN dossiers.case_code IS 'Case of the procedure; null: the default case.';
COMMENT ON COLUMN dossiers.channel IS 'How it was filed (kenh thuc hien).';
COMMENT ON COLUMN dossiers.receiving_agency_id IS 'Agency that received it at its one-stop desk.';
COMMENT ON COLUMN dossiers.competent_agency_id IS 'Agency that decides it.';
COMMENT ON COLUMN dossiers.applicant_kind IS 'Kind of applicant (doi tuong).';
COMMENT ON COLUMN dossiers.applicant_name_masked IS 'First letter of each word of the name, with a fixed number of stars.';
COMMENT ON COLUMN dossiers.status IS 'Where it stands in its life.';
COMMENT ON COLUMN dossiers.clock IS 'Whether its time limit runs or was stopped.';
COMMENT ON COLUMN dossiers.submitted_at IS 'When the applicant submitted it online; null otherwise.';
COMMENT ON COLUMN dossiers.received_at IS 'When a complete dossier was received.';
COMMENT ON COLUMN dossiers.ended_at IS 'When its handling ended; processing is judged by it.';
COMMENT ON COLUMN dossiers.returned_at IS 'When the result was handed to the applicant.';
COMMENT ON COLUMN dossiers.closed_recorded_at IS 'When its closing was recorded here; closing is judged by it.';
COMMENT ON COLUMN dossiers.appointed_at IS 'Return date promised on the receipt slip by the portal, kept beside the computed one.';
COMMENT ON COLUMN dossiers.reappointed_on IS 'New return date given with an apology (ND 61/2018 Art. 19(9)); never moves due_on.';
COMMENT ON COLUMN dossiers.apologies IS 'Number of apologies.';
COMMENT ON COLUMN dossiers.apology_late IS 'True when an apology came later than the day before due_on.';
COMMENT ON COLUMN dossiers.limit_unit IS 'Unit of the time limit that applies.';
COMMENT ON COLUMN dossiers.limit_amount_hundredths IS 'Its amount in hundredths of the unit; null for same_day and none.';
COMMENT ON COLUMN dossiers.due_on IS 'Local day on which it is due; null without a deadline or while its calendar year is missing.';
COMMENT ON COLUMN dossiers.due_at IS 'Instant on that day at which it is due.';
COMMENT ON COLUMN dossiers.overdue_from IS 'First instant at which it is late; null without a deadline.';
COMMENT ON COLUMN dossiers.calendar_missing IS 'Year whose calendar was missing when the deadline was computed; null when none was.';
COMMENT ON COLUMN dossiers.holder_agency_id IS 'Agency that holds it now.';
COMMENT ON COLUMN dossiers.holder_unit IS 'Unit that holds it, in words.';
COMMENT ON COLUMN dossiers.holder_officer IS 'Officer who holds it.';
COMMENT ON COLUMN dossiers.holder_since IS 'Since when they hold it.';
COMMENT ON COLUMN dossiers.step_due_at IS 'When the present step is due; null when not stated.';
COMMENT ON COLUMN dossiers.last_event_at IS 'Latest occurred_at of its events.';
COMMENT ON COLUMN dossiers.last_recorded_at IS 'Latest recorded_at of its events.';
COMMENT ON COLUMN dossiers.version IS 'Number of its events; raised by each.';

CREATE TABLE dossier_persons (
    dossier_id uuid NOT NULL,
    name       text NOT NULL,
    id_number  text,
    phone      text,
    email      text,
    address    text,
    summary    text,
    CONSTRAINT dossier_persons_pkey PRIMARY KEY (dossier_id),
    CONSTRAINT dossier_persons_dossier_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers (id)
);
COMMENT ON TABLE dossier_persons IS 'Personal data of dossiers, apart from everything that is listed, exported or logged.';
COMMENT ON COLUMN dossier_persons.dossier_id IS 'The dossier.';
COMMENT ON COLUMN dossier_persons.name IS 'Name of the applicant (chu ho so).';
COMMENT ON COLUMN dossier_persons.id_number IS 'Number of the identity paper.';
COMMENT ON COLUMN dossier_persons.phone IS 'Telephone number.';
COMMENT ON COLUMN dossier_persons.email IS 'E-mail address.';
COMMENT ON COLUMN dossier_persons.address IS 'Address.';
COMMENT ON COLUMN dossier_persons.summary IS 'Summary of the dossier (trich yeu), which may name persons.';

CREATE TABLE dossier_events (
    id                 uuid NOT NULL,
    dossier_id         uuid NOT NULL,
    seq                integer NOT NULL,
    kind               text NOT NULL,
    occurred_at        timestamptz NOT NULL,
    recorded_at        timestamptz NOT NULL,
    origin             text NOT NULL,
    source_recorded_at timestamptz,
    backdated          boolean NOT NULL,
    status_before      text,
    status_after       text NOT NULL,
    due_on_before      date,
    due_on_after       date,
    agency_id          integer NOT NULL,
    officer            text,
    officer_title      text,
    officer_unit       text,
    to_agency_id       integer,
    to_unit            text,
    to_officer         text,
    step_due_at        timestamptz,
    outcome            text,
    public_note        text,
    key_id             text,
    CONSTRAINT dossier_events_pkey PRIMARY KEY (id),
    CONSTRAINT dossier_events_seq_key UNIQUE (dossier_id, seq),
    CONSTRAINT dossier_events_dossier_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers (id),
    CONSTRAINT dossier_events_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT dossier_events_to_agency_fkey FOREIGN KEY (to_agency_id) REFERENCES agencies (id),
    CONSTRAINT dossier_events_kind_known CHECK (kind IN ('received', 'forwarded', 'noted', 'completed', 'returned')),
    CONSTRAINT dossier_events_origin_known CHECK (origin IN ('live', 'import', 'national'))
);
CREATE INDEX dossier_events_agency_idx ON dossier_events (agency_id);
CREATE INDEX dossier_events_to_agency_idx ON dossier_events (to_agency_id);
COMMENT ON TABLE dossier_events IS 'What happened to a dossier. Append-only: a correction is a new event.';
COMMENT ON COLUMN dossier_events.id IS 'UUID version 7 made by the service.';
COMMENT ON COLUMN dossier_events.dossier_id IS 'The dossier.';
COMMENT ON COLUMN dossier_events.seq IS 'Counts from 1 within the dossier, in order of recording.';
COMMENT ON COLUMN dossier_events.kind IS 'What happened.';
COMMENT ON COLUMN dossier_events.occurred_at IS 'When it happened.';
COMMENT ON COLUMN dossier_events.recorded_at IS 'When it was recorded here.';
COMMENT ON COLUMN dossier_events.origin IS 'live, import (replayed from other software) or national (from the national format).';
COMMENT ON COLUMN dossier_events.source_recorded_at IS 'When the other software recorded it, if replayed.';
COMMENT ON COLUMN dossier_events.backdated IS 'True when it happened before an event that was recorded earlier.';
COMMENT ON COLUMN dossier_events.status_before IS 'Status before it; null for the first event.';
COMMENT ON COLUMN dossier_events.status_after IS 'Status after it.';
COMMENT ON COLUMN dossier_events.due_on_before IS 'Due day before it.';
COMMENT ON COLUMN dossier_events.due_on_after IS 'Due day after it.';
COMMENT ON COLUMN dossier_events.agency_id IS 'Agency that acted.';
COMMENT ON COLUMN dossier_events.officer IS 'Officer who acted.';
COMMENT ON COLUMN dossier_events.officer_title IS 'Title of that officer.';
COMMENT ON COLUMN dossier_events.officer_unit IS 'Unit of that officer.';
COMMENT ON COLUMN dossier_events.to_agency_id IS 'Agency it was forwarded to.';
COMMENT ON COLUMN dossier_events.to_unit IS 'Unit it was forwarded to.';
COMMENT ON COLUMN dossier_events.to_officer IS 'Officer it was forwarded to.';
COMMENT ON COLUMN dossier_events.step_due_at IS 'When the step that begins with it is due.';
COMMENT ON COLUMN dossier_events.outcome IS 'Outcome of a completed dossier: granted or rejected.';
COMMENT ON COLUMN dossier_events.public_note IS 'Note meant for the public timeline; must hold no personal data.';
COMMENT ON COLUMN dossier_events.key_id IS 'Key it was recorded with; null for a command. Not a foreign key: the hottest insert need not check it, and keys are never deleted.';

CREATE TABLE dossier_event_notes (
    event_id uuid NOT NULL,
    note     text NOT NULL,
    CONSTRAINT dossier_event_notes_pkey PRIMARY KEY (event_id),
    CONSTRAINT dossier_event_notes_event_fkey FOREIGN KEY (event_id) REFERENCES dossier_events (id)
);
COMMENT ON TABLE dossier_event_notes IS 'Private notes of events, which may name persons: personal data.';
COMMENT ON COLUMN dossier_event_notes.event_id IS 'The event.';
COMMENT ON COLUMN dossier_event_notes.note IS 'The note (y kien xu ly).';

CREATE TABLE dossier_counters (
    agency_id   integer NOT NULL,
    day         date NOT NULL,
    last_number integer NOT NULL,
    CONSTRAINT dossier_counters_pkey PRIMARY KEY (agency_id, day),
    CONSTRAINT dossier_counters_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
COMMENT ON TABLE dossier_counters IS 'Running number of generated dossier codes (ND 61/2018 Art. 26), per agency and day.';
COMMENT ON COLUMN dossier_counters.agency_id IS 'Agency whose code begins the dossier code.';
COMMENT ON COLUMN dossier_counters.day IS 'Local day of receipt.';
COMMENT ON COLUMN dossier_counters.last_number IS 'Last number used or skipped.';
