-- What was last sent of a dossier in the national format, sealed: it holds personal data.

CREATE TABLE national_payloads (
    dossier_id  uuid NOT NULL,
    kind        text NOT NULL,
    received_at timestamptz NOT NULL,
    key_id      text NOT NULL,
    nonce       bytea NOT NULL,
    ciphertext  bytea NOT NULL,
    CONSTRAINT national_payloads_pkey PRIMARY KEY (dossier_id, kind),
    CONSTRAINT national_payloads_dossier_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers (id),
    CONSTRAINT national_payloads_kind_known CHECK (kind IN ('dossier', 'progress')),
    CONSTRAINT national_payloads_nonce_whole CHECK (octet_length(nonce) = 24),
    CONSTRAINT national_payloads_tag_there CHECK (octet_length(ciphertext) >= 16)
);
COMMENT ON TABLE national_payloads IS 'The object of each kind that was last sent of a dossier in the national format, encrypted.';
COMMENT ON COLUMN national_payloads.dossier_id IS 'The dossier.';
COMMENT ON COLUMN national_payloads.kind IS 'dossier (DongBoHoSoMC) or progress (CapNhatTienDoHoSoMC).';
COMMENT ON COLUMN national_payloads.received_at IS 'When it was sent.';
COMMENT ON COLUMN national_payloads.key_id IS 'Id of the data key that sealed it.';
COMMENT ON COLUMN national_payloads.nonce IS 'Nonce of XChaCha20-Poly1305.';
COMMENT ON COLUMN national_payloads.ciphertext IS 'The JSON text and its tag; bound to the code of the dossier, the kind and the key.';
COMMENT ON COLUMN dossier_events.appointed_at IS 'Return date promised on the slip: of a receipt, or of a supplement received in the national format.';
