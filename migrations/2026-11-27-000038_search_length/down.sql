ALTER INDEX procedure_versions_search_idx RESET (fastupdate);
DROP FUNCTION procedure_has_words;
CREATE OR REPLACE FUNCTION procedure_rank(code text, search_text text, asked_code text, asked_words text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN code = asked_code THEN 0
        WHEN asked_code <> '' AND starts_with(code, asked_code) THEN 1
        WHEN starts_with(search_text, asked_words) THEN 2
        WHEN strpos(' ' || search_text, ' ' || asked_words) > 0 THEN 3
        ELSE 4
    END;
ALTER TABLE procedure_versions DROP COLUMN search_length;
