//! Office calendars: inheritance, changes, previews, and the job that dates dossiers again.

use crate::harness::{Answer, Client, FIRST_VERSION, TestApp, event, receipt};
use congkhai::app;
use congkhai::db::PoolSizes;
use congkhai::worker::Worker;
use serde_json::{Value, json};

/// Received on a Tuesday morning, three working days: due on Friday 2022-02-18.
pub const RECEIVED: &str = "2022-02-15T08:00:00+07:00";

pub fn year(agency: &str, year: i32) -> String {
    format!("/v1/calendars/{agency}/years/{year}")
}

/// Works off the jobs there are, as the leader of another process.
pub async fn work(app: &TestApp) -> usize {
    let sizes = PoolSizes { slow: 1, writer: 2 };
    let mut worker = Worker::new(app::shared(app.db.database(), sizes, app.clock.clone()).unwrap());
    worker.tick().await;
    assert!(worker.leads());
    worker.run_jobs().await
}

pub async fn due_on(caller: &Client, code: &str) -> Value {
    caller.get(&format!("/v1/dossiers/{code}")).await.expect(200)["deadline"]["due_on"].clone()
}

/// The table of a year as it may be put.
pub async fn table(caller: &Client, path: &str) -> Value {
    let shown = caller.get(path).await.expect(200);
    json!({"days_off": shown["days_off"], "worked_rest_days": shown["worked_rest_days"]})
}

pub fn with_day_off(table: &Value, date: &str) -> Value {
    let mut table = table.clone();
    table["days_off"].as_array_mut().unwrap().push(json!({"date": date, "name": "Lễ hội"}));
    table
}

/// The job of an answer.
pub async fn job(caller: &Client, answer: &Answer) -> Value {
    caller.get(answer.header("location")).await.expect(200)
}

#[actix_web::test]
async fn a_change_moves_what_is_open_and_the_next_one_brings_it_back() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let code = district.receive(&receipt(RECEIVED)).await;
    let ended = district.receive(&receipt(RECEIVED)).await;
    let decided = event("completed", "2022-02-15T09:00:00+07:00", json!({"result": {"outcome": "granted"}}));
    district.record(&ended, &decided).await;
    let mut elsewhere = receipt(RECEIVED);
    elsewhere["receiving_agency"] = json!("H51.30");
    elsewhere["competent_agency"] = json!("H51.30");
    let elsewhere = root.receive(&elsewhere).await;

    let path = year("H51.29", 2022);
    let before = table(&district, &path).await;
    assert!(before["days_off"].to_string().contains("Tết Nguyên đán"), "inherited, shown as a whole");
    let after = with_day_off(&before, "2022-02-17");
    let preview = district.put(&format!("{path}?preview=true"), &after, None).await.expect(200);
    assert_eq!(
        preview,
        json!({"moved": 1, "next_cursor": null, "items": [{
            "code": code, "due_on_before": "2022-02-18", "due_on_after": "2022-02-21",
            "overdue_before": false, "overdue_after": false
        }]})
    );
    let tried = district.put(&format!("{path}?dry_run=true"), &after, None).await;
    assert_eq!(tried.expect(202)["status"], "pending");
    assert_eq!(table(&district, &path).await, before, "neither stored anything");

    let changed = district.put(&path, &after, None).await;
    assert_eq!(changed.expect(202)["status"], "pending");
    assert_eq!(due_on(&district, &code).await, "2022-02-18", "not yet");
    let fresh = district.receive(&receipt(RECEIVED)).await;
    assert_eq!(due_on(&district, &fresh).await, "2022-02-21", "receipts use the new calendar at once");
    work(&app).await;
    let done = job(&root, &changed).await;
    assert_eq!((&done["status"], &done["moved"], &done["checked"]), (&json!("done"), &json!(1), &json!(2)));
    assert_eq!(due_on(&district, &code).await, "2022-02-21");
    assert_eq!(due_on(&district, &ended).await, "2022-02-18", "what has ended keeps its date");
    assert_eq!(due_on(&root, &elsewhere).await, "2022-02-18", "another district");
    let events = district.get(&format!("/v1/dossiers/{code}/events")).await.expect(200);
    let moved = &events["items"][1];
    for (field, value) in [
        ("kind", json!("calendar_changed")),
        ("due_on_before", json!("2022-02-18")),
        ("due_on_after", json!("2022-02-21")),
        ("status_before", json!("received")),
        ("status_after", json!("received")),
        ("dossier_version", json!(2)),
    ] {
        assert_eq!(moved[field], value, "{field}");
    }
    let sent = event("calendar_changed", RECEIVED, json!({}));
    district.post(&format!("/v1/dossiers/{code}/events"), &sent).await.expect(422);

    district.put(&path, &before, None).await.problem(428, "precondition_required");
    district.put(&path, &before, Some("\"7.AAAAAAAAAAAAAAAA\"")).await.problem(412, "precondition_failed");
    let back = district.put(&path, &before, Some(FIRST_VERSION)).await;
    assert_eq!(back.expect(202)["calendar"]["agency"], "H51.29");
    work(&app).await;
    assert_eq!(due_on(&district, &code).await, "2022-02-18");
    assert_eq!(due_on(&district, &fresh).await, "2022-02-18");
    let same = district.put(&path, &before, Some("*")).await.expect(200);
    assert_eq!(same["days_off"], before["days_off"], "nothing changed: no job");
    let audited = "SELECT count(*) FROM audit_log WHERE action LIKE 'calendar.%'";
    assert_eq!(app.count(audited).await, 6, "two changes, each with the begin and the end of its job");
}

