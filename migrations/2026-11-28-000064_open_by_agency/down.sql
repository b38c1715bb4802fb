DROP INDEX dossiers_open_competent_idx;
CREATE INDEX dossiers_open_competent_idx ON dossiers (competent_agency_id, overdue_from, id) WHERE ended_at IS NULL;
DROP VIEW dossier_codes;
CREATE VIEW dossier_codes AS SELECT id, code FROM dossiers;
COMMENT ON VIEW dossier_codes IS 'The codes of dossiers, by a name that the schema as_of does not have: they never change.';
