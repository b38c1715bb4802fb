-- The key, and the first page of what is overdue, for a key that sees everything.
SELECT k.id, k.name, k.secret_hash, k.scopes, k.all_agencies, k.root_agency_ids, k.created_at, k.expires_at, k.revoked_at, k.plan,
    r.version, r.catalogue_version, r.calendar_version
FROM api_keys k JOIN reference_state r ON r.singleton = true WHERE k.id = :key LIMIT 1;
SELECT d.id, d.code, d.procedure_version_id, d.receiving_agency_id, d.competent_agency_id, d.holder_agency_id, d.holder_unit,
    d.holder_officer, d.filed_at, d.due_on, d.overdue_from, d.status, d.clock, d.apologies, d.apology_late, d.reappointed_on,
    d.last_event_at
FROM dossiers d
WHERE d.ended_at IS NULL AND d.overdue_from <= :now ORDER BY d.overdue_from, d.id LIMIT :lim;
