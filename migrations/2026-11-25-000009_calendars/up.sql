-- Office calendars: hours with validity, a table for each year, and the jobs that date dossiers again after a change.

ALTER TABLE reference_state ADD COLUMN calendar_version bigint NOT NULL DEFAULT 0;
COMMENT ON TABLE reference_state IS 'One row: the versions of the reference data that each process keeps in memory. Every write to agencies, procedures or calendars raises one of them and so serialises them.';
COMMENT ON COLUMN reference_state.calendar_version IS 'Raised by one in each transaction that changes a calendar, makes an agency or puts one under another parent. Raised and required by the functions below.';

CREATE TABLE calendars (
    id        integer GENERATED ALWAYS AS IDENTITY,
    agency_id integer,
    version   integer NOT NULL,
    CONSTRAINT calendars_pkey PRIMARY KEY (id),
    CONSTRAINT calendars_agency_key UNIQUE NULLS NOT DISTINCT (agency_id),
    CONSTRAINT calendars_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
COMMENT ON TABLE calendars IS 'Who has anything of their own in the office calendar. Never deleted, so that a version is never used twice.';
COMMENT ON COLUMN calendars.id IS 'Internal number; never shown.';
COMMENT ON COLUMN calendars.agency_id IS 'The agency; null: the country, whose calendar begins as the one that ships with the service.';
COMMENT ON COLUMN calendars.version IS 'Raised by every change of its hours or of one of its years.';

CREATE TABLE calendar_sessions (
    calendar_id integer NOT NULL,
    valid_from  date NOT NULL,
    weekday     smallint NOT NULL,
    opens       time NOT NULL,
    closes      time NOT NULL,
    CONSTRAINT calendar_sessions_pkey PRIMARY KEY (calendar_id, valid_from, weekday, opens),
    CONSTRAINT calendar_sessions_calendar_fkey FOREIGN KEY (calendar_id) REFERENCES calendars (id),
    CONSTRAINT calendar_sessions_weekday_known CHECK (weekday BETWEEN 0 AND 6),
    CONSTRAINT calendar_sessions_forwards CHECK (opens < closes)
);
COMMENT ON TABLE calendar_sessions IS 'Office hours. The rows of a calendar with one valid_from are a week, and a weekday without a row is a rest day. No rows: the hours are inherited.';
COMMENT ON COLUMN calendar_sessions.calendar_id IS 'The calendar.';
COMMENT ON COLUMN calendar_sessions.valid_from IS 'First local day of the week, which holds until the next one; the first also holds before.';
COMMENT ON COLUMN calendar_sessions.weekday IS 'From 0, Monday, to 6.';
COMMENT ON COLUMN calendar_sessions.opens IS 'Local time.';
COMMENT ON COLUMN calendar_sessions.closes IS 'Local time.';

CREATE TABLE calendar_years (
    calendar_id integer NOT NULL,
    year        integer NOT NULL,
    version     integer NOT NULL,
    is_whole    boolean NOT NULL,
    CONSTRAINT calendar_years_pkey PRIMARY KEY (calendar_id, year),
    CONSTRAINT calendar_years_calendar_fkey FOREIGN KEY (calendar_id) REFERENCES calendars (id),
    CONSTRAINT calendar_years_year_known CHECK (year BETWEEN 2000 AND 2199)
);
COMMENT ON TABLE calendar_years IS 'The years for which a calendar says anything of its own. Never deleted, so that a version is never used twice.';
COMMENT ON COLUMN calendar_years.calendar_id IS 'The calendar.';
COMMENT ON COLUMN calendar_years.year IS 'The year.';
COMMENT ON COLUMN calendar_years.version IS 'Raised by every change of the table; its ETag.';
COMMENT ON COLUMN calendar_years.is_whole IS 'True when nothing was inherited as it was written: then it loads the year. Else it is a difference from what is inherited.';

CREATE TABLE calendar_days (
    calendar_id integer NOT NULL,
    year        integer NOT NULL,
    day         date NOT NULL,
    kind        text NOT NULL,
    name        text,
    CONSTRAINT calendar_days_pkey PRIMARY KEY (calendar_id, day),
    CONSTRAINT calendar_days_year_fkey FOREIGN KEY (calendar_id, year) REFERENCES calendar_years (calendar_id, year),
    CONSTRAINT calendar_days_kind_known CHECK (kind IN ('off', 'worked', 'plain')),
    CONSTRAINT calendar_days_named CHECK ((kind = 'plain') = (name IS NULL)),
    CONSTRAINT calendar_days_of_its_year CHECK (year = extract(year FROM day))
);
COMMENT ON TABLE calendar_days IS 'Days that a calendar changes in the table that it inherits.';
COMMENT ON COLUMN calendar_days.calendar_id IS 'The calendar.';
COMMENT ON COLUMN calendar_days.year IS 'The year of the day.';
COMMENT ON COLUMN calendar_days.day IS 'Local day.';
COMMENT ON COLUMN calendar_days.kind IS 'off (day off), worked (rest day that is worked, hoan doi), or plain: as the week has it, whatever is inherited.';
COMMENT ON COLUMN calendar_days.name IS 'Its name; null for plain.';

CREATE TABLE calendar_jobs (
    id          uuid NOT NULL,
    number      bigint GENERATED ALWAYS AS IDENTITY,
    agency_id   integer,
    year        integer,
    version     integer NOT NULL,
    status      text NOT NULL,
    swept_to    uuid,
    checked     bigint NOT NULL,
    moved       bigint NOT NULL,
    actor       text NOT NULL,
    request_id  text NOT NULL,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT calendar_jobs_pkey PRIMARY KEY (id),
    CONSTRAINT calendar_jobs_number_key UNIQUE (number),
    CONSTRAINT calendar_jobs_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT calendar_jobs_status_known CHECK (status IN ('pending', 'running', 'done')),
    CONSTRAINT calendar_jobs_finished_when_done CHECK ((status = 'done') = (finished_at IS NOT NULL)),
    CONSTRAINT calendar_jobs_counted CHECK (0 <= moved AND moved <= checked)
);
CREATE INDEX calendar_jobs_agency_idx ON calendar_jobs (agency_id);
CREATE INDEX calendar_jobs_open_idx ON calendar_jobs (number) WHERE status <> 'done';
COMMENT ON TABLE calendar_jobs IS 'Changes of calendars whose dossiers are to be dated again, one job for each, done one after the other.';
COMMENT ON COLUMN calendar_jobs.id IS 'UUID version 7; the address of the job.';
COMMENT ON COLUMN calendar_jobs.number IS 'Order in which they are done; that of the changes, which wait for each other.';
COMMENT ON COLUMN calendar_jobs.agency_id IS 'Whose calendar changed: dossiers of this agency and those below it; null: of the country, so of all.';
COMMENT ON COLUMN calendar_jobs.year IS 'The year whose table changed; null: the hours, or the place of the agency in the tree.';
COMMENT ON COLUMN calendar_jobs.version IS 'Version of the calendar after the change; 0 when it has nothing of its own.';
COMMENT ON COLUMN calendar_jobs.status IS 'pending, running or done.';
COMMENT ON COLUMN calendar_jobs.swept_to IS 'Id of the last dossier that was looked at, saved with what was done to it.';
COMMENT ON COLUMN calendar_jobs.checked IS 'Dossiers that were looked at.';
COMMENT ON COLUMN calendar_jobs.moved IS 'Dossiers whose date moved.';
COMMENT ON COLUMN calendar_jobs.actor IS 'Who made the change.';
COMMENT ON COLUMN calendar_jobs.request_id IS 'Request that made it.';
COMMENT ON COLUMN calendar_jobs.created_at IS 'When the change was made.';
COMMENT ON COLUMN calendar_jobs.finished_at IS 'When the job was done; null before.';

-- What a job looks at, in its order: an open dossier, or one that still waits for a calendar.
CREATE INDEX dossiers_to_date_idx ON dossiers (id) WHERE ended_at IS NULL OR calendar_missing IS NOT NULL;

-- A dossier must not be dated by a calendar that was replaced meanwhile. Who dates one shares a lock until the end of the
-- transaction, and who changes a calendar takes it alone for the moment of its commit: so whatever was dated before is
-- committed before, and seen by the job. An advisory lock and no lock on the row: its queue is fair, so that a change does not
-- wait for ever while receipts go on. Functions, because each of their statements sees what was committed before it began;
-- one statement would look at the version as of before it waited.
CREATE FUNCTION hold_calendar_version() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    present bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7165066922632438625);
    SELECT calendar_version INTO STRICT present FROM reference_state;
    RETURN present;
END
$$;
COMMENT ON FUNCTION hold_calendar_version() IS 'The present version of the calendars, which stays until the transaction ends.';

CREATE FUNCTION require_calendar_version(expected bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF hold_calendar_version() <> expected THEN
        RAISE EXCEPTION 'the calendars have changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'calendar_version_is_present';
    END IF;
END
$$;
COMMENT ON FUNCTION require_calendar_version(bigint) IS 'Fails unless the calendars are still those of a version, which then stays until the transaction ends.';

CREATE FUNCTION raise_calendar_version() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    raised bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7165066922632438625);
    UPDATE reference_state SET calendar_version = calendar_version + 1 RETURNING calendar_version INTO STRICT raised;
    RETURN raised;
END
$$;
COMMENT ON FUNCTION raise_calendar_version() IS 'Raises the version of the calendars. Nobody dates a dossier from here to the end of the transaction, so it comes last.';
