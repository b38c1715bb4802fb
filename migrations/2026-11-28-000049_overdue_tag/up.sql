-- What stands for the rows of the whole overdue list, id and version, is in the index in whose order they are read: to say whether a
-- list has changed, the table need not be read. `version` changes with every event, and every event writes an entry of the index anyway.
DROP INDEX dossiers_open_overdue_idx;
CREATE INDEX dossiers_open_overdue_idx ON dossiers (overdue_from, id) INCLUDE (version) WHERE ended_at IS NULL;
