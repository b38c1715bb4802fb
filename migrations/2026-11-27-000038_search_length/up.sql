-- The search orders all that it finds: what it orders by is stored, and asked for with as little work as can be.
ALTER TABLE procedure_versions ADD COLUMN search_length integer NOT NULL
    GENERATED ALWAYS AS (length(btrim(regexp_replace(name_folded, '[^[:alnum:]]+', ' ', 'g')))) STORED;
COMMENT ON COLUMN procedure_versions.search_length IS 'Characters of search_text.';

-- What begins with the words is ranked before, so that a word inside has a space before it.
CREATE OR REPLACE FUNCTION procedure_rank(code text, search_text text, asked_code text, asked_words text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN code = asked_code THEN 0
        WHEN asked_code <> '' AND starts_with(code, asked_code) THEN 1
        WHEN starts_with(search_text, asked_words) THEN 2
        WHEN strpos(search_text, ' ' || asked_words) > 0 THEN 3
        ELSE 4
    END;
