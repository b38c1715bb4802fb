//! Every operation as it is tried.

use super::{
    Line, Shows, calculation, change, line, of_the_district, reminder, reminder_rule, report, review,
};
use crate::harness::{Client, content, event, publication};
use serde_json::{Value, json};

fn of_reminders() -> Vec<Line> {
    vec![
        line("list_reminders", "/v1/reminders?count=exact", Shows::AList),
        line("get_reminder", "/v1/reminders/{reminder}", Shows::TheDossier),
        line("list_reminder_items", "/v1/reminders/{reminder}/items", Shows::TheDossier),
        line("get_reminder_rule", "/v1/reminder-rules/cua-huyen", Shows::TheDossier),
        change("issue_reminder", "/v1/reminders", reminder()),
        change(
            "acknowledge_reminder",
            "/v1/reminders/{reminder}/acknowledgement",
            json!({"explanation": "Chờ xác minh", "promised_on": "2022-02-18"}),
        ),
        change("put_reminder_rule", "/v1/reminder-rules/huyen", reminder_rule()),
    ]
}

fn of_reviews() -> Vec<Line> {
    let confirmed =
        json!({"agency": "H51.29.18", "items": [{"procedure": "1.004873", "outcome": "current"}]});
    vec![
        line("list_reviews", "/v1/reviews?count=exact", Shows::AList),
        line("get_review", "/v1/reviews/{review}", Shows::TheDossier),
        line("list_review_agencies", "/v1/reviews/{review}/agencies", Shows::TheDossier),
        line("list_review_procedures", "/v1/reviews/{review}/procedures", Shows::TheDossier),
        change("create_review", "/v1/reviews", review("H51.29")),
        change("confirm_procedures", "/v1/reviews/{review}/confirmations", confirmed),
        change("close_review", "/v1/reviews/{review}/closing", json!({})),
    ]
}

fn of_reports() -> Vec<Line> {
    vec![
        line(
            "report_resolution",
            "/v1/reports/resolution?from=2022-02-01&to=2022-02-28&by=agency",
            Shows::Agencies,
        ),
        line("report_disclosure", "/v1/reports/disclosure", Shows::Agencies),
        line(
            "list_report_dossiers",
            "/v1/reports/resolution/cells/total/pending_overdue?from=2022-02-01&to=2022-02-28&count=exact",
            Shows::AList,
        ),
        line("list_report_periods", "/v1/reports/periods", Shows::EveryKey),
        line("list_reports", "/v1/reports", Shows::Agencies),
        line("get_report", "/v1/reports/{report}", Shows::TheDossier),
        line(
            "list_sealed_report_dossiers",
            "/v1/reports/{report}/cells/total/received_total",
            Shows::TheDossier,
        ),
        line("compare_reports", "/v1/reports/{report}/comparison?with={report}", Shows::TheDossier),
        change("seal_report", "/v1/reports", report()),
        change("correct_report", "/v1/reports/{report}/corrections", json!({"reason": "Ghi muộn"})),
    ]
}

fn of_keys_and_audit() -> Vec<Line> {
    let key = json!({"name": "Cổng một cửa", "scopes": ["admin"], "agencies": ["H51.29"]});
    vec![
        line("list_keys", "/v1/keys", Shows::Agencies),
        line("get_key", "/v1/keys/{key}", Shows::TheDossier),
        change("create_key", "/v1/keys", key),
        change("rotate_key", "/v1/keys/{key}/rotation", json!({})),
        // It has no body, and asks for none.
        change("revoke_key", "/v1/keys/{key}", json!({})),
        // What the district did itself.
        line("list_audit", "/v1/audit?count=exact&subject=review:{review}", Shows::AList),
        line("list_roots", "/v1/audit/roots?count=exact", Shows::EveryKey),
    ]
}

