// @generated automatically by Diesel CLI.

diesel::table! {
    agencies (id) {
        id -> Int4,
        code -> Text,
        name -> Text,
        level -> Text,
        parent_id -> Nullable<Int4>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        version -> Int4,
        focal_name -> Nullable<Text>,
        focal_title -> Nullable<Text>,
        focal_unit -> Nullable<Text>,
    }
}

diesel::table! {
    agency_codes (code) {
        code -> Text,
        agency_id -> Int4,
    }
}

diesel::table! {
    agency_disclosures (agency_id, procedure_code, version) {
        agency_id -> Int4,
        procedure_code -> Text,
        version -> Int4,
        assigned -> Nullable<Bool>,
        disclosed_version -> Nullable<Int4>,
        disclosed_at -> Nullable<Timestamptz>,
        verified_at -> Nullable<Timestamptz>,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    agency_monitors (agency_id, monitor_id, valid_from) {
        agency_id -> Int4,
        monitor_id -> Int4,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    agency_successors (agency_id, successor_id) {
        agency_id -> Int4,
        successor_id -> Int4,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        name -> Text,
        secret_hash -> Bytea,
        scopes -> Array<Text>,
        all_agencies -> Bool,
        root_agency_ids -> Array<Int4>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        plan -> Text,
        last_used_at -> Nullable<Timestamptz>,
        replaces -> Nullable<Text>,
        replaced_by -> Nullable<Text>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        recorded_at -> Timestamptz,
        actor -> Text,
        action -> Text,
        subject -> Text,
        request_id -> Text,
        details -> Jsonb,
        reason -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    calendar_days (calendar_id, day) {
        calendar_id -> Int4,
        year -> Int4,
        day -> Date,
        kind -> Text,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    calendar_jobs (id) {
        id -> Uuid,
        number -> Int8,
        agency_id -> Nullable<Int4>,
        year -> Nullable<Int4>,
        version -> Int4,
        status -> Text,
        swept_to -> Nullable<Uuid>,
        checked -> Int8,
        moved -> Int8,
        actor -> Text,
        request_id -> Text,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    calendar_sessions (calendar_id, valid_from, weekday, opens) {
        calendar_id -> Int4,
        valid_from -> Date,
        weekday -> Int2,
        opens -> Time,
        closes -> Time,
    }
}

diesel::table! {
    calendar_years (calendar_id, year) {
        calendar_id -> Int4,
        year -> Int4,
        version -> Int4,
        is_whole -> Bool,
    }
}

diesel::table! {
    calendars (id) {
        id -> Int4,
        agency_id -> Nullable<Int4>,
        version -> Int4,
    }
}

diesel::table! {
    dossier_counters (agency_id, day) {
        agency_id -> Int4,
        day -> Date,
        last_number -> Int4,
    }
}

diesel::table! {
    dossier_event_notes (event_id) {
        event_id -> Uuid,
        note -> Nullable<Text>,
        key_id -> Nullable<Text>,
        nonce -> Nullable<Bytea>,
        ciphertext -> Nullable<Bytea>,
    }
}

diesel::table! {
    dossier_events (id) {
        id -> Uuid,
        dossier_id -> Uuid,
        seq -> Int4,
        kind -> Text,
        occurred_at -> Timestamptz,
        recorded_at -> Timestamptz,
        origin -> Text,
        source_recorded_at -> Nullable<Timestamptz>,
        backdated -> Bool,
        status_before -> Nullable<Text>,
        status_after -> Text,
        due_on_before -> Nullable<Date>,
        due_on_after -> Nullable<Date>,
        agency_id -> Int4,
        officer -> Nullable<Text>,
        officer_title -> Nullable<Text>,
        officer_unit -> Nullable<Text>,
        to_agency_id -> Nullable<Int4>,
        to_unit -> Nullable<Text>,
        to_officer -> Nullable<Text>,
        step_due_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        public_note -> Nullable<Text>,
        key_id -> Nullable<Text>,
        ground -> Nullable<Text>,
        items -> Nullable<Array<Text>>,
        answer_by -> Nullable<Date>,
        by_unit -> Nullable<Text>,
        by_hundredths -> Nullable<Int4>,
        new_due_on -> Nullable<Date>,
        appointed_at -> Nullable<Timestamptz>,
        reason -> Nullable<Text>,
        corrects -> Nullable<Uuid>,
        happened_at -> Nullable<Timestamptz>,
        voids -> Nullable<Bool>,
        hash -> Nullable<Bytea>,
        state_digest -> Nullable<Bytea>,
        personal_digest -> Nullable<Bytea>,
        salt -> Nullable<Bytea>,
        reference -> Nullable<Text>,
    }
}

diesel::table! {
    dossier_persons (dossier_id) {
        dossier_id -> Uuid,
        name -> Nullable<Text>,
        id_number -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        address -> Nullable<Text>,
        summary -> Nullable<Text>,
        salt -> Nullable<Bytea>,
        key_id -> Nullable<Text>,
        nonce -> Nullable<Bytea>,
        ciphertext -> Nullable<Bytea>,
    }
}

diesel::table! {
    dossiers (id) {
        id -> Uuid,
        code -> Text,
        procedure_version_id -> Int4,
        case_code -> Nullable<Text>,
        channel -> Text,
        receiving_agency_id -> Int4,
        competent_agency_id -> Int4,
        applicant_kind -> Text,
        applicant_name_masked -> Text,
        status -> Text,
        clock -> Text,
        submitted_at -> Nullable<Timestamptz>,
        received_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        returned_at -> Nullable<Timestamptz>,
        closed_recorded_at -> Nullable<Timestamptz>,
        appointed_at -> Nullable<Timestamptz>,
        reappointed_on -> Nullable<Date>,
        apologies -> Int2,
        apology_late -> Bool,
        limit_unit -> Text,
        limit_amount_hundredths -> Nullable<Int4>,
        due_on -> Nullable<Date>,
        due_at -> Nullable<Timestamptz>,
        overdue_from -> Nullable<Timestamptz>,
        calendar_missing -> Nullable<Int4>,
        holder_agency_id -> Int4,
        holder_unit -> Nullable<Text>,
        holder_officer -> Nullable<Text>,
        holder_since -> Timestamptz,
        step_due_at -> Nullable<Timestamptz>,
        last_event_at -> Timestamptz,
        last_recorded_at -> Timestamptz,
        version -> Int4,
        clock_started_at -> Nullable<Timestamptz>,
        stopped_at -> Nullable<Timestamptz>,
        judged_at -> Nullable<Timestamptz>,
        restarted_on -> Nullable<Date>,
        resumes_to -> Nullable<Text>,
        policy -> Nullable<Jsonb>,
        last_step_at -> Timestamptz,
        filed_at -> Timestamptz,
        head_hash -> Nullable<Bytea>,
        person_digest -> Nullable<Bytea>,
        holder_digest -> Nullable<Bytea>,
        unanswered_from -> Nullable<Timestamptz>,
        interruptions -> Nullable<Jsonb>,
        index_overdue_from -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    idempotency_keys (key_id, method, path, key) {
        key_id -> Text,
        method -> Text,
        path -> Text,
        key -> Text,
        body_digest -> Bytea,
        status -> Nullable<Int2>,
        headers -> Nullable<Jsonb>,
        body -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    log_days (day) {
        day -> Date,
        until -> Timestamptz,
        waits_for -> Nullable<Text>,
        events -> Nullable<Int8>,
        blocks -> Nullable<Bytea>,
        root -> Nullable<Bytea>,
        statement -> Nullable<Text>,
        signature -> Nullable<Bytea>,
        public_key -> Nullable<Bytea>,
        signed_at -> Nullable<Timestamptz>,
        audit_rows -> Nullable<Int8>,
        audit_blocks -> Nullable<Bytea>,
        audit_root -> Nullable<Bytea>,
    }
}

diesel::table! {
    log_leaves (day, position) {
        day -> Date,
        position -> Int4,
        code -> Text,
        seq -> Int4,
        hash -> Bytea,
    }
}

diesel::table! {
    national_payloads (dossier_id, kind) {
        dossier_id -> Uuid,
        kind -> Text,
        received_at -> Timestamptz,
        key_id -> Text,
        nonce -> Bytea,
        ciphertext -> Bytea,
    }
}

diesel::table! {
    policies (name) {
        name -> Text,
        procedure_code -> Nullable<Text>,
        agency_id -> Nullable<Int4>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        supplement -> Nullable<Text>,
        other_stop -> Nullable<Text>,
        second_supplement -> Nullable<Text>,
        granularity -> Nullable<Text>,
        judge_by -> Nullable<Text>,
        law -> Text,
        version -> Int4,
        backdating_days -> Nullable<Int2>,
    }
}

diesel::table! {
    procedure_agencies (procedure_version_id, agency_id) {
        procedure_version_id -> Int4,
        agency_id -> Int4,
    }
}

diesel::table! {
    procedure_drafts (procedure_code) {
        procedure_code -> Text,
        content -> Jsonb,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    procedure_limits (id) {
        id -> Int4,
        procedure_version_id -> Int4,
        case_code -> Nullable<Text>,
        case_name -> Nullable<Text>,
        channel -> Nullable<Text>,
        unit -> Text,
        amount_hundredths -> Nullable<Int4>,
        cutoff -> Nullable<Time>,
        starts -> Text,
        segments -> Nullable<Jsonb>,
        prolongations -> Nullable<Jsonb>,
    }
}

diesel::table! {
    procedure_versions (id) {
        id -> Int4,
        procedure_code -> Text,
        version -> Int4,
        name -> Text,
        name_folded -> Text,
        field -> Text,
        field_name -> Text,
        levels -> Array<Text>,
        sample -> Bool,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        recorded_at -> Timestamptz,
        online_level -> Nullable<Text>,
        content -> Jsonb,
        published_on -> Date,
        decision -> Nullable<Jsonb>,
        decision_signed_on -> Nullable<Date>,
        ended_by -> Nullable<Text>,
        replaced_by -> Nullable<Text>,
        end_decision -> Nullable<Jsonb>,
        end_recorded_at -> Nullable<Timestamptz>,
        search_text -> Text,
        is_whole -> Bool,
        is_shortened -> Bool,
        search_length -> Int4,
    }
}

diesel::table! {
    procedures (code) {
        code -> Text,
        version -> Int4,
        revision -> Int4,
    }
}

diesel::table! {
    purged_dossiers (dossier_id) {
        dossier_id -> Uuid,
        purge_id -> Int4,
        erased_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    purges (id) {
        id -> Int4,
        marked_at -> Timestamptz,
        marked_by -> Text,
        years -> Int4,
        ended_before -> Timestamptz,
        erase_from -> Timestamptz,
        dossiers -> Int4,
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    reference_state (singleton) {
        singleton -> Bool,
        version -> Int8,
        catalogue_version -> Int8,
        calendar_version -> Int8,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    reminder_counters (agency_id, year) {
        agency_id -> Int4,
        year -> Int4,
        last_number -> Int4,
    }
}

diesel::table! {
    reminder_items (reminder_id, position) {
        reminder_id -> Uuid,
        position -> Int4,
        dossier_id -> Uuid,
        status -> Text,
        clock -> Text,
        holder_agency_id -> Int4,
        holder_unit -> Nullable<Text>,
        due_on -> Nullable<Date>,
        days_late -> Nullable<Int8>,
        days_left -> Nullable<Int8>,
        days_silent -> Nullable<Int8>,
        last_event_at -> Timestamptz,
    }
}

diesel::table! {
    reminder_rules (name) {
        name -> Text,
        agency_ids -> Array<Int4>,
        owner_ids -> Nullable<Array<Int4>>,
        with_below -> Bool,
        about -> Text,
        filter -> Jsonb,
        days -> Array<Text>,
        time -> Time,
        due_in -> Int2,
        escalate_after -> Nullable<Int2>,
        text -> Nullable<Text>,
        enabled -> Bool,
        version -> Int4,
    }
}

diesel::table! {
    reminder_runs (rule, day, agency_id) {
        rule -> Text,
        day -> Date,
        agency_id -> Int4,
        ran_at -> Timestamptz,
        reminder_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    reminders (id) {
        id -> Uuid,
        agency_id -> Int4,
        year -> Int4,
        number -> Int4,
        status -> Text,
        about -> Text,
        filter -> Jsonb,
        rule -> Nullable<Text>,
        issued_at -> Timestamptz,
        due_on -> Date,
        text -> Nullable<Text>,
        focal_name -> Nullable<Text>,
        focal_title -> Nullable<Text>,
        focal_unit -> Nullable<Text>,
        escalate_after -> Int2,
        frozen_count -> Int4,
        left_out -> Int8,
        explanation -> Nullable<Text>,
        promised_on -> Nullable<Date>,
        acknowledged_at -> Nullable<Timestamptz>,
        escalated_to -> Nullable<Int4>,
        escalated_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    report_corrections (report_id, number) {
        report_id -> Uuid,
        number -> Int4,
        as_of -> Timestamptz,
        corrected_at -> Timestamptz,
        corrected_by -> Text,
        content -> Jsonb,
        digest -> Bytea,
    }
}

diesel::table! {
    report_counters (agency_id) {
        agency_id -> Int4,
        last_number -> Int4,
    }
}

diesel::table! {
    reports (id) {
        id -> Uuid,
        agency_id -> Nullable<Int4>,
        number -> Int4,
        kind -> Text,
        agency_ids -> Nullable<Array<Int4>>,
        first_day -> Date,
        last_day -> Date,
        by -> Text,
        as_of -> Timestamptz,
        sealed_at -> Timestamptz,
        sealed_by -> Text,
        content -> Jsonb,
        digest -> Bytea,
    }
}

diesel::table! {
    review_confirmations (id) {
        id -> Uuid,
        review_id -> Uuid,
        round -> Int4,
        agency_id -> Int4,
        procedure_code -> Text,
        procedure_version -> Int4,
        outcome -> Text,
        note -> Nullable<Text>,
        confirmed_at -> Timestamptz,
    }
}

diesel::table! {
    reviews (id) {
        id -> Uuid,
        title -> Text,
        dispatch_number -> Nullable<Text>,
        dispatch_signed_on -> Date,
        dispatch_issued_by -> Text,
        agency_ids -> Array<Int4>,
        owner_ids -> Nullable<Array<Int4>>,
        opens_on -> Date,
        due_on -> Date,
        every_months -> Nullable<Int2>,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        closing_note -> Nullable<Text>,
        version -> Int4,
    }
}

diesel::joinable!(agency_codes -> agencies (agency_id));
diesel::joinable!(calendar_jobs -> agencies (agency_id));
diesel::joinable!(calendar_sessions -> calendars (calendar_id));
diesel::joinable!(calendar_years -> calendars (calendar_id));
diesel::joinable!(calendars -> agencies (agency_id));
diesel::joinable!(dossier_counters -> agencies (agency_id));
diesel::joinable!(dossier_event_notes -> dossier_events (event_id));
diesel::joinable!(dossier_events -> dossiers (dossier_id));
diesel::joinable!(dossier_persons -> dossiers (dossier_id));
diesel::joinable!(dossiers -> procedure_versions (procedure_version_id));
diesel::joinable!(log_leaves -> log_days (day));
diesel::joinable!(national_payloads -> dossiers (dossier_id));
diesel::joinable!(policies -> agencies (agency_id));
diesel::joinable!(policies -> procedures (procedure_code));
diesel::joinable!(procedure_agencies -> agencies (agency_id));
diesel::joinable!(procedure_agencies -> procedure_versions (procedure_version_id));
diesel::joinable!(procedure_drafts -> procedures (procedure_code));
diesel::joinable!(procedure_limits -> procedure_versions (procedure_version_id));
diesel::joinable!(purged_dossiers -> dossiers (dossier_id));
diesel::joinable!(purged_dossiers -> purges (purge_id));
diesel::joinable!(reminder_counters -> agencies (agency_id));
diesel::joinable!(reminder_items -> dossiers (dossier_id));
diesel::joinable!(reminder_items -> reminders (reminder_id));
diesel::joinable!(reminder_runs -> agencies (agency_id));
diesel::joinable!(reminder_runs -> reminder_rules (rule));
diesel::joinable!(reminder_runs -> reminders (reminder_id));
diesel::joinable!(reminders -> reminder_rules (rule));
diesel::joinable!(report_corrections -> reports (report_id));
diesel::joinable!(reports -> agencies (agency_id));
diesel::joinable!(review_confirmations -> agencies (agency_id));
diesel::joinable!(review_confirmations -> procedures (procedure_code));
diesel::joinable!(review_confirmations -> reviews (review_id));

diesel::allow_tables_to_appear_in_same_query!(
    agencies,
    agency_codes,
    agency_monitors,
    agency_successors,
    api_keys,
    audit_log,
    calendar_days,
    calendar_jobs,
    calendar_sessions,
    calendar_years,
    calendars,
    dossier_counters,
    dossier_event_notes,
    dossier_events,
    dossier_persons,
    dossiers,
    idempotency_keys,
    log_days,
    log_leaves,
    national_payloads,
    policies,
    procedure_agencies,
    procedure_drafts,
    procedure_limits,
    procedure_versions,
    procedures,
    purged_dossiers,
    purges,
    reference_state,
    reminder_counters,
    reminder_items,
    reminder_rules,
    reminder_runs,
    reminders,
    report_corrections,
    report_counters,
    reports,
    review_confirmations,
    reviews,
);
