-- The catalogue: drafts, decisions, publication and end of procedures, what a procedure says, and its search.

ALTER TABLE procedures ADD COLUMN revision integer NOT NULL DEFAULT 1;
UPDATE procedures SET revision = version;
COMMENT ON COLUMN procedures.version IS 'Number of its newest version; 0 while there is a draft only.';
COMMENT ON COLUMN procedures.revision IS 'Raised by every change, of the draft too; the ETag of the procedure.';

ALTER TABLE procedure_versions
    ADD COLUMN online_level       text,
    ADD COLUMN content            jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN published_on       date,
    ADD COLUMN decision           jsonb,
    ADD COLUMN decision_signed_on date,
    ADD COLUMN ended_by           text,
    ADD COLUMN replaced_by        text COLLATE "C",
    ADD COLUMN end_decision       jsonb,
    ADD COLUMN end_recorded_at    timestamptz,
    ADD COLUMN search_text        text COLLATE "C" NOT NULL
        GENERATED ALWAYS AS (btrim(regexp_replace(name_folded, '[^[:alnum:]]+', ' ', 'g'))) STORED;
-- What was in force without a publication is published from its first day on.
UPDATE procedure_versions SET published_on = effective_from;
ALTER TABLE procedure_versions
    ALTER COLUMN published_on SET NOT NULL,
    ADD CONSTRAINT procedure_versions_online_level_known CHECK (online_level IN ('information', 'partial', 'full')),
    ADD CONSTRAINT procedure_versions_decision_signed CHECK ((decision IS NULL) = (decision_signed_on IS NULL)),
    ADD CONSTRAINT procedure_versions_ending_known CHECK (ended_by IN ('abolished', 'replaced')),
    ADD CONSTRAINT procedure_versions_ending_whole CHECK
        ((ended_by IS NULL) = (end_recorded_at IS NULL) AND (ended_by IS NULL) = (end_decision IS NULL)
         AND (ended_by IS NULL OR effective_to IS NOT NULL)),
    ADD CONSTRAINT procedure_versions_successor_named CHECK ((replaced_by IS NOT NULL) = (ended_by IS NOT DISTINCT FROM 'replaced')),
    ADD CONSTRAINT procedure_versions_successor_fkey FOREIGN KEY (replaced_by) REFERENCES procedures (code);
CREATE INDEX procedure_versions_successor_idx ON procedure_versions (replaced_by);
CREATE INDEX procedure_versions_search_idx ON procedure_versions USING gin (to_tsvector('simple'::regconfig, search_text));
COMMENT ON COLUMN procedure_versions.online_level IS 'Level of the online service (muc do dich vu cong); null: not said.';
COMMENT ON COLUMN procedure_versions.content IS 'What people read: steps, channels, fees, documents and so on (domain/catalogue/content).';
COMMENT ON COLUMN procedure_versions.published_on IS 'Local day from which it is disclosed (cong khai) here.';
COMMENT ON COLUMN procedure_versions.decision IS 'The decision that announces it (quyet dinh cong bo); null: from before decisions were kept.';
COMMENT ON COLUMN procedure_versions.decision_signed_on IS 'Day on which that decision was signed.';
COMMENT ON COLUMN procedure_versions.ended_by IS 'How the procedure ended with this version; null: it did not.';
COMMENT ON COLUMN procedure_versions.replaced_by IS 'The procedure that replaces it.';
COMMENT ON COLUMN procedure_versions.end_decision IS 'The decision by which it ended.';
COMMENT ON COLUMN procedure_versions.end_recorded_at IS 'When the end was recorded here.';
COMMENT ON COLUMN procedure_versions.search_text IS 'Words of the folded name, joined by single spaces.';

-- domain/catalogue/search says the same in Rust: where a found procedure stands among the others.
CREATE FUNCTION procedure_rank(code text, search_text text, asked_code text, asked_words text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN code = asked_code THEN 0
        WHEN asked_code <> '' AND starts_with(code, asked_code) THEN 1
        WHEN starts_with(search_text, asked_words) THEN 2
        WHEN strpos(' ' || search_text, ' ' || asked_words) > 0 THEN 3
        ELSE 4
    END;

CREATE TABLE procedure_drafts (
    procedure_code text COLLATE "C" NOT NULL,
    content        jsonb NOT NULL,
    recorded_at    timestamptz NOT NULL,
    CONSTRAINT procedure_drafts_pkey PRIMARY KEY (procedure_code),
    CONSTRAINT procedure_drafts_procedure_fkey FOREIGN KEY (procedure_code) REFERENCES procedures (code)
);
COMMENT ON TABLE procedure_drafts IS 'The draft of a procedure, until it is published.';
COMMENT ON COLUMN procedure_drafts.procedure_code IS 'The procedure.';
COMMENT ON COLUMN procedure_drafts.content IS 'The draft, as PUT takes it.';
COMMENT ON COLUMN procedure_drafts.recorded_at IS 'When it was written.';
