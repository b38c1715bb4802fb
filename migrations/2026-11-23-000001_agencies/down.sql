DROP TABLE agency_monitors;
DROP TABLE agency_successors;
DROP TABLE agency_codes;
DROP TABLE agencies;
DROP TABLE reference_state;
DROP EXTENSION IF EXISTS btree_gist;
