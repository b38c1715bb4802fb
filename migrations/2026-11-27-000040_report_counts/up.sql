-- Reports of any period in a moment: what interrupted a dossier, and counters of local days that dossiers are folded into.

ALTER TABLE dossiers ADD COLUMN interruptions jsonb;
ALTER TABLE dossier_states ADD COLUMN interruptions jsonb;
COMMENT ON COLUMN dossiers.interruptions IS 'Stops of its clock, and ends that were undone, which reports of earlier periods need; null without any, and of dossiers of which no event was recorded since there is this column.';
COMMENT ON COLUMN dossier_states.interruptions IS 'Stops of its clock, and ends that were undone, which reports of earlier periods need; null without any, and of dossiers of which no event was recorded since there is this column.';
SELECT make_as_of_views();

-- Dossiers that were opened again are few, and looked at one by one.
CREATE INDEX dossiers_reopened_idx ON dossiers (id) WHERE interruptions ? 'ends';
CREATE INDEX dossier_states_reopened_idx ON dossier_states (id) WHERE interruptions ? 'ends';

CREATE VIEW dossier_history AS
    SELECT last_recorded_at AS known_from, NULL::timestamptz AS known_to, code, competent_agency_id, procedure_version_id, channel, received_at,
        status, ended_at, judged_at, overdue_from, due_on, clock_started_at, interruptions FROM dossiers
    UNION ALL
    SELECT lower(known), upper(known), code, competent_agency_id, procedure_version_id, channel, received_at,
        status, ended_at, judged_at, overdue_from, due_on, clock_started_at, interruptions FROM dossier_states;
COMMENT ON VIEW dossier_history IS 'Every state that dossiers have or had, with when it was known: from, and up to and without. Of its columns, what reports need.';

CREATE VIEW dossier_codes AS SELECT id, code FROM dossiers;
COMMENT ON VIEW dossier_codes IS 'The codes of dossiers, by a name that the schema as_of does not have: they never change.';

CREATE TABLE report_counts (
    grain                text NOT NULL,
    starts               date NOT NULL,
    competent_agency_id  integer NOT NULL,
    procedure_version_id integer NOT NULL,
    measure              smallint NOT NULL,
    changed_by           integer NOT NULL,
    CONSTRAINT report_counts_pkey PRIMARY KEY (grain, starts, competent_agency_id, procedure_version_id, measure),
    CONSTRAINT report_counts_grain_known CHECK (grain IN ('day', 'month', 'year'))
);
COMMENT ON TABLE report_counts IS 'Counters of dossiers by local day, and the same days summed to months and years. Made of the states of dossiers that were recorded through report_progress.counted_through, and of nothing else; `congkhai check reports` makes them anew and compares. No foreign keys: the dossiers have them.';
COMMENT ON COLUMN report_counts.grain IS 'day, month or year.';
COMMENT ON COLUMN report_counts.starts IS 'Its first local day.';
COMMENT ON COLUMN report_counts.competent_agency_id IS 'Agency that decides.';
COMMENT ON COLUMN report_counts.procedure_version_id IS 'Procedure version.';
COMMENT ON COLUMN report_counts.measure IS 'What is counted; the numbers are those of domain/report.';
COMMENT ON COLUMN report_counts.changed_by IS 'By how much the counter changed in this time. Never 0: such rows are deleted.';

CREATE TABLE report_late_counts (
    known_on             date NOT NULL,
    day                  date NOT NULL,
    competent_agency_id  integer NOT NULL,
    procedure_version_id integer NOT NULL,
    measure              smallint NOT NULL,
    changed_by           integer NOT NULL,
    CONSTRAINT report_late_counts_pkey PRIMARY KEY (known_on, day, competent_agency_id, procedure_version_id, measure),
    CONSTRAINT report_late_counts_late CHECK (known_on > day)
);
COMMENT ON TABLE report_late_counts IS 'What of report_counts was recorded after its day. Taken away again it gives the counters as they were known earlier.';
COMMENT ON COLUMN report_late_counts.known_on IS 'Local day on which it was recorded.';
COMMENT ON COLUMN report_late_counts.day IS 'Local day of the counter.';
COMMENT ON COLUMN report_late_counts.competent_agency_id IS 'Agency that decides.';
COMMENT ON COLUMN report_late_counts.procedure_version_id IS 'Procedure version.';
COMMENT ON COLUMN report_late_counts.measure IS 'What is counted, as in report_counts; and 0: events.';
COMMENT ON COLUMN report_late_counts.changed_by IS 'By how much what was recorded changed the counter.';

CREATE TABLE report_progress (
    id              boolean NOT NULL DEFAULT true,
    counted_through date,
    CONSTRAINT report_progress_pkey PRIMARY KEY (id),
    CONSTRAINT report_progress_one_row CHECK (id)
);
INSERT INTO report_progress DEFAULT VALUES;
COMMENT ON TABLE report_progress IS 'How far dossiers are folded into counters; one row.';
COMMENT ON COLUMN report_progress.id IS 'Always true.';
COMMENT ON COLUMN report_progress.counted_through IS 'The last local day all of whose records are counted; null before the first.';
