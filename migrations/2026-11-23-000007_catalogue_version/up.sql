-- The version of the procedures, so that each process can keep them in memory as it keeps the agencies.

ALTER TABLE reference_state ADD COLUMN catalogue_version bigint NOT NULL DEFAULT 0;
COMMENT ON TABLE reference_state IS 'One row: the versions of the reference data that each process keeps in memory. Every write to agencies or procedures raises one of them and so serialises them.';
COMMENT ON COLUMN reference_state.catalogue_version IS 'Raised by one in each transaction that changes procedures.';
