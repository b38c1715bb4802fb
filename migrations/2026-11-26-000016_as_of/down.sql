DROP SCHEMA as_of CASCADE;
DROP FUNCTION make_as_of_views();
DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY reference_relations() LOOP
        EXECUTE format('DROP TRIGGER %I ON %I', relation || '_keep_row', relation);
    END LOOP;
END
$$;
DROP FUNCTION keep_reference_row(), reference_relations();
DROP TABLE reference_rows;
ALTER TABLE reference_state DROP COLUMN changed_at;
DROP TRIGGER dossiers_keep_state ON dossiers;
DROP FUNCTION keep_dossier_state();
DROP TABLE dossier_states;
