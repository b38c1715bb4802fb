-- Administrative procedures (thu tuc hanh chinh, TTHC): what is needed to receive a dossier.

CREATE TABLE procedures (
    code    text COLLATE "C" NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT procedures_pkey PRIMARY KEY (code)
);
COMMENT ON TABLE procedures IS 'Administrative procedures by code. Their content is in procedure_versions.';
COMMENT ON COLUMN procedures.code IS 'Code of the procedure (ma TTHC), national or local form.';
COMMENT ON COLUMN procedures.version IS 'Number of its newest version; the ETag of the procedure.';

CREATE TABLE procedure_versions (
    id             integer GENERATED ALWAYS AS IDENTITY,
    procedure_code text COLLATE "C" NOT NULL,
    version        integer NOT NULL,
    name           text NOT NULL,
    name_folded    text COLLATE "C" NOT NULL,
    field          text COLLATE "C" NOT NULL,
    field_name     text NOT NULL,
    levels         text[] NOT NULL,
    sample         boolean NOT NULL,
    effective_from date NOT NULL,
    effective_to   date,
    recorded_at    timestamptz NOT NULL,
    CONSTRAINT procedure_versions_pkey PRIMARY KEY (id),
    CONSTRAINT procedure_versions_number_key UNIQUE (procedure_code, version),
    CONSTRAINT procedure_versions_procedure_fkey FOREIGN KEY (procedure_code) REFERENCES procedures (code),
    CONSTRAINT procedure_versions_levels_known CHECK (levels <@ ARRAY['central', 'province', 'district', 'commune'] AND cardinality(levels) > 0),
    CONSTRAINT procedure_versions_validity_ordered CHECK (effective_from <= effective_to),
    CONSTRAINT procedure_versions_no_overlap EXCLUDE USING gist
        (procedure_code WITH =, daterange(effective_from, effective_to) WITH &&)
);
CREATE INDEX procedure_versions_field_idx ON procedure_versions (field);
COMMENT ON TABLE procedure_versions IS 'Content of a procedure over time. A dossier stays bound to the version in force on its day of receipt.';
COMMENT ON COLUMN procedure_versions.id IS 'Internal number; never shown.';
COMMENT ON COLUMN procedure_versions.procedure_code IS 'The procedure.';
COMMENT ON COLUMN procedure_versions.version IS 'Counts from 1 within the procedure.';
COMMENT ON COLUMN procedure_versions.name IS 'Official name in Vietnamese.';
COMMENT ON COLUMN procedure_versions.name_folded IS 'The name in lower case without accents and with d for đ, for search.';
COMMENT ON COLUMN procedure_versions.field IS 'Field (linh vuc) as a slug, such as ho-tich.';
COMMENT ON COLUMN procedure_versions.field_name IS 'Name of the field in Vietnamese.';
COMMENT ON COLUMN procedure_versions.levels IS 'Administrative levels that handle it.';
COMMENT ON COLUMN procedure_versions.sample IS 'True when the content is sample data and not authoritative.';
COMMENT ON COLUMN procedure_versions.effective_from IS 'First local day in force.';
COMMENT ON COLUMN procedure_versions.effective_to IS 'First local day no longer in force; null while in force.';
COMMENT ON COLUMN procedure_versions.recorded_at IS 'When this version was recorded here.';

CREATE TABLE procedure_agencies (
    procedure_version_id integer NOT NULL,
    agency_id            integer NOT NULL,
    CONSTRAINT procedure_agencies_pkey PRIMARY KEY (procedure_version_id, agency_id),
    CONSTRAINT procedure_agencies_version_fkey FOREIGN KEY (procedure_version_id) REFERENCES procedure_versions (id),
    CONSTRAINT procedure_agencies_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
CREATE INDEX procedure_agencies_agency_idx ON procedure_agencies (agency_id);
COMMENT ON TABLE procedure_agencies IS 'The agencies competent for a procedure version. None listed: any agency of its levels.';
COMMENT ON COLUMN procedure_agencies.procedure_version_id IS 'The procedure version.';
COMMENT ON COLUMN procedure_agencies.agency_id IS 'A competent agency (co quan co tham quyen).';

CREATE TABLE procedure_limits (
    id                   integer GENERATED ALWAYS AS IDENTITY,
    procedure_version_id integer NOT NULL,
    case_code            text COLLATE "C",
    case_name            text,
    channel              text,
    unit                 text NOT NULL,
    amount_hundredths    integer,
    cutoff               time,
    starts               text NOT NULL,
    CONSTRAINT procedure_limits_pkey PRIMARY KEY (id),
    CONSTRAINT procedure_limits_version_fkey FOREIGN KEY (procedure_version_id) REFERENCES procedure_versions (id),
    CONSTRAINT procedure_limits_case_channel_key UNIQUE NULLS NOT DISTINCT (procedure_version_id, case_code, channel),
    CONSTRAINT procedure_limits_channel_known CHECK (channel IN ('in_person', 'online', 'postal')),
    CONSTRAINT procedure_limits_unit_known CHECK (unit IN ('working_days', 'calendar_days', 'working_hours', 'same_day', 'none')),
    CONSTRAINT procedure_limits_starts_known CHECK (starts IN ('received')),
    CONSTRAINT procedure_limits_amount_fits_unit CHECK
        (CASE WHEN unit IN ('same_day', 'none') THEN amount_hundredths IS NULL ELSE amount_hundredths > 0 END),
    CONSTRAINT procedure_limits_cutoff_fits_unit CHECK ((unit = 'same_day') = (cutoff IS NOT NULL))
);
COMMENT ON TABLE procedure_limits IS 'Time limits (thoi han giai quyet) of a procedure version, per case and channel.';
COMMENT ON COLUMN procedure_limits.id IS 'Internal number; never shown.';
COMMENT ON COLUMN procedure_limits.procedure_version_id IS 'The procedure version.';
COMMENT ON COLUMN procedure_limits.case_code IS 'Case (truong hop) the limit is for; null: the default case.';
COMMENT ON COLUMN procedure_limits.case_name IS 'Name of the case in Vietnamese.';
COMMENT ON COLUMN procedure_limits.channel IS 'Channel the limit is for; null: every channel without one of its own.';
COMMENT ON COLUMN procedure_limits.unit IS 'Unit of the limit.';
COMMENT ON COLUMN procedure_limits.amount_hundredths IS 'Amount in hundredths of the unit: 250 is 2.5. Null for same_day and none.';
COMMENT ON COLUMN procedure_limits.cutoff IS 'Local time after which a same-day dossier is due the next working day.';
COMMENT ON COLUMN procedure_limits.starts IS 'Event that starts the clock.';