/// Of the district, received a while ago; the step is of another dossier than is sought in answers, which name what was sent.
fn of_the_national_format() -> Vec<Line> {
    let dossier = json!({
        "MaHoSo": "H51.29-220215-9005", "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Nguyễn Văn An", "TrangThaiHoSo": "2",
        "NgayTiepNhan": "20220215080000", "DonViXuLy": "H51.29",
    });
    let step = json!({
        "MaHoSo": "H51.29-220214-0001", "ThoiDiemXuLy": "20220215090000", "TrangThai": "4", "NguoiXuLy": "Trần Thị Bình",
    });
    let send =
        |id, path, object| Line { shows: Shows::National, ..change(id, path, json!({"data": [object]})) };
    vec![
        send("send_national_dossiers", "/v1/national/dossiers", dossier),
        send("send_national_progress", "/v1/national/progress", step),
        line("get_national_dossier", "/v1/national/dossiers/{dossier}", Shows::TheDossier),
    ]
}

/// Every operation there is.
pub(super) fn lines() -> Vec<Line> {
    let of_all = [
        reads(),
        changes(),
        of_reminders(),
        of_reviews(),
        of_reports(),
        of_keys_and_audit(),
        of_the_national_format(),
    ];
    of_all.into_iter().flatten().collect()
}

fn reads() -> Vec<Line> {
    vec![
        line("health_live", "/health/live", Shows::Everybody),
        line("health_ready", "/health/ready", Shows::Everybody),
        line("get_metrics", "/metrics", Shows::Numbers),
        line("list_vocabularies", "/v1/vocabularies", Shows::Everybody),
        line("get_problem", "/problems/not_found", Shows::Everybody),
        line("get_document", "/openapi.json", Shows::Everybody),
        line("list_public_procedures", "/v1/public/procedures", Shows::Everybody),
        line("get_public_procedure", "/v1/public/procedures/1.004873", Shows::Everybody),
        line("get_public_dossier", "/v1/public/dossiers/{dossier}", Shows::Everybody),
        line("get_agency_progress", "/v1/public/agencies/H51.29/progress", Shows::Everybody),
        line("list_statistics", "/v1/public/statistics", Shows::Everybody),
        calculation(),
        line("list_agencies", "/v1/agencies?count=exact", Shows::EveryKey),
        line("get_agency", "/v1/agencies/H51.30", Shows::EveryKey),
        line("list_procedures", "/v1/procedures?count=exact", Shows::EveryKey),
        line("get_procedure", "/v1/procedures/1.004873", Shows::EveryKey),
        line("list_procedure_versions", "/v1/procedures/1.004873/versions", Shows::EveryKey),
        line("get_procedure_version", "/v1/procedures/1.004873/versions/1", Shows::EveryKey),
        line("compare_procedure_versions", "/v1/procedures/1.004873/diff?from=1&to=1", Shows::EveryKey),
        line("get_calendar", "/v1/calendars/H51.30", Shows::EveryKey),
        line("get_calendar_year", "/v1/calendars/H51.30/years/2022", Shows::EveryKey),
        line("get_job", "/v1/jobs/{job}", Shows::EveryKey),
        line("list_policies", "/v1/policies?count=exact", Shows::EveryKey),
        line("get_policy", "/v1/policies/huyen-khac", Shows::EveryKey),
        line("get_dossier", "/v1/dossiers/{dossier}?include=events", Shows::TheDossier),
        line("list_dossier_events", "/v1/dossiers/{dossier}/events", Shows::TheDossier),
        line("get_dossier_deadline", "/v1/dossiers/{dossier}/deadline", Shows::TheDossier),
        line("get_dossier_proof", "/v1/dossiers/{dossier}/proof", Shows::TheDossier),
        line("list_dossiers", "/v1/dossiers?count=exact&codes={dossier}", Shows::AList),
        line("list_overdue", "/v1/overdue?count=exact", Shows::AList),
        line("list_due_soon", "/v1/due-soon?count=exact", Shows::AList),
        line("list_stale", "/v1/stale?count=exact", Shows::AList),
        line("list_late", "/v1/late?count=exact", Shows::AList),
        line("list_unanswered", "/v1/unanswered?count=exact", Shows::AList),
        line("summarise_overdue", "/v1/overdue/summary", Shows::ASummary),
        line("list_agency_procedures", "/v1/agencies/H51.29/procedures", Shows::TheDossier),
        line("get_agency_procedure", "/v1/agencies/H51.29/procedures/1.004873", Shows::TheDossier),
        line("list_compliance", "/v1/compliance", Shows::Agencies),
        line(
            "list_compliance_history",
            "/v1/compliance/history?from=2022-02-15&agency=H51.29",
            Shows::TheDistrict,
        ),
        line(
            "get_quality_index",
            "/v1/quality-index?from=2022-02-01&to=2022-02-28&agency=H51.29",
            Shows::TheDistrict,
        ),
        line(
            "list_quality_index_items",
            "/v1/quality-index/2.1/items?from=2022-02-15&to=2022-02-15&counted=false&count=exact",
            Shows::AList,
        ),
        line("list_quality_checks", "/v1/quality-checks", Shows::Agencies),
        line("list_quality_findings", "/v1/quality-checks/overdue_without_apology?count=exact", Shows::AList),
        line("list_violations", "/v1/compliance/violations?state=missing", Shows::Agencies),
        line("list_agency_activity", "/v1/agencies/activity", Shows::Agencies),
    ]
}

