//! Checks of data quality: gaps in the record, and how all of them are asked for. The patterns that hide lateness are in
//! `quality_patterns`.

use crate::harness::{Client, TestApp, at, event, receipt};
use congkhai::domain::vocabulary::{QualityCheck, Scope};
use serde_json::{Value, json};

/// The counts, each held against the list behind it.
pub async fn counts(caller: &Client, query: &str) -> Value {
    let body = caller.get(&format!("/v1/quality-checks?{query}")).await.expect(200);
    let items = body["items"].as_array().unwrap();
    assert_eq!(items.len(), QualityCheck::ALL.len());
    for item in items {
        let behind = item["list"].as_str().unwrap();
        let list = caller.get(&format!("{behind}&count=exact&limit=200")).await.expect(200);
        let rows = list["items"].as_array().unwrap();
        assert_eq!((&list["total"], rows.len()), (&item["count"], number(&item["count"])), "{behind}");
        let whole = caller.get(&format!("{behind}&format=ndjson")).await.text();
        let lines: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(&lines, rows, "{behind}");
        let mut found = 0;
        for of_agency in item["by_agency"].as_array().unwrap() {
            let code = &of_agency["agency"]["code"];
            let decided = rows.iter().filter(|row| row["competent_agency"] == *code).count();
            assert_eq!(decided, number(&of_agency["count"]), "{behind} {code}");
            found += decided;
        }
        assert_eq!(found, rows.len(), "{behind}");
    }
    body
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// What a check finds: codes of dossiers, the latest receipt first.
pub async fn found(caller: &Client, check: &str) -> Vec<String> {
    let rows = rows(caller, check).await;
    rows.iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

pub async fn rows(caller: &Client, check: &str) -> Vec<Value> {
    let list = caller.get(&format!("/v1/quality-checks/{check}")).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

/// What it saw in the first of them.
pub async fn seen(caller: &Client, check: &str) -> Value {
    let row = rows(caller, check).await.swap_remove(0);
    json!([row["observed"], row["observed_from"], row["observed_to"]])
}

fn submission(at: &str) -> Value {
    let mut body = receipt("");
    (body["received_at"], body["submitted_at"]) = (json!(null), json!(at));
    body
}

/// Today is Tuesday the 15th.
#[actix_web::test]
async fn what_was_submitted_waits_a_working_day() {
    let app = TestApp::start();
    let caller = app.district().await;
    let waits = caller.receive(&submission(&at("02-11T16:00"))).await; // Monday and Tuesday have begun
    caller.receive(&submission(&at("02-14T08:00"))).await;
    let received = caller.receive(&submission(&at("02-10T08:00"))).await;
    app.happens(&caller, &received, "received", "02-15T10:00", json!({})).await;
    let refused = caller.receive(&submission(&at("02-10T08:00"))).await;
    app.happens(&caller, &refused, "refused", "02-15T10:00", json!({"ground": "Không đúng thẩm quyền"}))
        .await;
    assert_eq!(found(&caller, "not_received").await, [&*waits]);
    assert_eq!(seen(&caller, "not_received").await, json!([2, "2022-02-11", "2022-02-15"]));
    assert_eq!(found(&caller, "not_received?from=2022-02-15").await, [&*waits], "however long ago");
    counts(&caller, "").await;
}

/// A procedure that is online for information, and was published on the 15th.
#[actix_web::test]
async fn what_the_procedure_does_not_offer_is_found() {
    let app = TestApp::start();
    let (root, caller) = (app.root().await, app.district().await);
    let body = json!({
        "name": "Cấp giấy", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district"], "effective_from": "2021-01-01",
        "online_level": "information", "limits": [{"limit": {"unit": "working_days", "amount": "3"}}],
    });
    root.publish("1.000500", &body).await;
    let filed = async |channel: &str, day: &str, procedure: &str| {
        let mut body = receipt(&at(day));
        (body["channel"], body["procedure"]) = (json!(channel), json!(procedure));
        caller.receive(&body).await
    };
    let online = filed("online", "02-15T08:00", "1.000500").await;
    let early = filed("postal", "02-14T08:00", "1.000500").await;
    filed("online", "02-15T08:00", "1.004873").await;
    assert_eq!(found(&caller, "online_for_information_only").await, [&*online]);
    assert_eq!(seen(&caller, "online_for_information_only").await, json!([null, null, null]));
    assert_eq!(found(&caller, "procedure_not_published").await, [&*early]);
    assert_eq!(seen(&caller, "procedure_not_published").await, json!([1, "2022-02-14", "2022-02-15"]));
    counts(&caller, "").await;
}

/// Received on Thursday the 10th, so due on the 15th.
#[actix_web::test]
async fn the_slip_is_held_against_the_receipt_and_the_limit() {
    let app = TestApp::start();
    let caller = app.district().await;
    let promised = async |day: &str| {
        let mut body = receipt(&at("02-10T08:00"));
        body["appointed_at"] = json!(at(day));
        caller.receive(&body).await
    };
    let as_computed = promised("02-15T17:00").await;
    let later = promised("02-18T17:00").await;
    let same_day = promised("02-10T07:00").await;
    let before = promised("02-08T17:00").await;
    assert_eq!(found(&caller, "due_before_receipt").await, [&*before]);
    assert_eq!(seen(&caller, "due_before_receipt").await, json!([2, "2022-02-08", "2022-02-10"]));
    let differing = [&*before, &*same_day, &*later];
    assert_eq!(found(&caller, "appointed_differs").await, differing);
    let rows = rows(&caller, "appointed_differs").await;
    let observed: Vec<&Value> = rows.iter().map(|row| &row["observed"]).collect();
    assert_eq!(observed, [&json!(-5), &json!(-3), &json!(3)]);
    assert_eq!(
        (&rows[2]["observed_from"], &rows[2]["observed_to"]),
        (&json!("2022-02-15"), &json!("2022-02-18"))
    );
    // The date of another moves in order: its slip was right when it was written.
    let ground = json!({"ground": "Chờ kết luận"});
    app.happens(&caller, &as_computed, "suspended", "02-15T10:00", ground).await;
    app.happens(&caller, &as_computed, "resumed", "02-17T10:00", json!({})).await;
    let moved = caller.get(&format!("/v1/dossiers/{as_computed}")).await.expect(200);
    assert_eq!(moved["deadline"]["due_on"], "2022-02-17");
    assert_eq!(found(&caller, "appointed_differs").await, differing);
    counts(&caller, "").await;
}

#[actix_web::test]
async fn what_is_overdue_or_silent_is_found_however_old_it_is() {
    let app = TestApp::start();
    let caller = app.district().await;
    let silent = caller.receive(&receipt("2021-12-01T08:00:00+07:00")).await;
    let recent = caller.receive(&receipt(&at("02-09T08:00"))).await; // due on Monday the 14th; silent for 4 days
    let in_time = caller.receive(&receipt(&at("02-10T08:00"))).await; // for 3
    assert_eq!(found(&caller, "overdue_without_apology").await, [&*recent, &*silent]);
    assert_eq!(found(&caller, "stale").await, [&*recent, &*silent]);
    assert_eq!(seen(&caller, "overdue_without_apology").await, json!([1, "2022-02-14", "2022-02-15"]));
    assert_eq!(seen(&caller, "stale").await, json!([4, "2022-02-09", "2022-02-15"]));
    assert_eq!(found(&caller, "stale?from=2022-02-15&to=2022-02-15").await.len(), 2);
    let apology = json!({"reason": "Chờ xác minh", "new_due_on": "2022-02-18"});
    app.happens(&caller, &recent, "apologised", "02-15T10:00", apology).await;
    assert_eq!(found(&caller, "overdue_without_apology").await, [&*silent]);
    assert_eq!(found(&caller, "stale").await, [&*silent]);
    assert!(!found(&caller, "stale").await.contains(&in_time));
    counts(&caller, "from=2022-02-01").await;
}

#[actix_web::test]
async fn the_counts_say_what_they_count_in_two_languages() {
    let app = TestApp::start();
    let caller = app.district().await;
    let code = caller.receive(&receipt(&at("02-08T08:00"))).await;
    let body = counts(&caller, "agency=H51.29.05").await;
    let part = |member: &str| body[member].clone();
    assert_eq!((part("agency"), part("as_of")), (json!("H51.29.05"), json!(at("02-15T10:00"))));
    assert_eq!((part("from"), part("to")), (json!("2022-01-17"), json!("2022-02-15")), "thirty days");
    let item = |body: &Value, check: &str| {
        body["items"].as_array().unwrap().iter().find(|item| item["check"] == check).unwrap().clone()
    };
    let expected = json!({
        "check": "overdue_without_apology", "name": "Overdue without an apology",
        "explanation": "Open, overdue, and nobody apologised.", "law": "NĐ 61/2018/NĐ-CP Đ.19(9)", "threshold": null,
        "bounded_by": null, "count": 1, "by_agency": [{"agency": {"code": "H51.29.05", "name": "Phòng Tư pháp"}, "count": 1}],
        "list": "/v1/quality-checks/overdue_without_apology?from=2022-01-17&to=2022-02-15&agency=H51.29.05",
    });
    assert_eq!(item(&body, "overdue_without_apology"), expected);
    let bulk = item(&body, "closed_in_bulk");
    assert_eq!(bulk["threshold"], json!({"value": 30, "unit": "percent", "least": 10}));
    assert_eq!((&bulk["bounded_by"], &bulk["law"]), (&json!("ended"), &json!(null)));
    assert_eq!(item(&body, "repeated_stops")["law"], "NĐ 61/2018/NĐ-CP Đ.11(2)");
    let days = json!({"value": 3, "unit": "working_days", "least": null});
    assert_eq!(
        (&item(&body, "recorded_late")["threshold"], &item(&body, "stale")["threshold"]),
        (&days, &days)
    );

    let answer = caller.get_with("/v1/quality-checks", ("Accept-Language", "vi")).await;
    let overdue = item(&answer.expect(200), "overdue_without_apology");
    assert_eq!(overdue["name"], "Quá hạn mà chưa có văn bản xin lỗi");
    let again = caller.get_with("/v1/quality-checks", ("If-None-Match", answer.header("etag"))).await;
    assert_eq!(again.status, 200, "in another language it is another answer");
    let known = caller.get_with("/v1/quality-checks", ("If-None-Match", again.header("etag"))).await;
    assert_eq!(known.status, 304);

    // It was recorded at ten.
    let earlier = counts(&caller, "as_of=2022-02-15T09:59:00%2B07:00").await;
    assert!(earlier["items"].as_array().unwrap().iter().all(|item| item["count"] == 0), "{earlier}");
    app.now("2022-02-16T10:00:00+07:00");
    let apology = json!({"reason": "Chờ xác minh", "new_due_on": "2022-02-18"});
    caller.record(&code, &event("apologised", &at("02-16T10:00"), apology)).await;
    assert_eq!(found(&caller, "overdue_without_apology").await, Vec::<String>::new());
    assert_eq!(found(&caller, "overdue_without_apology?as_of=2022-02-16T09:00:00%2B07:00").await, [&*code]);
}

#[actix_web::test]
async fn who_decides_elsewhere_sees_nothing_of_it() {
    let app = TestApp::start();
    let caller = app.district().await;
    for day in ["02-01T08:00", "02-08T08:00"] {
        caller.receive(&receipt(&at(day))).await;
    }
    let other = app.caller(&[Scope::ReportsRead], &["H51.30"]).await;
    let body = counts(&other, "").await;
    let items = body["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["count"] == 0 && item["by_agency"] == json!([])), "{body}");
    assert_eq!(counts(&app.root().await, "agency=H51.30").await["items"][5]["count"], 0);
    assert_eq!(counts(&app.root().await, "agency=H51").await["items"][5]["count"], 2);
    for path in ["/v1/quality-checks", "/v1/quality-checks/stale"] {
        other.get(&format!("{path}?agency=H51.29")).await.problem(403, "agency_out_of_scope");
        let unscoped = app.caller(&[Scope::DossiersRead], &["H51.29"]).await;
        unscoped.get(path).await.problem(403, "insufficient_scope");
        app.nobody().get(path).await.problem(401, "unauthorized");
    }
}

#[actix_web::test]
async fn what_is_asked_for_wrongly_is_refused() {
    let app = TestApp::start();
    let caller = app.district().await;
    for path in ["/v1/quality-checks", "/v1/quality-checks/recorded_late"] {
        for (query, status, code, parameter) in [
            ("from=2022-02-16", 422, "invalid_value", "from"),
            ("from=2021-02-14", 422, "invalid_value", "from"),
            ("from=x", 422, "invalid_value", "from"),
            ("agency=H99", 422, "unknown_agency", "agency"),
            ("as_of=2022-02-16T00:00:00%2B07:00", 422, "in_the_future", "as_of"),
            ("check=stale", 400, "unknown_parameter", "check"),
        ] {
            let problem = caller.get(&format!("{path}?{query}")).await.problem(status, code);
            assert_eq!(problem["errors"][0]["parameter"], parameter, "{path}?{query}");
        }
    }
    caller.get("/v1/quality-checks/missing_receipt").await.problem(404, "not_found");
    caller.get("/v1/quality-checks/stale?limit=0").await.problem(422, "invalid_value");
    caller.get("/v1/quality-checks?format=csv").await.problem(400, "unknown_parameter");
}

#[actix_web::test]
async fn a_list_comes_in_pages_and_as_a_table() {
    let app = TestApp::start();
    let caller = app.district().await;
    let mut codes = vec![];
    for day in ["02-07T08:00", "02-08T08:00", "02-08T08:00", "02-09T08:00"] {
        codes.insert(0, caller.receive(&receipt(&at(day))).await);
    }
    let path = "/v1/quality-checks/recorded_late";
    let mut paged = vec![];
    let mut next = format!("{path}?limit=1&count=exact");
    loop {
        let page = caller.get(&next).await.expect(200);
        assert_eq!((page["items"].as_array().unwrap().len(), &page["total"]), (1, &json!(4)));
        paged.push(page["items"][0]["code"].as_str().unwrap().to_owned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{path}?limit=1&count=exact&cursor={cursor}");
    }
    assert_eq!(paged, codes);
    let first = caller.get(&format!("{path}?limit=1")).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let elsewhere = format!("/v1/quality-checks/stale?limit=1&cursor={cursor}");
    caller.get(&elsewhere).await.problem(400, "cursor_mismatch");

    let csv = caller.get_with(path, ("Accept", "text/csv")).await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"quality-checks.csv\"");
    let text = csv.text();
    let lines: Vec<&str> = text.split("\r\n").collect();
    let header = "\u{feff}code,procedure_code,procedure_name,field,channel,receiving_agency,competent_agency,status,submitted_at,\
        received_at,due_on,appointed_at,ended_at,last_event_at,observed,observed_from,observed_to";
    assert_eq!((lines.len(), lines[0]), (6, header));
    let row = format!(
        "{},1.004873,Cấp Giấy xác nhận tình trạng hôn nhân,ho-tich,in_person,H51.29,H51.29.05,received,,{},2022-02-14,,,{},4,\
         2022-02-09,2022-02-15",
        codes[0],
        at("02-09T08:00"),
        at("02-09T08:00")
    );
    assert_eq!(lines[1], row);
    let known = caller.get_with(&format!("{path}?format=csv"), ("If-None-Match", csv.header("etag"))).await;
    assert_eq!(known.status, 304);
    let xlsx = caller.get(&format!("{path}?format=xlsx")).await;
    assert_eq!((xlsx.status.as_u16(), &xlsx.body[..2]), (200, b"PK".as_slice()));
}
