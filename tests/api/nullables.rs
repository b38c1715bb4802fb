//! Nothing may be null by accident: an `Option` in a body is a promise to every client that null must be handled.

use crate::harness::contract::document;
use crate::openapi::operations;
use serde_json::Value;

/// Of an event that is sent, by itself or in a batch.
const OF_AN_EVENT: &[&str] = &[
    "agency",
    "officer",
    "note",
    "public_note",
    "origin",
    "source_recorded_at",
    "to_agency",
    "to_unit",
    "to_officer",
    "step_due_at",
    "result",
    "items",
    "answer_by",
    "by",
    "new_due_on",
    "ground",
    "reason",
    "appointed_at",
    "event",
    "happened_at",
    "voided",
];

/// Of a receipt that is sent in a batch.
const OF_A_RECEIPT: &[&str] = &[
    "case",
    "submitted_at",
    "received_at",
    "appointed_at",
    "summary",
    "officer",
    "origin",
    "source_recorded_at",
];

/// Of a key, shown or just made.
const OF_A_KEY: &[&str] = &["expires_at", "revoked_at", "last_used_at", "replaces", "replaced_by"];

/// Every property that may be null, by schema. A new one belongs here when null really is an answer, or may be sent.
const NULLABLE: &[(&str, &[&str])] = &[
    ("Agency", &["parent", "valid_to", "focal_officer"]),
    ("AgencyActivity", &["last_recorded_at", "last_event_kind", "last_event_at", "expected"]),
    (
        "AgencyProcedure",
        &["state", "signed_on", "due_on", "days_late", "disclosed_version", "disclosed_at", "verified_at"],
    ),
    ("AgencyProgress", &["next_cursor"]),
    ("AgencyStatistics", &["early_share", "on_time_share", "late_share"]),
    ("Applicant", &["id_number", "phone", "email", "address"]),
    ("ApplicantSent", &["id_number", "phone", "email", "address"]),
    ("CalculatedDeadline", &["due_on", "due_at", "overdue_from", "restarted_on"]),
    ("Calendar", &["agency", "inherited_from"]),
    ("CalendarMove", &["due_on_before", "due_on_after"]),
    ("CalendarPreview", &["next_cursor"]),
    ("CalendarRef", &["agency"]),
    ("CalendarUsed", &["agency"]),
    ("CalendarYear", &["agency", "inherited_from"]),
    ("CaseDocuments", &["case"]),
    ("CaseLimitBody", &["case", "case_name", "channel"]),
    ("Compliance", &["score"]),
    ("ComplianceMetrics", &["1.1", "1.2", "1.3"]),
    ("ComplianceOfDay", &["score"]),
    ("PageOf_ComplianceOfDay", &["next_cursor"]),
    ("PageOf_QualityFinding", &["next_cursor"]),
    ("PageOf_QualityIndexItem", &["next_cursor"]),
    ("QualityChecks", &["agency"]),
    ("QualityCheckCount", &["law", "threshold", "bounded_by"]),
    ("QualityThreshold", &["least"]),
    (
        "QualityFinding",
        &[
            "submitted_at",
            "received_at",
            "due_on",
            "appointed_at",
            "ended_at",
            "observed",
            "observed_from",
            "observed_to",
        ],
    ),
    ("QualityIndex", &["agency"]),
    (
        "QualityIndexItem",
        &["agency", "dossier", "is_counted", "due_on", "done_on", "resolved", "minutes", "average_days"],
    ),
    ("VocabularyWord", &["national_code"]),
    ("QualityMetric", &["numerator", "denominator", "score", "max", "average_days", "reason"]),
    ("CaseSteps", &["case"]),
    ("ChannelTerms", &["case", "limit_text", "fee_text", "note"]),
    ("Closing", &["closed_at", "recorded_at", "days_late"]),
    ("Deadline", &["amount", "due_on", "due_at", "overdue_from", "restarted_on", "calendar_missing"]),
    ("DateMoved", &["due_on_before", "due_on_after"]),
    (
        "Dossier",
        &[
            "summary",
            "submitted_at",
            "received_at",
            "ended_at",
            "returned_at",
            "appointed_at",
            "reappointed_on",
        ],
    ),
    ("Disclosure", &["assigned", "disclosed_version", "disclosed_at", "verified_at"]),
    ("Decision", &["effective_on", "file", "ground"]),
    ("DisclosedNumbers", &["score"]),
    ("DisclosureReport", &["agency"]),
    ("RecordingNumbers", &["median_hours", "p90_hours"]),
    ("DossierDeadline", &["started_at", "due_on", "due_at", "overdue_from", "restarted_on", "stopped_at"]),
    (
        "Event",
        &[
            "source_recorded_at",
            "status_before",
            "due_on_before",
            "due_on_after",
            "officer",
            "to_agency",
            "to_unit",
            "to_officer",
            "step_due_at",
            "result",
            "stage",
            "items",
            "answer_by",
            "by",
            "new_due_on",
            "ground",
            "reason",
            "appointed_at",
            "corrects",
            "happened_at",
            "voided",
            "corrected_by",
            "public_note",
            "hash",
        ],
    ),
    ("EventOfficer", &["title", "unit"]),
    ("Events", &["next_cursor"]),
    ("ExtensionSent", &["at"]),
    ("Fee", &["code", "case", "channel", "paid", "note"]),
    ("FocalOfficer", &["title", "unit"]),
    ("Form", &["file"]),
    ("Holder", &["unit", "officer", "step_due_at"]),
    ("Job", &["year", "finished_at"]),
    (
        "LatenessRow",
        &[
            "holder_unit",
            "holder_officer",
            "received_at",
            "due_on",
            "days_late",
            "calendar_days_late",
            "reappointed_on",
            "days_left",
            "days_silent",
            "ended_at",
            "answer_by",
        ],
    ),
    ("LegalText", &["issued_on", "effective_on", "issued_by"]),
    ("LimitBody", &["amount", "cutoff"]),
    ("LimitSent", &["amount", "cutoff"]),
    ("Monitor", &["valid_to"]),
    ("NationalRefused", &["MaHoSo"]),
    ("Officer", &["title", "unit"]),
    ("OverdueCell", &["share", "oldest_due_on", "total_days_late"]),
    ("OverdueCounts", &["share", "oldest_due_on", "total_days_late"]),
    ("OverdueRow", &["holder_unit", "holder_officer", "days_late", "reappointed_on"]),
    ("PageOf_Agency", &["next_cursor"]),
    ("PageOf_AgencyActivity", &["next_cursor"]),
    ("PageOf_AgencyProcedure", &["next_cursor"]),
    ("PageOf_AgencyStatistics", &["next_cursor"]),
    ("PageOf_Compliance", &["next_cursor"]),
    ("PageOf_Dossier", &["next_cursor"]),
    ("PageOf_LatenessRow", &["next_cursor"]),
    ("PageOf_OverdueRow", &["next_cursor"]),
    ("PageOf_Policy", &["next_cursor"]),
    ("PageOf_Procedure", &["next_cursor"]),
    ("PageOf_Reminder", &["next_cursor"]),
    ("PageOf_ReminderItem", &["next_cursor"]),
    ("PageOf_ReportPeriod", &["next_cursor"]),
    ("PageOf_ReportedDossier", &["next_cursor"]),
    ("PageOf_SealedReportSummary", &["next_cursor"]),
    ("PageOf_Review", &["next_cursor"]),
    ("PageOf_ReviewAgency", &["next_cursor"]),
    ("PageOf_ReviewItem", &["next_cursor"]),
    ("PageOf_Root", &["next_cursor"]),
    ("PostDeadline", &["agency"]),
    ("AuditEntry", &["reason", "address"]),
    ("Key", OF_A_KEY),
    ("NewKey", &["expires_at", "revoked_at", "last_used_at", "replaces", "replaced_by", "secret"]),
    ("PageOf_AuditEntry", &["next_cursor"]),
    ("PageOf_Key", &["next_cursor"]),
    ("PostKey", &["agencies", "plan", "expires_at"]),
    ("PostRotation", &["overlap_hours", "expires_at", "reason"]),
    ("Root", &["audit_rows", "audit_root"]),
    ("BatchReceipt", OF_A_RECEIPT),
    (
        "PostDossier",
        &[
            "code",
            "case",
            "submitted_at",
            "received_at",
            "appointed_at",
            "summary",
            "officer",
            "origin",
            "source_recorded_at",
        ],
    ),
    ("BatchEvent", OF_AN_EVENT),
    ("PostEvent", OF_AN_EVENT),
    (
        "Policy",
        &[
            "procedure",
            "agency",
            "valid_to",
            "supplement",
            "other_stop",
            "second_supplement",
            "granularity",
            "judge_by",
            "backdating_days",
        ],
    ),
    ("PostPublication", &["published_on", "draft"]),
    ("PostClosing", &["note"]),
    ("PostReminder", &["escalate_after", "text"]),
    ("PostReview", &["every_months"]),
    ("ReviewDispatchSent", &["number"]),
    (
        "Procedure",
        &[
            "version",
            "online_level",
            "effective_to",
            "published_on",
            "decision",
            "replaced_by",
            "end_decision",
        ],
    ),
    (
        "ProcedureContent",
        &[
            "kind",
            "publishing_agency",
            "field_code",
            "sets",
            "applicants_note",
            "conditions",
            "one_stop",
            "place",
        ],
    ),
    ("ProcedureDocument", &["code", "form"]),
    ("ProcedureVersions", &["next_cursor"]),
    ("ProcedureRef", &["case"]),
    ("Prolongation", &["law"]),
    ("Proof", &["head", "root"]),
    (
        "PublicDossier",
        &["received_at", "due_on", "appointed_at", "reappointed_on", "ended_at", "returned_at"],
    ),
    ("PublicStep", &["to_agency", "note"]),
    ("PublicTiming", &["days_left", "days_late"]),
    ("PutAgency", &["parent", "valid_to", "focal_officer"]),
    ("PutMonitor", &["valid_to"]),
    (
        "PutPolicy",
        &[
            "procedure",
            "agency",
            "valid_to",
            "supplement",
            "other_stop",
            "second_supplement",
            "granularity",
            "judge_by",
            "backdating_days",
        ],
    ),
    ("PutDisclosure", &["assigned", "disclosed_version", "disclosed_at", "verified_at"]),
    ("PutProcedure", &["online_level"]),
    ("PutRule", &["escalate_after", "text"]),
    (
        "Reminder",
        &["text", "rule", "focal_officer", "acknowledgement", "escalated_to", "escalated_at", "closed_at"],
    ),
    (
        "ReminderFilter",
        &["procedure", "field", "holder_agency", "apologised", "min_days_late", "within", "older_than"],
    ),
    ("ReminderItem", &["holder_unit", "due_on", "days_late", "days_left", "days_silent"]),
    ("ReminderItemNow", &["due_on", "ended_at"]),
    ("ReminderRule", &["escalate_after", "text"]),
    ("ReportDue", &["commune", "district", "province"]),
    ("ReportedDossier", &["due_on", "ended_at", "days_late"]),
    ("ResolutionReport", &["agency"]),
    ("ComparedReport", &["agency"]),
    ("PostReport", &["agency", "by"]),
    ("SealedReport", &["agency"]),
    ("SealedReportSummary", &["agency"]),
    ("Review", &["every_months", "closed_at", "closing_note"]),
    ("ReviewAgency", &["last_confirmed_at"]),
    ("ReviewConfirmation", &["note"]),
    ("ReviewConfirmationSent", &["note"]),
    ("ReviewDispatch", &["number"]),
    ("ReviewItem", &["outcome", "confirmed_version", "note", "confirmed_at"]),
    ("Recording", &["median_hours", "p90_hours"]),
    ("ResultPaper", &["code"]),
    ("SegmentDelay", &["ended_at", "days_late"]),
    ("ShareOfWhole", &["share"]),
    (
        "StepDelay",
        &["unit", "officer", "to", "step_due_at", "hours", "hours_stopped", "hours_late", "days_late"],
    ),
    ("SuspensionSent", &["to"]),
    ("Timing", &["days_left", "days_late"]),
];

