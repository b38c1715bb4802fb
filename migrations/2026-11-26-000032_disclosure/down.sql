DROP TABLE agency_disclosures;
DROP FUNCTION keep_agency_disclosure();
ALTER TABLE procedure_versions DROP COLUMN is_whole, DROP COLUMN is_shortened;