#[actix_web::test]
async fn the_country_reaches_every_agency_that_changed_something_else() {
    let app = TestApp::start();
    let root = app.root().await;
    let (national, own) = (year("national", 2022), year("H51.29", 2022));
    let mine = with_day_off(&table(&root, &own).await, "2022-03-01");
    root.put(&own, &mine, None).await.expect(202);
    let theirs = with_day_off(&table(&root, &national).await, "2022-03-08");
    root.put(&national, &theirs, None).await.problem(428, "precondition_required");
    root.put(&national, &theirs, Some("*")).await.expect(202);
    let shown = root.get(&year("H51.29.05", 2022)).await.expect(200);
    let days = shown["days_off"].to_string();
    assert!(days.contains("2022-03-01") && days.contains("2022-03-08"), "{days}");
    assert_eq!(shown["inherited_from"], "H51.29");
    let elsewhere = root.get(&year("H51.30", 2022)).await.expect(200);
    assert_eq!(elsewhere["inherited_from"], "national");
    assert!(!elsewhere["days_off"].to_string().contains("2022-03-01"));
    work(&app).await;
}

#[actix_web::test]
async fn hours_of_an_agency_hold_from_their_day_on() {
    let app = TestApp::start();
    let root = app.root().await;
    let (morning, afternoon) =
        (json!({"from": "07:00", "to": "11:00"}), json!({"from": "13:00", "to": "16:00"}));
    let mut week = json!({"valid_from": "2022-02-17", "saturday": [morning]});
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        week[day] = json!([morning, afternoon]);
    }
    let code = root.receive(&receipt(RECEIVED)).await;
    let body = json!({"hours": [week]});
    let changed = root.put("/v1/calendars/H51.29.05", &body, None).await;
    assert_eq!(changed.expect(202)["year"], json!(null));
    work(&app).await;
    let shown = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(shown["deadline"]["due_at"], "2022-02-18T16:00:00+07:00", "the office closes earlier");
    let mut later = receipt("2022-02-17T08:00:00+07:00");
    later["received_at"] = json!("2022-02-15T08:30:00+07:00");
    assert_eq!(root.get("/v1/calendars/H51.29.05").await.expect(200)["inherited_from"], json!(null));
    let inherited = root.get("/v1/calendars/H51.29").await.expect(200);
    assert_eq!((&inherited["inherited_from"], &inherited["years"][0]), (&json!("national"), &json!(2021)));
    root.put("/v1/calendars/H51.29.05", &json!({"hours": []}), Some("*")).await.expect(202);
    work(&app).await;
    let shown = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(shown["deadline"]["due_at"], "2022-02-18T17:00:00+07:00", "inherited again");
}