fn is_nullable(schema: &Value) -> bool {
    let has_null =
        |kind: &Value| kind == "null" || kind.as_array().is_some_and(|k| k.iter().any(|k| k == "null"));
    let choices =
        ["oneOf", "anyOf"].into_iter().flat_map(|word| schema[word].as_array().into_iter().flatten());
    has_null(&schema["type"]) || choices.into_iter().any(is_nullable)
}

#[test]
fn only_what_is_meant_to_be_null_is_nullable() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(!is_nullable(schema), "{name} itself is nullable");
        let properties = schema["properties"].as_object().into_iter().flatten();
        let found: Vec<&String> =
            properties.filter(|(_, s)| is_nullable(s)).map(|(property, _)| property).collect();
        let meant =
            NULLABLE.iter().find(|(meant, _)| meant == name).map_or(&[][..], |(_, properties)| properties);
        assert_eq!(found, meant, "{name}");
    }
    for (name, _) in NULLABLE {
        assert!(document["components"]["schemas"][name].is_object(), "{name} is no schema");
    }
}

/// A parameter is there or not; there is no way to send null in a path, a query or a header.
#[test]
fn no_parameter_is_nullable() {
    for (name, operation) in operations(&document()) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!is_nullable(&parameter["schema"]), "{name}: {}", parameter["name"]);
        }
    }
}
