-- Tamper evidence: a hash chain of the events of each dossier, and a log of each day's hashes under a signed root.
-- The formats are in docs/tamper-evidence.md. Rows from before have no hashes; new columns without a value rewrite no table.

ALTER TABLE dossiers
    ADD COLUMN head_hash     bytea,
    ADD COLUMN person_digest bytea,
    ADD COLUMN holder_digest bytea,
    ADD CONSTRAINT dossiers_hashes_whole CHECK (octet_length(head_hash) = 32 AND octet_length(person_digest) = 32 AND octet_length(holder_digest) = 32);
COMMENT ON COLUMN dossiers.head_hash IS 'Hash of its latest event; null when that was recorded before there were hashes.';
COMMENT ON COLUMN dossiers.person_digest IS 'SHA-256 of the salt in dossier_persons and the personal data of the applicant; stays when these are erased.';
COMMENT ON COLUMN dossiers.holder_digest IS 'SHA-256 of the salt of its latest event and the name of the officer who holds it; null without one; stays when these are erased.';

ALTER TABLE dossier_persons
    ADD COLUMN salt bytea,
    ADD CONSTRAINT dossier_persons_salt_whole CHECK (octet_length(salt) = 16);
COMMENT ON COLUMN dossier_persons.salt IS 'Random bytes before the personal data in its digest; erased with it. Null: from before there were hashes.';

ALTER TABLE dossier_events
    ADD COLUMN hash            bytea,
    ADD COLUMN state_digest    bytea,
    ADD COLUMN personal_digest bytea,
    ADD COLUMN salt            bytea,
    ADD CONSTRAINT dossier_events_hashes_whole CHECK
        (octet_length(hash) = 32 AND octet_length(state_digest) = 32 AND octet_length(personal_digest) = 32 AND octet_length(salt) = 16),
    ADD CONSTRAINT dossier_events_sealed_whole CHECK ((hash IS NULL) = (state_digest IS NULL) AND (hash IS NOT NULL OR personal_digest IS NULL));
COMMENT ON COLUMN dossier_events.hash IS 'SHA-256 of the hash of the event before and the canonical form of this one; null: from before there were hashes.';
COMMENT ON COLUMN dossier_events.state_digest IS 'SHA-256 of the canonical form of the row in dossiers that the event left behind.';
COMMENT ON COLUMN dossier_events.personal_digest IS 'SHA-256 of the salt and the personal data of the event; null without any; stays when these are erased.';
COMMENT ON COLUMN dossier_events.salt IS 'Random bytes before the personal data in the digests; erased with it. Null: without any, erased, or from before there were hashes.';
-- Events are stored in the order of their record, so a few kilobytes find those of a day.
CREATE INDEX dossier_events_recorded_idx ON dossier_events USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE log_days (
    day          date NOT NULL,
    until        timestamptz NOT NULL,
    waits_for    text,
    events       bigint,
    blocks       bytea,
    root         bytea,
    statement    text,
    signature    bytea,
    public_key   bytea,
    signed_at    timestamptz,
    CONSTRAINT log_days_pkey PRIMARY KEY (day),
    CONSTRAINT log_days_until_key UNIQUE (until),
    CONSTRAINT log_days_signed_whole CHECK (num_nulls(events, blocks, root, statement, signature, public_key, signed_at) IN (0, 7)),
    CONSTRAINT log_days_events_counted CHECK (events >= 0),
    CONSTRAINT log_days_hashes_whole CHECK
        (octet_length(root) = 32 AND octet_length(signature) = 64 AND octet_length(public_key) = 32 AND octet_length(blocks) % 32 = 0)
);
COMMENT ON TABLE log_days IS 'Each local day of the log of event hashes: the boundary, then its root, signed. A row is there before its root is: from then on no event of the day is taken any more.';
COMMENT ON COLUMN log_days.day IS 'Local day.';
COMMENT ON COLUMN log_days.until IS 'Its end. It holds the events that were recorded before it and not before the end of the day before.';
COMMENT ON COLUMN log_days.waits_for IS 'Transactions (virtualtransaction of pg_locks) that wrote events when the boundary was there already, and may have begun before; when all have ended, no event of the day can come any more. Null: not looked yet.';
COMMENT ON COLUMN log_days.events IS 'Number of its events; null until it is signed, as all below.';
COMMENT ON COLUMN log_days.blocks IS 'Roots of its blocks of 1024 leaves, one after the other, for short proofs.';
COMMENT ON COLUMN log_days.root IS 'Root of the Merkle tree over its leaves (RFC 6962).';
COMMENT ON COLUMN log_days.statement IS 'What is signed, as canonical JSON; it names the hash of the statement before.';
COMMENT ON COLUMN log_days.signature IS 'Ed25519 signature of the bytes of the statement.';
COMMENT ON COLUMN log_days.public_key IS 'Public key of the signature.';
COMMENT ON COLUMN log_days.signed_at IS 'When it was signed.';

CREATE TABLE log_leaves (
    day      date NOT NULL,
    position integer NOT NULL,
    code     text COLLATE "C" NOT NULL,
    seq      integer NOT NULL,
    hash     bytea NOT NULL,
    CONSTRAINT log_leaves_pkey PRIMARY KEY (day, position),
    CONSTRAINT log_leaves_event_key UNIQUE (code, seq),
    CONSTRAINT log_leaves_day_fkey FOREIGN KEY (day) REFERENCES log_days (day),
    CONSTRAINT log_leaves_position_counted CHECK (position >= 0),
    CONSTRAINT log_leaves_hash_whole CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE log_leaves IS 'The events of each day of the log. Refers to no dossier: it must name one that has vanished.';
COMMENT ON COLUMN log_leaves.day IS 'The day.';
COMMENT ON COLUMN log_leaves.position IS 'Place in the tree, from 0: by recorded_at, code, seq.';
COMMENT ON COLUMN log_leaves.code IS 'Code of the dossier.';
COMMENT ON COLUMN log_leaves.seq IS 'Number of the event within the dossier.';
COMMENT ON COLUMN log_leaves.hash IS 'Its hash, as it was.';

-- After the insert: by then the transaction holds its lock of the table, and what it sees of the boundaries is younger than that. So
-- whoever missed a boundary shows in pg_locks, or has ended, once the boundary is committed.
CREATE FUNCTION require_open_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.recorded_at < (SELECT max(until) FROM log_days) THEN
        RAISE EXCEPTION 'the log of the day of % is closed', new.recorded_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'log_day_is_open';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION require_open_day() IS 'Refuses an event that was recorded, by the clock of the service, before a boundary of the log.';
CREATE TRIGGER dossier_events_open_day AFTER INSERT ON dossier_events FOR EACH ROW EXECUTE FUNCTION require_open_day();
