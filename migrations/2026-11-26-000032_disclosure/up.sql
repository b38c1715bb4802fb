-- What each agency discloses (cong khai) of the procedures it handles. Each change is a row of its own, so that what was known at an
-- earlier instant is known for good.

ALTER TABLE procedure_versions
    ADD COLUMN is_whole     boolean NOT NULL DEFAULT false,
    ADD COLUMN is_shortened boolean NOT NULL DEFAULT false;
-- What is published from now on was checked to be whole.
ALTER TABLE procedure_versions ALTER COLUMN is_whole SET DEFAULT true;
COMMENT ON COLUMN procedure_versions.is_whole IS 'Whether it has the seven parts that a published procedure must have; checked when it was published.';
COMMENT ON COLUMN procedure_versions.is_shortened IS 'Whether its legal text was made by the shortened procedure, which shortens the limit of disclosure.';

CREATE TABLE agency_disclosures (
    agency_id         integer NOT NULL,
    procedure_code    text COLLATE "C" NOT NULL,
    version           integer NOT NULL,
    assigned          boolean,
    disclosed_version integer,
    disclosed_at      timestamptz,
    verified_at       timestamptz,
    recorded_at       timestamptz NOT NULL,
    CONSTRAINT agency_disclosures_pkey PRIMARY KEY (agency_id, procedure_code, version),
    CONSTRAINT agency_disclosures_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT agency_disclosures_version_fkey FOREIGN KEY (procedure_code, disclosed_version)
        REFERENCES procedure_versions (procedure_code, version),
    CONSTRAINT agency_disclosures_procedure_fkey FOREIGN KEY (procedure_code) REFERENCES procedures (code),
    CONSTRAINT agency_disclosures_version_counted CHECK (version > 0),
    CONSTRAINT agency_disclosures_disclosed_whole CHECK ((disclosed_version IS NULL) = (disclosed_at IS NULL)),
    CONSTRAINT agency_disclosures_verified_after CHECK (verified_at IS NULL OR verified_at >= disclosed_at)
);
CREATE INDEX agency_disclosures_procedure_idx ON agency_disclosures (procedure_code, disclosed_version);
COMMENT ON TABLE agency_disclosures IS 'What agencies disclose of procedures; the newest version of a row is how it is.';
COMMENT ON COLUMN agency_disclosures.agency_id IS 'The agency that discloses.';
COMMENT ON COLUMN agency_disclosures.procedure_code IS 'The procedure.';
COMMENT ON COLUMN agency_disclosures.version IS 'Raised by every change; the ETag.';
COMMENT ON COLUMN agency_disclosures.assigned IS 'Whether the agency is to disclose it; null: as its level and its remit say.';
COMMENT ON COLUMN agency_disclosures.disclosed_version IS 'The newest version of the procedure that it has disclosed; null: none.';
COMMENT ON COLUMN agency_disclosures.disclosed_at IS 'When it disclosed that version.';
COMMENT ON COLUMN agency_disclosures.verified_at IS 'When it last verified that what it discloses is right.';
COMMENT ON COLUMN agency_disclosures.recorded_at IS 'When this was recorded here.';

CREATE FUNCTION keep_agency_disclosure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was disclosed is not rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_disclosures_are_kept';
END
$$;
COMMENT ON FUNCTION keep_agency_disclosure() IS 'Refuses to change what agencies disclosed.';
CREATE TRIGGER agency_disclosures_kept BEFORE UPDATE OR DELETE ON agency_disclosures FOR EACH ROW EXECUTE FUNCTION keep_agency_disclosure();
