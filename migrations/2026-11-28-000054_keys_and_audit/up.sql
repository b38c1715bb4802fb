-- Keys that are followed by others and say when they were used; an audit trail that nobody changes and each day of which is signed.

ALTER TABLE api_keys
    ADD COLUMN last_used_at timestamptz,
    ADD COLUMN replaces     text COLLATE "C",
    ADD COLUMN replaced_by  text COLLATE "C",
    ADD CONSTRAINT api_keys_replaces_key UNIQUE (replaces),
    ADD CONSTRAINT api_keys_replaced_by_key UNIQUE (replaced_by);
COMMENT ON COLUMN api_keys.last_used_at IS 'The minute in which it was last proved on any instance, as far as it is noted; null: it was not used since this is noted.';
COMMENT ON COLUMN api_keys.replaces IS 'The key that it replaces; null for a first one.';
COMMENT ON COLUMN api_keys.replaced_by IS 'The key that replaces it; null while none does.';
CREATE INDEX api_keys_created_idx ON api_keys (created_at DESC, id DESC);

ALTER TABLE audit_log
    ADD COLUMN reason  text,
    ADD COLUMN address text;
COMMENT ON COLUMN audit_log.reason IS 'Why, as the caller said; null: they said nothing.';
COMMENT ON COLUMN audit_log.address IS 'Address of the client, seen through trusted proxies; null for commands, the worker, and rows from before it was noted.';
-- The list is newest first, of all or of one actor.
CREATE INDEX audit_log_recorded_idx ON audit_log (recorded_at DESC, id DESC);
CREATE INDEX audit_log_actor_idx ON audit_log (actor, recorded_at DESC, id DESC);
-- Nearly every row is of a dossier: any action on something else would be looked for among them.
CREATE INDEX audit_log_other_idx ON audit_log (action, recorded_at DESC, id DESC) WHERE action NOT LIKE 'dossier.%';
CREATE INDEX audit_log_request_idx ON audit_log (request_id);

CREATE FUNCTION keep_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is kept' USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_log_is_kept';
END
$$;
COMMENT ON FUNCTION keep_audit_log() IS 'Refuses to change, delete or empty the audit trail.';
CREATE TRIGGER audit_log_kept BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER audit_log_kept_whole BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

-- As of an event (dossier_events_open_day). A boundary is a local midnight that the clock of the database has passed, so a row of today is
-- before none, and the function is not called for it.
CREATE TRIGGER audit_log_open_day AFTER INSERT ON audit_log FOR EACH ROW
    WHEN ((new.recorded_at AT TIME ZONE INTERVAL '+07:00')::date < (clock_timestamp() AT TIME ZONE INTERVAL '+07:00')::date)
    EXECUTE FUNCTION require_open_day();

ALTER TABLE log_days
    ADD COLUMN audit_rows   bigint,
    ADD COLUMN audit_blocks bytea,
    ADD COLUMN audit_root   bytea,
    ADD CONSTRAINT log_days_audit_whole CHECK (num_nulls(audit_rows, audit_blocks, audit_root) IN (0, 3) AND (audit_root IS NULL OR root IS NOT NULL)),
    ADD CONSTRAINT log_days_audit_hashes_whole CHECK (audit_rows >= 0 AND octet_length(audit_root) = 32 AND octet_length(audit_blocks) % 32 = 0);
COMMENT ON COLUMN log_days.audit_rows IS 'Number of the rows of the audit trail that were recorded on it; null, as both below, for a day that was signed before these were covered.';
COMMENT ON COLUMN log_days.audit_blocks IS 'Roots of the blocks of 1024 of them, one after the other.';
COMMENT ON COLUMN log_days.audit_root IS 'Root of the Merkle tree over them (RFC 6962).';
COMMENT ON COLUMN log_days.waits_for IS 'Transactions (virtualtransaction of pg_locks) that wrote events or the audit trail when the boundary was there already, and may have begun before; when all have ended, nothing of the day can come any more. Null: not looked yet.';
