-- The key is not in the database, so what is sealed cannot be opened here. It goes: `congkhai rollback` says so before, and wants to be told.
DELETE FROM dossier_persons WHERE ciphertext IS NOT NULL;
DELETE FROM dossier_event_notes WHERE ciphertext IS NOT NULL;

ALTER TABLE dossier_persons
    DROP COLUMN key_id,
    DROP COLUMN nonce,
    DROP COLUMN ciphertext,
    ALTER COLUMN name SET NOT NULL;
COMMENT ON COLUMN dossier_persons.name IS 'Name of the applicant (chu ho so).';
COMMENT ON COLUMN dossier_persons.salt IS 'Random bytes before the personal data in its digest; erased with it. Null: from before there were hashes.';
COMMENT ON COLUMN dossiers.person_digest IS 'SHA-256 of the salt in dossier_persons and the personal data of the applicant; stays when these are erased.';

ALTER TABLE dossier_event_notes
    DROP COLUMN key_id,
    DROP COLUMN nonce,
    DROP COLUMN ciphertext,
    ALTER COLUMN note SET NOT NULL;
COMMENT ON COLUMN dossier_event_notes.note IS 'The note (y kien xu ly).';
COMMENT ON COLUMN dossier_events.salt IS 'Random bytes before the personal data in the digests; erased with it. Null: without any, erased, or from before there were hashes.';
