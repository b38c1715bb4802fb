-- Who may call, and what was done.

CREATE TABLE api_keys (
    id              text COLLATE "C" NOT NULL,
    name            text NOT NULL,
    secret_hash     bytea NOT NULL,
    scopes          text[] NOT NULL,
    all_agencies    boolean NOT NULL,
    root_agency_ids integer[] NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    revoked_at      timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_secret_is_sha256 CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT api_keys_sees_something CHECK (all_agencies <> (cardinality(root_agency_ids) > 0))
);
COMMENT ON TABLE api_keys IS 'Keys of callers. The secret itself is never stored.';
COMMENT ON COLUMN api_keys.id IS 'Public part of the key, shown in lists, logs and the audit trail.';
COMMENT ON COLUMN api_keys.name IS 'What the key is for.';
COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of the secret, which has 256 random bits and so needs no slow hash.';
COMMENT ON COLUMN api_keys.scopes IS 'What the key may do.';
COMMENT ON COLUMN api_keys.all_agencies IS 'True: the key sees every agency and has no roots.';
COMMENT ON COLUMN api_keys.root_agency_ids IS 'Agencies whose subtrees the key sees. An array and not a table: read with the key in one row, and agencies are never deleted.';
COMMENT ON COLUMN api_keys.created_at IS 'When it was made.';
COMMENT ON COLUMN api_keys.expires_at IS 'First instant at which it no longer works; null: never.';
COMMENT ON COLUMN api_keys.revoked_at IS 'When it was revoked; null while it works.';

CREATE TABLE audit_log (
    id          uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor       text NOT NULL,
    action      text NOT NULL,
    subject     text NOT NULL,
    request_id  text NOT NULL,
    details     jsonb NOT NULL,
    CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_subject_idx ON audit_log (subject, recorded_at);
COMMENT ON TABLE audit_log IS 'One row for each change, written in the transaction that made it. Holds no personal data.';
COMMENT ON COLUMN audit_log.id IS 'UUID version 7, in order of recording.';
COMMENT ON COLUMN audit_log.recorded_at IS 'When the change was made.';
COMMENT ON COLUMN audit_log.actor IS 'Who made it: key:<id>, or command:<name>.';
COMMENT ON COLUMN audit_log.action IS 'What was done, such as dossier.received.';
COMMENT ON COLUMN audit_log.subject IS 'On what, such as dossier:H51.29-220215-0001.';
COMMENT ON COLUMN audit_log.request_id IS 'The request it came with.';
COMMENT ON COLUMN audit_log.details IS 'What changed, without personal data.';
