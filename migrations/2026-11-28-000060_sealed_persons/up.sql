-- Personal data is stored encrypted only (ADR 103). Rows from before stay in clear until `congkhai data-key rotate` has sealed them, so
-- the constraints *_sealed are not valid for them yet: each new row must keep them, and the command validates them at its end.

ALTER TABLE dossier_persons
    ALTER COLUMN name DROP NOT NULL,
    ADD COLUMN key_id     text COLLATE "C",
    ADD COLUMN nonce      bytea,
    ADD COLUMN ciphertext bytea,
    ADD CONSTRAINT dossier_persons_sealed CHECK (ciphertext IS NOT NULL) NOT VALID,
    ADD CONSTRAINT dossier_persons_sealed_or_clear CHECK (CASE WHEN ciphertext IS NULL
        THEN name IS NOT NULL AND num_nonnulls(key_id, nonce) = 0
        ELSE num_nulls(key_id, nonce) = 0 AND num_nonnulls(name, id_number, phone, email, address, summary, salt) = 0 END),
    ADD CONSTRAINT dossier_persons_nonce_whole CHECK (octet_length(nonce) = 24),
    ADD CONSTRAINT dossier_persons_tag_there CHECK (octet_length(ciphertext) >= 16);
COMMENT ON COLUMN dossier_persons.name IS 'Name of the applicant (chu ho so), in a row from before encryption; null once it is sealed, as all up to salt.';
COMMENT ON COLUMN dossier_persons.salt IS 'Random bytes before the personal data in its digest, in a row from before encryption. Null: sealed with the data, or from before there were hashes.';
COMMENT ON COLUMN dossier_persons.key_id IS 'Id of the data key that sealed it; null: not sealed yet.';
COMMENT ON COLUMN dossier_persons.nonce IS 'Nonce of XChaCha20-Poly1305.';
COMMENT ON COLUMN dossier_persons.ciphertext IS 'The salt with its length before it, and name, identity number, telephone, e-mail, address and summary as JSON; encrypted, with the tag; bound to the dossier and the key.';
COMMENT ON COLUMN dossiers.person_digest IS 'SHA-256 of the salt that is sealed in dossier_persons and the personal data of the applicant; stays when these are erased.';

ALTER TABLE dossier_event_notes
    ALTER COLUMN note DROP NOT NULL,
    ADD COLUMN key_id     text COLLATE "C",
    ADD COLUMN nonce      bytea,
    ADD COLUMN ciphertext bytea,
    ADD CONSTRAINT dossier_event_notes_sealed CHECK (ciphertext IS NOT NULL) NOT VALID,
    ADD CONSTRAINT dossier_event_notes_sealed_or_clear CHECK (CASE WHEN ciphertext IS NULL
        THEN note IS NOT NULL AND num_nonnulls(key_id, nonce) = 0
        ELSE num_nulls(key_id, nonce) = 0 AND note IS NULL END),
    ADD CONSTRAINT dossier_event_notes_nonce_whole CHECK (octet_length(nonce) = 24),
    ADD CONSTRAINT dossier_event_notes_tag_there CHECK (octet_length(ciphertext) >= 16);
COMMENT ON COLUMN dossier_event_notes.note IS 'The note (y kien xu ly), in a row from before encryption; null once it is sealed.';
COMMENT ON COLUMN dossier_event_notes.key_id IS 'Id of the data key that sealed it; null: not sealed yet.';
COMMENT ON COLUMN dossier_event_notes.nonce IS 'Nonce of XChaCha20-Poly1305.';
COMMENT ON COLUMN dossier_event_notes.ciphertext IS 'The salt of the event with its length before it, and the note; encrypted, with the tag; bound to the event and the key.';
COMMENT ON COLUMN dossier_events.salt IS 'Random bytes before the personal data in the digests; erased with it. Null: without any, sealed with the private note, erased, or from before there were hashes.';
