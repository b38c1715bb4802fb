-- The service may run as a role that does not own the tables. What it is granted is in src/db/service_role.sql; the rows of the past that
-- a trigger closes are out of its reach, so the trigger acts as the owner.
ALTER FUNCTION keep_reference_row() SECURITY DEFINER SET search_path = pg_catalog, public;
