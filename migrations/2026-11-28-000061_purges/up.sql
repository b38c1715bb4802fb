-- The erasure of personal data of dossiers that ended long ago (ADR 105): marked first, and erased for good after a while.

CREATE TABLE purges (
    id           integer GENERATED ALWAYS AS IDENTITY,
    marked_at    timestamptz NOT NULL,
    marked_by    text NOT NULL,
    years        integer NOT NULL,
    ended_before timestamptz NOT NULL,
    erase_from   timestamptz NOT NULL,
    dossiers     integer NOT NULL,
    undone_at    timestamptz,
    CONSTRAINT purges_pkey PRIMARY KEY (id),
    CONSTRAINT purges_years_counted CHECK (years >= 1),
    CONSTRAINT purges_dossiers_counted CHECK (dossiers >= 1),
    CONSTRAINT purges_window_ahead CHECK (erase_from >= marked_at)
);
COMMENT ON TABLE purges IS 'Runs of congkhai purge: dossiers whose personal data is marked to be erased.';
COMMENT ON COLUMN purges.id IS 'Counts the purges.';
COMMENT ON COLUMN purges.marked_at IS 'When the dossiers were marked.';
COMMENT ON COLUMN purges.marked_by IS 'Who marked them, as the audit trail names them.';
COMMENT ON COLUMN purges.years IS 'The rule: dossiers that ended more than so many years before.';
COMMENT ON COLUMN purges.ended_before IS 'The instant that follows from the rule: they ended before it.';
COMMENT ON COLUMN purges.erase_from IS 'First instant at which they are erased for good.';
COMMENT ON COLUMN purges.dossiers IS 'How many were marked.';
COMMENT ON COLUMN purges.undone_at IS 'When the marks were taken away again; null: they were not.';

CREATE TABLE purged_dossiers (
    dossier_id uuid NOT NULL,
    purge_id   integer NOT NULL,
    erased_at  timestamptz,
    CONSTRAINT purged_dossiers_pkey PRIMARY KEY (dossier_id),
    CONSTRAINT purged_dossiers_dossier_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers (id),
    CONSTRAINT purged_dossiers_purge_fkey FOREIGN KEY (purge_id) REFERENCES purges (id)
);
CREATE INDEX purged_dossiers_purge_idx ON purged_dossiers (purge_id, dossier_id);
COMMENT ON TABLE purged_dossiers IS 'Dossiers whose personal data is marked to be erased, and shown to nobody any more, or is erased.';
COMMENT ON COLUMN purged_dossiers.dossier_id IS 'The dossier.';
COMMENT ON COLUMN purged_dossiers.purge_id IS 'The purge that marked it.';
COMMENT ON COLUMN purged_dossiers.erased_at IS 'When its personal data was erased; null: not yet.';
