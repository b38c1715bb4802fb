ALTER TABLE reference_state DROP COLUMN catalogue_version;
COMMENT ON TABLE reference_state IS 'One row: the version of the reference data that each process keeps in memory. Every write to agencies raises it and so serialises them.';
