-- The transaction of a receipt step by step: as many round trips as rows to read and to write.
\set d random(21, 29)
\set c random(31, 37)
\set agency :d * 100 + :c
\set k random(0, 6) * 13
\set pv :k + 1
\set major 1 + :k % 2
\set minor :k * 37 + 1001
\set person random(100000000, 999999999)
SELECT k.id, k.name, k.secret_hash, k.scopes, k.all_agencies, k.root_agency_ids, k.created_at, k.expires_at, k.revoked_at, k.plan,
    r.version, r.catalogue_version, r.calendar_version
FROM api_keys k JOIN reference_state r ON r.singleton = true WHERE k.id = :key LIMIT 1;
BEGIN;
SELECT require_calendar_version(:calendar_version);
INSERT INTO dossier_counters (agency_id, day, last_number) VALUES (:agency, :day, 1)
    ON CONFLICT (agency_id, day) DO UPDATE SET last_number = dossier_counters.last_number + 1
    RETURNING 'H51.' || :d || '.' || :c || '-' || :yymmdd::text || '-' || CASE WHEN last_number < 10000 THEN lpad(last_number::text, 4, '0') ELSE last_number::text END AS code,
    encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 'hex')::uuid AS id,
    encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 'hex')::uuid AS event \gset
SELECT EXISTS (SELECT FROM dossiers WHERE code = :code);
INSERT INTO dossiers (id, code, procedure_version_id, channel, receiving_agency_id, competent_agency_id, applicant_kind, applicant_name_masked,
    received_at, limit_unit, limit_amount_hundredths, due_on, due_at, overdue_from, status, clock, holder_agency_id, holder_unit,
    holder_officer, holder_since, last_event_at, last_recorded_at, version, clock_started_at, last_step_at, head_hash, person_digest, holder_digest)
VALUES (:id, :code, :pv, 'in_person', :agency, :agency, 'individual', 'N*** V*** A***', :received_at, :unit, :amount, :due_on, :due_at,
    :overdue_from, 'received', 'running', :agency, 'Bộ phận Một cửa', 'Trần Thị Bình', :received_at, :received_at, now(), 1, :received_at::timestamptz, :received_at::timestamptz, sha256(uuid_send(:event::uuid)), sha256(uuid_send(:id::uuid)), sha256(uuid_send(:id::uuid)));
INSERT INTO dossier_persons (dossier_id, key_id, nonce, ciphertext)
VALUES (:id, '00000000', substring(sha256(uuid_send(:event::uuid)) FOR 24), convert_to(repeat(md5(:person::text), 9), 'UTF8'));
INSERT INTO dossier_events (id, dossier_id, seq, kind, occurred_at, recorded_at, origin, backdated, status_after, due_on_after, agency_id, officer, officer_title,
    officer_unit, key_id, hash, state_digest, personal_digest, salt)
VALUES (:event, :id, 1, 'received', :received_at, now(), 'live', false, 'received', :due_on, :agency, 'Trần Thị Bình', 'Công chức một cửa',
    'Bộ phận Một cửa', :key, sha256(uuid_send(:event::uuid)), sha256(uuid_send(:id::uuid)), sha256(uuid_send(:id::uuid)), uuid_send(gen_random_uuid()));
INSERT INTO audit_log (id, recorded_at, actor, action, subject, request_id, details)
VALUES (encode(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 'hex')::uuid, now(), 'key:' || :key, 'dossier.received', 'dossier:' || :code::text, gen_random_uuid()::text,
    jsonb_build_object('procedure', :major || '.00' || :minor, 'receiving_agency', 'H51.' || :d || '.' || :c,
        'competent_agency', 'H51.' || :d || '.' || :c, 'received_at', :received_at::text, 'due_on', :due_on::text, 'submitted_at', NULL));
COMMIT;
