-- What the role in the setting congkhai.service_role may do: all that the service does, and nothing that rewrites history. The owner of
-- the tables runs it, with `congkhai migrate --service-role`. Everything that was granted before is taken back first.
DO $$
DECLARE
    service text := current_setting('congkhai.service_role');
    relation text;
    may text;
BEGIN
    IF service = current_user THEN
        RAISE EXCEPTION 'the service role must be another than %, which owns the tables', service;
    END IF;
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = service) THEN
        RAISE EXCEPTION 'the service role % must not be a superuser', service;
    END IF;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public, as_of FROM %I', service);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), service);
    EXECUTE format('GRANT USAGE ON SCHEMA public, as_of TO %I', service);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA public, as_of TO %I', service);
    FOR relation, may IN VALUES
        -- History: rows are added, and are never changed.
        ('agency_disclosures', 'INSERT'),
        ('audit_log', 'INSERT'),
        ('dossier_events', 'INSERT'),
        ('dossier_states', 'INSERT'),
        ('log_leaves', 'INSERT'),
        ('procedure_agencies', 'INSERT'),
        ('procedure_limits', 'INSERT'),
        ('reminder_items', 'INSERT'),
        ('report_corrections', 'INSERT'),
        ('review_confirmations', 'INSERT'),
        -- The same, and nothing that is personal in clear.
        ('dossier_event_notes', 'INSERT (event_id, key_id, nonce, ciphertext)'),
        ('dossier_persons', 'INSERT (dossier_id, key_id, nonce, ciphertext)'),
        -- Only who may update a row may hold it; a trigger keeps what it says.
        ('reports', 'INSERT, UPDATE (id)'),
        -- A version changes when it ends.
        ('procedure_versions', 'INSERT, UPDATE (effective_to, ended_by, replaced_by, end_decision, end_recorded_at)'),
        -- A key ends, is replaced and is used; it is not made to do more.
        ('api_keys', 'INSERT, UPDATE (expires_at, revoked_at, last_used_at, replaced_by)'),
        -- The present, whose past is kept elsewhere. Nothing of it is deleted.
        ('agencies', 'INSERT, UPDATE'),
        ('calendar_jobs', 'INSERT, UPDATE'),
        ('calendar_years', 'INSERT, UPDATE'),
        ('calendars', 'INSERT, UPDATE'),
        ('dossier_counters', 'INSERT, UPDATE'),
        ('dossiers', 'INSERT, UPDATE'),
        ('log_days', 'INSERT, UPDATE'),
        ('national_payloads', 'INSERT, UPDATE'),
        ('policies', 'INSERT, UPDATE'),
        ('procedures', 'INSERT, UPDATE'),
        ('reference_state', 'UPDATE'),
        ('reminder_counters', 'INSERT, UPDATE'),
        ('reminder_rules', 'INSERT, UPDATE'),
        ('reminder_runs', 'INSERT, UPDATE'),
        ('reminders', 'INSERT, UPDATE'),
        ('report_counters', 'INSERT, UPDATE'),
        ('report_progress', 'UPDATE'),
        ('reviews', 'INSERT, UPDATE'),
        -- Lists that are written anew, whose past is kept elsewhere, and what is made of something else.
        ('agency_codes', 'INSERT, DELETE'),
        ('agency_monitors', 'INSERT, DELETE'),
        ('agency_successors', 'INSERT, DELETE'),
        ('calendar_days', 'INSERT, DELETE'),
        ('calendar_sessions', 'INSERT, DELETE'),
        ('idempotency_keys', 'INSERT, UPDATE, DELETE'),
        ('procedure_drafts', 'INSERT, UPDATE, DELETE'),
        ('recording_delays', 'INSERT'),
        ('report_counts', 'INSERT, UPDATE, DELETE'),
        ('report_late_counts', 'INSERT, UPDATE, DELETE'),
        -- A trigger writes these as the owner, a command of the owner, and migrations those.
        ('reference_rows', NULL),
        ('purged_dossiers', NULL),
        ('purges', NULL),
        ('__diesel_schema_migrations', NULL)
    LOOP
        IF may IS NOT NULL THEN
            EXECUTE format('GRANT %s ON TABLE %I TO %I', may, relation, service);
        END IF;
    END LOOP;
END
$$;
