-- Reports that were sealed: what they say, for ever; and what was corrected since.

CREATE TABLE reports (
    id         uuid NOT NULL,
    agency_id  integer,
    number     integer NOT NULL,
    kind       text NOT NULL,
    agency_ids integer[],
    first_day  date NOT NULL,
    last_day   date NOT NULL,
    by         text NOT NULL,
    as_of      timestamptz NOT NULL,
    sealed_at  timestamptz NOT NULL,
    sealed_by  text NOT NULL,
    content    jsonb NOT NULL,
    digest     bytea NOT NULL,
    CONSTRAINT reports_pkey PRIMARY KEY (id),
    CONSTRAINT reports_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT reports_kind_known CHECK (kind IN ('resolution')),
    CONSTRAINT reports_by_known CHECK (by IN ('field', 'agency', 'procedure', 'level')),
    CONSTRAINT reports_period_ordered CHECK (first_day <= last_day),
    CONSTRAINT reports_number_counted CHECK (number > 0),
    CONSTRAINT reports_digest_whole CHECK (octet_length(digest) = 32)
);
CREATE UNIQUE INDEX reports_number_key ON reports (coalesce(agency_id, 0), number);
CREATE INDEX reports_newest_idx ON reports (sealed_at DESC, id DESC);
CREATE INDEX reports_agency_idx ON reports (agency_id);
COMMENT ON TABLE reports IS 'Reports that were sealed. Never changed and never deleted: what was wrong is in report_corrections.';
COMMENT ON COLUMN reports.id IS 'Id, made by the service.';
COMMENT ON COLUMN reports.agency_id IS 'The agency; null: of several, or of all.';
COMMENT ON COLUMN reports.number IS 'Number among the reports of the agency.';
COMMENT ON COLUMN reports.kind IS 'resolution: how procedures were handled.';
COMMENT ON COLUMN reports.agency_ids IS 'The agencies whose dossiers are counted; null: all.';
COMMENT ON COLUMN reports.first_day IS 'First local day of the period.';
COMMENT ON COLUMN reports.last_day IS 'Last local day of the period.';
COMMENT ON COLUMN reports.by IS 'What a row is for.';
COMMENT ON COLUMN reports.as_of IS 'What was recorded by this instant is counted. A little before it was sealed, so that nothing of it was still being written.';
COMMENT ON COLUMN reports.sealed_at IS 'When it was sealed.';
COMMENT ON COLUMN reports.sealed_by IS 'Who sealed it, as in the audit trail.';
COMMENT ON COLUMN reports.content IS 'What it says, as it is shown.';
COMMENT ON COLUMN reports.digest IS 'SHA-256 of the canonical JSON (RFC 8785) of the content.';

CREATE TABLE report_corrections (
    report_id    uuid NOT NULL,
    number       integer NOT NULL,
    as_of        timestamptz NOT NULL,
    corrected_at timestamptz NOT NULL,
    corrected_by text NOT NULL,
    content      jsonb NOT NULL,
    digest       bytea NOT NULL,
    CONSTRAINT report_corrections_pkey PRIMARY KEY (report_id, number),
    CONSTRAINT report_corrections_report_fkey FOREIGN KEY (report_id) REFERENCES reports (id),
    CONSTRAINT report_corrections_number_counted CHECK (number > 0),
    CONSTRAINT report_corrections_digest_whole CHECK (octet_length(digest) = 32)
);
COMMENT ON TABLE report_corrections IS 'What of a sealed report is otherwise, with the reason. Never changed and never deleted.';
COMMENT ON COLUMN report_corrections.report_id IS 'The report.';
COMMENT ON COLUMN report_corrections.number IS 'Number among the corrections of the report.';
COMMENT ON COLUMN report_corrections.as_of IS 'What was recorded by this instant is counted.';
COMMENT ON COLUMN report_corrections.corrected_at IS 'When it was made.';
COMMENT ON COLUMN report_corrections.corrected_by IS 'Who made it, as in the audit trail.';
COMMENT ON COLUMN report_corrections.content IS 'The reason and the cells, each with what it was and is, as it is shown.';
COMMENT ON COLUMN report_corrections.digest IS 'SHA-256 of the canonical JSON (RFC 8785) of the content, which has the digest of what it corrects.';

CREATE FUNCTION keep_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was sealed is kept' USING ERRCODE = 'check_violation', CONSTRAINT = 'reports_are_kept';
END
$$;
COMMENT ON FUNCTION keep_report() IS 'Refuses to change what was sealed.';
CREATE TRIGGER reports_kept BEFORE UPDATE OR DELETE ON reports FOR EACH ROW EXECUTE FUNCTION keep_report();
CREATE TRIGGER report_corrections_kept BEFORE UPDATE OR DELETE ON report_corrections FOR EACH ROW EXECUTE FUNCTION keep_report();

CREATE TABLE report_counters (
    agency_id   integer NOT NULL,
    last_number integer NOT NULL,
    CONSTRAINT report_counters_pkey PRIMARY KEY (agency_id)
);
COMMENT ON TABLE report_counters IS 'The last number of the reports of each agency.';
COMMENT ON COLUMN report_counters.agency_id IS 'The agency; 0: reports of several, or of all. No foreign key, for there is no agency 0.';
COMMENT ON COLUMN report_counters.last_number IS 'The last number.';
