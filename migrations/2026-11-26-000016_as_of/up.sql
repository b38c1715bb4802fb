-- What was known at an earlier instant: every state that a dossier had, every row that the reference data had, and views that
-- show them under the names of the tables.

-- `known` comes first, so that a column which is added to both tables has the same place behind it in both.
CREATE TABLE dossier_states (
    known tstzrange NOT NULL,
    LIKE dossiers INCLUDING COMMENTS,
    CONSTRAINT dossier_states_pkey PRIMARY KEY (code, version),
    CONSTRAINT dossier_states_known_once CHECK (NOT isempty(known))
);
CREATE INDEX dossier_states_known_idx ON dossier_states USING gist (known);
CREATE INDEX dossier_states_newest_idx ON dossier_states (filed_at DESC, id DESC);
COMMENT ON TABLE dossier_states IS 'States that dossiers had, each a row of dossiers as it was. The present state is there and not here, so a receipt costs nothing. No foreign key: the trigger that writes it has the dossier in its hands, and dossiers are never deleted.';
COMMENT ON COLUMN dossier_states.known IS 'From the record of the event that made the state, up to and without that of the next.';

CREATE FUNCTION keep_dossier_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dossier_states SELECT tstzrange(OLD.last_recorded_at, NEW.last_recorded_at), OLD.*;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_dossier_state() IS 'Keeps the state of a dossier that an update replaces.';
-- A state that is replaced at the instant at which it was recorded was known at no instant. A record that lies before the
-- one that it replaces makes no range, and fails.
CREATE TRIGGER dossiers_keep_state AFTER UPDATE ON dossiers FOR EACH ROW
    WHEN (OLD.last_recorded_at <> NEW.last_recorded_at) EXECUTE FUNCTION keep_dossier_state();

-- Agencies and calendars are few and change rarely: one table has the rows of all of them.
ALTER TABLE reference_state ADD COLUMN changed_at timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN reference_state.changed_at IS 'When agencies or calendars last changed. Set first by each such change, which thereby waits for any other; never goes back.';

CREATE TABLE reference_rows (
    id       bigint GENERATED ALWAYS AS IDENTITY,
    relation text NOT NULL,
    content  jsonb NOT NULL,
    known    tstzrange NOT NULL,
    CONSTRAINT reference_rows_pkey PRIMARY KEY (id),
    CONSTRAINT reference_rows_known_once CHECK (NOT isempty(known))
);
CREATE INDEX reference_rows_relation_idx ON reference_rows (relation);
CREATE INDEX reference_rows_present_idx ON reference_rows (relation, jsonb_hash_extended(content, 0)) WHERE upper_inf(known);
COMMENT ON TABLE reference_rows IS 'Every row that the tables of agencies and calendars have or had, for answers as of an earlier instant.';
COMMENT ON COLUMN reference_rows.id IS 'Internal number.';
COMMENT ON COLUMN reference_rows.relation IS 'Name of the table.';
COMMENT ON COLUMN reference_rows.content IS 'The row, by the names of its columns.';
COMMENT ON COLUMN reference_rows.known IS 'From the change that made the row, up to and without the one that took it away. Rows older than this table were always known.';

CREATE FUNCTION keep_reference_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    gone bigint;
BEGIN
    SELECT changed_at INTO STRICT at FROM reference_state;
    IF TG_OP <> 'INSERT' THEN
        SELECT id INTO STRICT gone FROM reference_rows
            WHERE relation = TG_TABLE_NAME AND upper_inf(known) AND content = to_jsonb(OLD)
                AND jsonb_hash_extended(content, 0) = jsonb_hash_extended(to_jsonb(OLD), 0);
        DELETE FROM reference_rows WHERE id = gone AND lower(known) >= at;
        UPDATE reference_rows SET known = tstzrange(lower(known), at) WHERE id = gone;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO reference_rows (relation, content, known) VALUES (TG_TABLE_NAME, to_jsonb(NEW), tstzrange(at, NULL));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_reference_row() IS 'Keeps the rows of a reference table, with when each was known.';

CREATE FUNCTION reference_relations() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['agencies', 'agency_codes', 'agency_monitors', 'agency_successors',
                 'calendars', 'calendar_sessions', 'calendar_years', 'calendar_days']
$$;
COMMENT ON FUNCTION reference_relations() IS 'The tables whose rows are kept in reference_rows.';

DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY reference_relations() LOOP
        EXECUTE format('INSERT INTO reference_rows (relation, content, known) SELECT %L, to_jsonb(r), tstzrange(NULL, NULL) FROM %I r', relation, relation);
        EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION keep_reference_row()',
            relation || '_keep_row', relation);
    END LOOP;
END
$$;

-- A migration that changes a column of dossiers changes it in dossier_states too, and calls this again.
CREATE FUNCTION make_as_of_views() RETURNS void LANGUAGE plpgsql SET client_min_messages = warning AS $$
DECLARE
    columns text;
    relation text;
BEGIN
    DROP SCHEMA IF EXISTS as_of CASCADE;
    CREATE SCHEMA as_of;
    COMMENT ON SCHEMA as_of IS 'The tables as they were at the instant in congkhai.as_of: a session that has this schema first in its search_path reads them by the same statements.';
    CREATE FUNCTION as_of.instant() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
        'SELECT current_setting(''congkhai.as_of'')::timestamptz';
    COMMENT ON FUNCTION as_of.instant() IS 'The instant. Stable, so that the planner knows it.';
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO STRICT columns
        FROM pg_attribute WHERE attrelid = 'dossiers'::regclass AND attnum > 0 AND NOT attisdropped;
    -- The conditions stand outside the union, or the planner would not go along an index on both sides of it. A filing is at
    -- most 5 minutes ahead of its record, which spares the list of the newest what was filed since.
    EXECUTE format('CREATE VIEW as_of.dossiers AS
        SELECT %1$s FROM (SELECT %1$s, ''(,)''::tstzrange AS known FROM dossiers
            UNION ALL SELECT %1$s, known FROM dossier_states) s
        WHERE known @> as_of.instant() AND last_recorded_at <= as_of.instant()
            AND filed_at <= as_of.instant() + interval ''5 minutes''', columns);
    COMMENT ON VIEW as_of.dossiers IS 'Dossiers as they were known.';
    CREATE VIEW as_of.dossier_events AS SELECT * FROM dossier_events WHERE recorded_at <= as_of.instant();
    COMMENT ON VIEW as_of.dossier_events IS 'Events that were recorded.';
    FOREACH relation IN ARRAY reference_relations() LOOP
        EXECUTE format('CREATE VIEW as_of.%1$I AS SELECT (jsonb_populate_record(NULL::%1$I, content)).*
            FROM reference_rows WHERE relation = %1$L AND known @> as_of.instant()', relation);
        EXECUTE format('COMMENT ON VIEW as_of.%I IS %L', relation, 'Rows that were known.');
    END LOOP;
END
$$;
COMMENT ON FUNCTION make_as_of_views() IS 'Makes the views of what was known, with the columns that the tables have now.';
SELECT make_as_of_views();
