-- The agency tree (co quan, don vi): codes old and new, validity, successors, watchers.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE reference_state (
    singleton boolean NOT NULL DEFAULT true,
    version   bigint  NOT NULL DEFAULT 0,
    CONSTRAINT reference_state_pkey PRIMARY KEY (singleton),
    CONSTRAINT reference_state_one_row CHECK (singleton)
);
COMMENT ON TABLE reference_state IS 'One row: the version of the reference data that each process keeps in memory. Every write to agencies raises it and so serialises them.';
COMMENT ON COLUMN reference_state.singleton IS 'Always true: there is one row.';
COMMENT ON COLUMN reference_state.version IS 'Raised by one in each transaction that changes agencies.';
INSERT INTO reference_state DEFAULT VALUES;

CREATE TABLE agencies (
    id         integer GENERATED ALWAYS AS IDENTITY,
    code       text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    level      text NOT NULL,
    parent_id  integer,
    valid_from date NOT NULL,
    valid_to   date,
    version    integer NOT NULL DEFAULT 1,
    CONSTRAINT agencies_pkey PRIMARY KEY (id),
    CONSTRAINT agencies_code_key UNIQUE (code),
    CONSTRAINT agencies_parent_fkey FOREIGN KEY (parent_id) REFERENCES agencies (id),
    CONSTRAINT agencies_level_known CHECK (level IN ('central', 'province', 'district', 'commune')),
    CONSTRAINT agencies_not_own_parent CHECK (parent_id <> id),
    CONSTRAINT agencies_validity_ordered CHECK (valid_from <= valid_to)
);
CREATE INDEX agencies_parent_idx ON agencies (parent_id);
COMMENT ON TABLE agencies IS 'Agencies and units (co quan, don vi) of the hierarchy. Never deleted: an agency that ended keeps its row and its codes.';
COMMENT ON COLUMN agencies.id IS 'Internal number; never shown.';
COMMENT ON COLUMN agencies.code IS 'Main code, shown in answers and used in generated dossier codes.';
COMMENT ON COLUMN agencies.name IS 'Official name in Vietnamese.';
COMMENT ON COLUMN agencies.level IS 'Administrative level; district exists until 2025-06-30 and stays for history.';
COMMENT ON COLUMN agencies.parent_id IS 'The agency directly above in the line of command; null for a root.';
COMMENT ON COLUMN agencies.valid_from IS 'First local day in force.';
COMMENT ON COLUMN agencies.valid_to IS 'First local day no longer in force; null while in force.';
COMMENT ON COLUMN agencies.version IS 'Raised by every change; the ETag of the agency.';

CREATE TABLE agency_codes (
    code      text COLLATE "C" NOT NULL,
    agency_id integer NOT NULL,
    CONSTRAINT agency_codes_pkey PRIMARY KEY (code),
    CONSTRAINT agency_codes_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
CREATE INDEX agency_codes_agency_idx ON agency_codes (agency_id);
COMMENT ON TABLE agency_codes IS 'Every code that finds an agency: its main code and its further ones, old and new (QCVN 102:2016, QD 20/2020/QD-TTg).';
COMMENT ON COLUMN agency_codes.code IS 'The code; belongs to one agency only.';
COMMENT ON COLUMN agency_codes.agency_id IS 'The agency it finds.';

CREATE TABLE agency_successors (
    agency_id    integer NOT NULL,
    successor_id integer NOT NULL,
    CONSTRAINT agency_successors_pkey PRIMARY KEY (agency_id, successor_id),
    CONSTRAINT agency_successors_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT agency_successors_successor_fkey FOREIGN KEY (successor_id) REFERENCES agencies (id),
    CONSTRAINT agency_successors_not_self CHECK (agency_id <> successor_id)
);
CREATE INDEX agency_successors_successor_idx ON agency_successors (successor_id);
COMMENT ON TABLE agency_successors IS 'Who took over the work of an agency that ended.';
COMMENT ON COLUMN agency_successors.agency_id IS 'The agency that ended.';
COMMENT ON COLUMN agency_successors.successor_id IS 'An agency that took over from it.';

CREATE TABLE agency_monitors (
    agency_id  integer NOT NULL,
    monitor_id integer NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    CONSTRAINT agency_monitors_pkey PRIMARY KEY (agency_id, monitor_id, valid_from),
    CONSTRAINT agency_monitors_agency_fkey FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT agency_monitors_monitor_fkey FOREIGN KEY (monitor_id) REFERENCES agencies (id),
    CONSTRAINT agency_monitors_not_self CHECK (agency_id <> monitor_id),
    CONSTRAINT agency_monitors_validity_ordered CHECK (valid_from <= valid_to)
);
CREATE INDEX agency_monitors_monitor_idx ON agency_monitors (monitor_id);
COMMENT ON TABLE agency_monitors IS 'Agencies outside the line of command that watch an agency, such as the district over the land registration branch.';
COMMENT ON COLUMN agency_monitors.agency_id IS 'The agency that is watched.';
COMMENT ON COLUMN agency_monitors.monitor_id IS 'The agency that watches it and sees its dossiers.';
COMMENT ON COLUMN agency_monitors.valid_from IS 'First local day of the watch.';
COMMENT ON COLUMN agency_monitors.valid_to IS 'First local day without it; null while it lasts.';