#[actix_web::test]
async fn a_year_that_is_loaded_dates_the_dossiers_that_waited_for_it() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now("2026-12-30T10:00:00+07:00");
    let code = root.receive(&receipt("2026-12-30T08:00:00+07:00")).await;
    let waiting = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    let deadline = &waiting["deadline"];
    assert_eq!((&deadline["calendar_missing"], &deadline["provisional"]), (&json!(2027), &json!(true)));
    root.get(&year("H51.29", 2027)).await.problem(404, "not_found");
    let body =
        json!({"days_off": [{"date": "2027-01-01", "name": "Tết Dương lịch"}], "worked_rest_days": []});
    root.put(&year("national", 2027), &body, None).await.expect(202);
    work(&app).await;
    let dated = root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(dated["deadline"]["due_on"], "2027-01-05", "31/12, 4/1, 5/1");
    assert_eq!(dated["deadline"]["provisional"], false);
    let public = app.nobody().get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    assert_eq!(public["due_on"], "2027-01-05");
}

/// What happened to a dossier's clock counts again on the new calendar.
#[actix_web::test]
async fn stops_and_supplements_are_kept_when_a_calendar_changes() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt(RECEIVED)).await;
    for (when, kind) in [("16T09:00", "supplement_requested"), ("21T09:00", "supplement_received")] {
        let when = format!("2022-02-{when}:00+07:00");
        app.now(&when);
        root.record(&code, &event(kind, &when, json!({}))).await;
    }
    assert_eq!(due_on(&root, &code).await, "2022-02-24", "counted again from the 21st");
    let path = year("H51.29", 2022);
    let after = with_day_off(&table(&root, &path).await, "2022-02-23");
    root.put(&path, &after, None).await.expect(202);
    let when = "2022-02-21T09:00:00+07:00";
    let other = root.receive(&receipt("2022-02-21T08:00:00+07:00")).await;
    root.record(&other, &event("suspended", when, json!({"ground": "Chờ"}))).await;
    work(&app).await;
    assert_eq!(due_on(&root, &code).await, "2022-02-25");
    let stopped = root.get(&format!("/v1/dossiers/{other}")).await.expect(200);
    assert_eq!((&stopped["timing"]["state"], &stopped["clock"]), (&json!("stopped"), &json!("stopped")));
}

#[actix_web::test]
async fn bad_calendars_name_the_field_and_store_nothing() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let day = |date: &str| json!({"date": date, "name": "x"});
    for (body, pointer) in [
        (json!({"days_off": [day("2023-02-17")], "worked_rest_days": []}), "/days_off/0/date"),
        (
            json!({"days_off": [day("2022-02-17"), day("2022-02-17")], "worked_rest_days": []}),
            "/days_off/1/date",
        ),
        (
            json!({"days_off": [day("2022-02-19")], "worked_rest_days": [day("2022-02-19")]}),
            "/worked_rest_days/0/date",
        ),
        (json!({"days_off": [], "worked_rest_days": [day("2022-02-17")]}), "/worked_rest_days/0/date"),
        (
            json!({"days_off": [{"date": "2022-02-17", "name": ""}], "worked_rest_days": []}),
            "/days_off/0/name",
        ),
        (json!({"days_off": [day("17/02/2022")], "worked_rest_days": []}), "/days_off/0/date"),
        (json!({"days_off": []}), "/worked_rest_days"),
    ] {
        let refused = district.put(&year("H51.29", 2022), &body, None).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let week = |sessions: Value| json!({"hours": [{"valid_from": "2022-01-01", "monday": sessions}]});
    let session = |from: &str, to: &str| json!({"from": from, "to": to});
    for (body, pointer) in [
        (week(json!([session("07:00", "11:00"), session("10:00", "12:00")])), "/hours/0/monday/1/from"),
        (week(json!([session("11:00", "07:00")])), "/hours/0/monday/0/to"),
        (week(json!([session("7:00", "11:00")])), "/hours/0/monday/0/from"),
    ] {
        let refused = district.put("/v1/calendars/H51.29", &body, None).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let fine = json!({"days_off": [day("2022-02-17")], "worked_rest_days": []});
    for (owner, status) in [("H51.30", 403), ("national", 403), ("H51.77", 404), ("nation", 404)] {
        let refused = district.put(&year(owner, 2022), &fine, None).await;
        assert_eq!(refused.status.as_u16(), status, "{owner}: {}", refused.text());
    }
    root.get("/v1/calendars/H51.29/years/22").await.problem(404, "not_found");
    root.get("/v1/jobs/x").await.problem(404, "not_found");
    assert_eq!(app.count("SELECT count(*) FROM calendar_jobs").await, 0);
}
