DROP TABLE procedure_limits;
DROP TABLE procedure_agencies;
DROP TABLE procedure_versions;
DROP TABLE procedures;
