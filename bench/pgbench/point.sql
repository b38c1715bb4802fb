-- The same reads, with the events found by the code, so that pgbench need not take the row apart in between.
\set i random(:first, :last)
SELECT k.id, k.name, k.secret_hash, k.scopes, k.all_agencies, k.root_agency_ids, k.created_at, k.expires_at, k.revoked_at, k.plan,
    r.version, r.catalogue_version, r.calendar_version
FROM api_keys k JOIN reference_state r ON r.singleton = true WHERE k.id = :key LIMIT 1;
SELECT d.id, d.code, d.procedure_version_id, d.case_code, d.channel, d.receiving_agency_id, d.competent_agency_id, d.applicant_kind,
    d.applicant_name_masked, d.status, d.clock, d.submitted_at, d.received_at, d.ended_at, d.returned_at, d.closed_recorded_at,
    d.appointed_at, d.reappointed_on, d.apologies, d.apology_late, d.limit_unit, d.limit_amount_hundredths, d.due_on, d.due_at,
    d.overdue_from, d.calendar_missing, d.holder_agency_id, d.holder_unit, d.holder_officer, d.holder_since, d.step_due_at,
    d.last_event_at, d.last_recorded_at, d.version, d.clock_started_at, d.stopped_at, d.judged_at, d.restarted_on, d.resumes_to, d.policy,
    d.last_step_at, d.filed_at, d.unanswered_from
FROM dossiers d WHERE d.code = :prefix::text || :i LIMIT 1;
SELECT e.id, e.dossier_id, e.seq, e.kind, e.occurred_at, e.recorded_at, e.origin, e.source_recorded_at, e.backdated, e.status_before,
    e.status_after, e.due_on_before, e.due_on_after, e.agency_id, e.officer, e.officer_title, e.officer_unit, e.to_agency_id,
    e.to_unit, e.to_officer, e.step_due_at, e.outcome, e.public_note, e.key_id, e.hash, e.ground, e.items, e.answer_by, e.by_unit,
    e.by_hundredths, e.new_due_on, e.appointed_at, e.reason, e.corrects, e.happened_at, e.voids
FROM dossier_events e WHERE e.dossier_id = (SELECT id FROM dossiers WHERE code = :prefix::text || :i) ORDER BY e.seq;