fn changes() -> Vec<Line> {
    let office =
        json!({"name": "Văn phòng", "level": "district", "parent": "H51", "valid_from": "2020-01-01"});
    let open = json!([{"from": "07:00", "to": "11:30"}]);
    let policy =
        json!({"agency": "H51.29", "valid_from": "2022-01-01", "supplement": "shift", "law": "Quy chế"});
    let note = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
    let mut received = of_the_district("2022-02-15T08:00:00+07:00");
    (received["op"], received["code"]) = (json!("receive"), json!("H51.29-220215-9000"));
    let mut recorded = note.clone();
    (recorded["op"], recorded["ref"], recorded["dossier"]) = (json!("event"), json!("x"), json!("{dossier}"));
    let batch = change("record_batch", "/v1/dossiers/batch", json!({"items": [received, recorded]}));
    let mut replaced = until("replaced");
    replaced["replaced_by"] = json!("1.004873");
    vec![
        change("receive_dossier", "/v1/dossiers", of_the_district("2022-02-15T08:00:00+07:00")),
        change("record_event", "/v1/dossiers/{dossier}/events", note),
        Line { shows: Shows::Batch, ..batch },
        change("put_agency", "/v1/agencies/H51.29", office),
        change("put_procedure", "/v1/procedures/1.004874", procedure()),
        change("publish_procedure", "/v1/procedures/1.004875/publications", publication("amended")),
        change("abolish_procedure", "/v1/procedures/1.004875/abolition", until("abolished")),
        change("replace_procedure", "/v1/procedures/1.004875/replacement", replaced),
        change(
            "put_calendar",
            "/v1/calendars/H51.29",
            json!({"hours": [{"valid_from": "2022-01-01", "monday": open}]}),
        ),
        change(
            "put_calendar_year",
            "/v1/calendars/H51.29/years/2022",
            json!({"days_off": [], "worked_rest_days": []}),
        ),
        change("put_agency_procedure", "/v1/agencies/H51.29/procedures/1.004873", json!({"assigned": true})),
        change("put_policy", "/v1/policies/huyen", policy),
    ]
}

/// The district's own procedure, 1.004875: a version of it, and a draft of the next.
pub(super) async fn own_procedure(root: &Client) {
    let mut body = procedure();
    body["content"] = content();
    root.publish("1.004875", &body).await;
    root.put("/v1/procedures/1.004875", &body, Some("*")).await.expect(200);
}

fn procedure() -> Value {
    json!({
        "name": "Cấp giấy", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district"],
        "competent_agencies": ["H51.29"], "effective_from": "2021-01-01",
        "limits": [{"limit": {"unit": "working_days", "amount": "3"}}]
    })
}

/// An end of a procedure.
fn until(kind: &str) -> Value {
    let mut body = publication(kind);
    body["decision"]["effective_on"] = json!("2022-03-01");
    body
}
