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

-- Inlined, so that the index serves it, whose collation it names. As a function it is the same statement whatever is asked, and is prepared once.
CREATE FUNCTION procedure_has_words(search_text text, query text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('simple'::regconfig, search_text COLLATE "C") @@ to_tsquery('simple'::regconfig, query);

-- Procedures are written seldom and searched often: nothing is left to be put in order by the searches.
ALTER INDEX procedure_versions_search_idx SET (fastupdate = off);
SELECT gin_clean_pending_list('procedure_versions_search_idx');
