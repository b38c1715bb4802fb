-- Answers to requests with an Idempotency-Key, kept for 48 hours.

CREATE TABLE idempotency_keys (
    key_id      text COLLATE "C" NOT NULL,
    method      text COLLATE "C" NOT NULL,
    path        text COLLATE "C" NOT NULL,
    key         text COLLATE "C" NOT NULL,
    body_digest bytea NOT NULL,
    status      smallint,
    headers     jsonb,
    body        bytea,
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (key_id, method, path, key),
    CONSTRAINT idempotency_keys_digest_is_sha256 CHECK (octet_length(body_digest) = 32),
    CONSTRAINT idempotency_keys_answer_whole CHECK ((status IS NULL) = (headers IS NULL) AND (status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS 'Answers to requests with an Idempotency-Key, stored in the transaction that did the work.';
COMMENT ON COLUMN idempotency_keys.key_id IS 'Key of the caller.';
COMMENT ON COLUMN idempotency_keys.method IS 'Method of the request.';
COMMENT ON COLUMN idempotency_keys.path IS 'Path of the request.';
COMMENT ON COLUMN idempotency_keys.key IS 'The Idempotency-Key that the caller chose.';
COMMENT ON COLUMN idempotency_keys.body_digest IS 'SHA-256 of the body: the same key with another body is refused.';
COMMENT ON COLUMN idempotency_keys.status IS 'Status of the answer; null only inside the transaction that does the work.';
COMMENT ON COLUMN idempotency_keys.headers IS 'Headers of the answer that belong to the work, as pairs of name and value.';
COMMENT ON COLUMN idempotency_keys.body IS 'Body of the answer. Personal data is masked in it, as in every answer.';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When the request was carried out. The row is deleted 48 hours later.';
