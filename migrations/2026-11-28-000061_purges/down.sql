DROP TABLE purged_dossiers;
DROP TABLE purges;
