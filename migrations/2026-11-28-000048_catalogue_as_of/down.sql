CREATE OR REPLACE FUNCTION make_as_of_views() RETURNS void LANGUAGE plpgsql SET client_min_messages = warning AS $$
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
SELECT make_as_of_views();
