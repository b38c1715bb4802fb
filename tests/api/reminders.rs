//! Reminders: what they freeze, what is said to them, and what became of it.

use crate::harness::{Answer, Client, FIRST_VERSION, TestApp, at, event, receipt};
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use congkhai::features::reminders::actions::work;
use serde_json::{Value, json};

pub fn reminder(agency: &str, about: &str, filter: impl Into<Value>) -> Value {
    let filter = filter.into();
    json!({"agency": agency, "about": about, "filter": filter, "due_on": "2022-02-17", "text": "Đề nghị giải quyết"})
}

/// Closes and escalates what is due.
pub async fn follow(app: &TestApp) -> usize {
    let shared = &app.shared;
    let caches = (&*shared.calendars, &*shared.agencies);
    work::follow(&shared.writer, caches, shared.clock.now()).await.unwrap()
}

pub async fn codes(caller: &Client, path: &str) -> Vec<String> {
    let list = caller.get(path).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

/// Where a reminder is.
fn path(reminder: &Value) -> String {
    format!("/v1/reminders/{}", reminder["id"].as_str().unwrap())
}

async fn issue(caller: &Client, body: &Value) -> Value {
    caller.post("/v1/reminders", body).await.expect(201)
}

/// Three that are late since the 14th, the 15th and the 12th of January, and one that is due soon; three working days each.
async fn fill(caller: &Client) -> Vec<String> {
    let mut received = vec![];
    for day in ["02-08T08:00", "02-09T08:00", "01-10T08:00", "02-10T16:00"] {
        received.push(caller.receive(&receipt(&at(day))).await);
    }
    received
}

#[actix_web::test]
async fn it_freezes_the_list_of_the_feed_at_that_instant() {
    let app = TestApp::start();
    let caller = app.district().await;
    let received = fill(&caller).await;
    let held = json!({"to_agency": "H51.29.18"});
    caller.record(&received[1], &event("forwarded", &at("02-14T08:00"), held)).await;
    for (about, filter, feed) in [
        ("overdue", json!({}), "/v1/overdue?agency=H51.29.05"),
        ("overdue", json!({"min_days_late": 2}), "/v1/overdue?agency=H51.29.05&min_days_late=2"),
        (
            "overdue",
            json!({"procedure": ["1.004873"], "apologised": false}),
            "/v1/overdue?agency=H51.29.05&procedure=1.004873&apologised=false",
        ),
        (
            "overdue",
            json!({"holder_agency": ["H51.29.18"]}),
            "/v1/overdue?agency=H51.29.05&holder_agency=H51.29.18",
        ),
        ("overdue", json!({"field": ["ho-tich"]}), "/v1/overdue?agency=H51.29.05&field=ho-tich"),
        ("due_soon", json!({}), "/v1/due-soon?agency=H51.29.05"),
        ("due_soon", json!({"within": 0}), "/v1/due-soon?agency=H51.29.05&within=0"),
        ("stale", json!({}), "/v1/stale?agency=H51.29.05"),
        // One is silent for 5 working days, no more.
        ("stale", json!({"older_than": 4}), "/v1/stale?agency=H51.29.05&older_than=4"),
        ("stale", json!({"older_than": 5}), "/v1/stale?agency=H51.29.05&older_than=5"),
    ] {
        let listed = codes(&caller, feed).await;
        assert!(!listed.is_empty(), "{feed}");
        let made = issue(&caller, &reminder("H51.29.05", about, filter.clone())).await;
        assert_eq!((&made["frozen"]["count"], &made["filter"]), (&json!(listed.len()), &filter), "{feed}");
        assert_eq!(codes(&caller, made["frozen"]["items"].as_str().unwrap()).await, listed, "{feed}");
    }
    // The district's own list has what is below it.
    let above = issue(&caller, &reminder("H51.29", "overdue", json!({}))).await;
    assert_eq!((&above["frozen"]["count"], &above["number"]), (&json!(3), &json!(1)));
    let row = &caller.get(&format!("{}/items?limit=1", path(&above))).await.expect(200)["items"][0];
    assert_eq!((&row["due_on"], &row["days_late"]), (&json!("2022-01-13"), &json!(18)));
    assert!(!row.to_string().contains("Nguyễn") && row.get("applicant").is_none(), "{row}");
}

#[actix_web::test]
async fn numbers_count_for_the_agency_and_the_year_without_gaps() {
    let app = TestApp::start();
    let caller = app.district().await;
    fill(&caller).await;
    let body = reminder("H51.29.05", "overdue", json!({}));
    let request = caller.request(Method::POST, "/v1/reminders?dry_run=true");
    let tried = Answer::of(request.send_json(&body).await.unwrap()).await.expect(201);
    assert_eq!(tried["number"], 1);
    caller.get(&path(&tried)).await.problem(404, "not_found");
    let many = futures_util::future::join_all((0..8).map(|_| issue(&caller, &body))).await;
    let mut numbers: Vec<i64> = many.iter().map(|made| made["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
    app.now("2023-01-10T10:00:00+07:00");
    let next = json!({"agency": "H51.29.05", "about": "overdue", "due_on": "2023-01-12"});
    let next = issue(&caller, &next).await;
    assert_eq!((&next["number"], &next["text"], &next["filter"]), (&json!(1), &json!(null), &json!({})));
    let audited = "SELECT count(*) FROM audit_log WHERE action = 'reminder.issued' AND actor LIKE 'key:%'";
    assert_eq!(app.count(audited).await, 9);

    let twice = async || {
        let request = caller.request(Method::POST, "/v1/reminders").insert_header(("Idempotency-Key", "k"));
        Answer::of(
            request
                .send_json(&json!({"agency": "H51.29.05", "about": "overdue", "due_on": "2023-01-12"}))
                .await
                .unwrap(),
        )
        .await
    };
    let (first, again) = (twice().await, twice().await);
    assert_eq!((first.expect(201), again.header("idempotency-replayed")), (again.json(), "true"));
}

/// Of each list, each thing that may become of a dossier. What the counts say is what the items say.
#[actix_web::test]
async fn the_follow_up_shows_what_changed() {
    let app = TestApp::start();
    let caller = app.district().await;
    let received = fill(&caller).await;
    let late = issue(&caller, &reminder("H51.29.05", "overdue", json!({}))).await;
    let soon = issue(&caller, &reminder("H51.29.05", "due_soon", json!({"within": 1}))).await;
    let stale = issue(&caller, &reminder("H51.29.05", "stale", json!({"older_than": 1}))).await;
    let all = [&late, &soon, &stale];
    let shown = async || {
        let mut found = vec![];
        for reminder in all {
            let now = caller.get(&path(reminder)).await.expect(200);
            let items = caller.get(&format!("{}/items", path(reminder))).await.expect(200);
            let items = items["items"].as_array().unwrap();
            let count = |word: &str| items.iter().filter(|item| item["now"]["follow_up"] == word).count();
            let counts = (count("resolved"), count("still_overdue"), count("pending"));
            let told = json!({"resolved": counts.0, "still_overdue": counts.1, "pending": counts.2});
            assert_eq!(now["follow_up"], told, "{now}");
            assert_eq!(now["frozen"]["count"], items.len());
            found.push((counts, now["status"].as_str().unwrap().to_owned()));
        }
        found
    };
    let open = |counts| (counts, "open".to_owned());
    assert_eq!(shown().await, [open((0, 3, 0)), open((0, 0, 1)), open((0, 3, 1))]);
    // A note breaks the silence and makes nothing less late; a stop does neither for what is late already.
    app.happens(&caller, &received[0], "noted", "02-15T11:00", json!({"note": "x"})).await;
    app.happens(&caller, &received[1], "suspended", "02-15T12:00", json!({"ground": "Chờ"})).await;
    assert_eq!(shown().await, [open((0, 3, 0)), open((0, 0, 1)), open((2, 1, 1))]);
    app.now(&at("02-16T08:00"));
    assert_eq!(shown().await, [open((0, 3, 0)), open((0, 1, 0)), open((2, 2, 0))], "it became late");
    // What is received later is in no list, however late.
    caller.receive(&receipt(&at("01-11T08:00"))).await;
    let ended = json!({"result": {"outcome": "granted"}});
    app.happens(&caller, &received[2], "completed", "02-16T09:00", ended.clone()).await;
    app.happens(&caller, &received[3], "completed", "02-16T09:00", ended).await;
    let closed = |counts| (counts, "closed".to_owned());
    assert_eq!(shown().await, [open((1, 2, 0)), closed((1, 0, 0)), closed((4, 0, 0))]);
    let item = &caller.get(&format!("{}/items", path(&late))).await.expect(200)["items"][0];
    assert_eq!((&item["status"], &item["now"]["status"]), (&json!("received"), &json!("completed")));
    assert_eq!(item["now"]["timing"], "late");

    assert_eq!(follow(&app).await, 2, "both are written down");
    assert_eq!(follow(&app).await, 0);
    let written = caller.get(&path(&soon)).await.expect(200);
    assert_eq!((&written["closed_at"], &written["version"]), (&json!(at("02-16T09:00")), &json!(2)));
    let frozen = crate::harness::connect(&app.db.url).await;
    assert!(
        frozen.execute("UPDATE reminder_items SET days_late = 0", &[]).await.is_err(),
        "frozen is frozen"
    );
}

#[actix_web::test]
async fn an_agency_acknowledges_once_with_a_promise() {
    let app = TestApp::start();
    let district = app.district().await;
    fill(&district).await;
    let made = issue(&district, &reminder("H51.29.05", "overdue", json!({}))).await;
    let to = format!("{}/acknowledgement", path(&made));
    let answer = json!({"explanation": "Chờ xác minh", "promised_on": "2022-02-18"});
    let office = app.caller(Scope::ALL, &["H51.29.05"]).await;
    let past = json!({"explanation": "x", "promised_on": "2022-02-14"});
    office.post(&to, &past).await.problem_at(422, "invalid_value", "/promised_on");
    let empty = json!({"explanation": " ", "promised_on": "2022-02-18"});
    office.post(&to, &empty).await.problem_at(422, "invalid_value", "/explanation");
    app.caller(Scope::ALL, &["H51.30"]).await.post(&to, &answer).await.problem(404, "not_found");
    let stale = office.request(Method::POST, &to).insert_header(("If-Match", "\"7.AAAAAAAAAAAAAAAA\""));
    Answer::of(stale.send_json(&answer).await.unwrap()).await.problem(412, "precondition_failed");
    let guarded = office.request(Method::POST, &to).insert_header(("If-Match", FIRST_VERSION));
    let said = Answer::of(guarded.send_json(&answer).await.unwrap()).await.expect(201);
    let expected = json!({"explanation": "Chờ xác minh", "promised_on": "2022-02-18", "acknowledged_at": crate::harness::NOW});
    assert_eq!((&said["status"], &said["acknowledgement"]), (&json!("acknowledged"), &expected));
    assert_eq!(district.get(&path(&made)).await.expect(200), said);
    office.post(&to, &answer).await.problem(409, "reminder_not_open");
    office.post("/v1/reminders/x/acknowledgement", &answer).await.problem(404, "not_found");
    let audited = "SELECT count(*) FROM audit_log WHERE action = 'reminder.acknowledged'";
    assert_eq!(app.count(audited).await, 1);

    // Who only watches the branch reminds it, and does not answer for it.
    let root = app.root().await;
    let mut land = receipt(&at("01-03T08:00"));
    for (field, value) in
        [("procedure", "1.012784"), ("receiving_agency", "H51.12"), ("competent_agency", "H51.12")]
    {
        land[field] = json!(value);
    }
    root.receive(&land).await;
    let branch = issue(&district, &reminder("H51.12", "overdue", json!({}))).await;
    assert_eq!(district.get(&path(&branch)).await.expect(200)["agency"], "H51.12");
    let refused = district.post(&format!("{}/acknowledgement", path(&branch)), &answer).await;
    refused.problem(403, "agency_out_of_scope");
    // What the district watches is in its own reminder; who does not see the branch does not see that item.
    let both = issue(&root, &reminder("H51.29", "overdue", json!({}))).await;
    assert_eq!(both["frozen"]["count"], 4);
    assert_eq!(codes(&district, &format!("{}/items", path(&both))).await.len(), 4);
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused() {
    let app = TestApp::start();
    let caller = app.district().await;
    fill(&caller).await;
    for (change, code, pointer) in [
        (json!({"about": "disclosure"}), "invalid_value", "/about"),
        (json!({"about": "late"}), "invalid_value", "/about"),
        (json!({"agency": "H51.99"}), "unknown_agency", "/agency"),
        (json!({"agency": "H51.29.18"}), "invalid_value", "/agency"),
        (json!({"agency": "x"}), "invalid_value", "/agency"),
        (json!({"due_on": "2022-02-14"}), "invalid_value", "/due_on"),
        (json!({"escalate_after": 367}), "invalid_value", "/escalate_after"),
        (json!({"filter": {"unit": ["x"]}}), "unknown_field", "/filter/unit"),
        (json!({"filter": {"within": 2}}), "unknown_field", "/filter/within"),
        (json!({"filter": {"min_days_late": -1}}), "invalid_value", "/filter/min_days_late"),
        (json!({"filter": {"min_days_late": 100}}), "invalid_value", "/agency"),
        (json!({"filter": {"procedure": []}}), "invalid_value", "/filter/procedure"),
        (json!({"filter": {"holder_agency": ["H51.99"]}}), "unknown_agency", "/filter/holder_agency/0"),
        (json!({"filter": []}), "wrong_type", "/filter"),
        (json!({"text": ""}), "invalid_value", "/text"),
        (json!({"to": "x"}), "unknown_field", "/to"),
    ] {
        let mut body = reminder("H51.29.05", "overdue", json!({}));
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        caller.post("/v1/reminders", &body).await.problem_at(422, code, pointer);
    }
    let text = caller.post("/v1/reminders", &reminder("H51.29.05", "disclosure", json!({}))).await.text();
    assert!(text.contains("disclosure is not there yet"), "{text}");
    for (agency, filter) in
        [("H51.30", json!({})), ("H51", json!({})), ("H51.29", json!({"holder_agency": ["H51.30"]}))]
    {
        let refused = caller.post("/v1/reminders", &reminder(agency, "overdue", filter)).await;
        refused.problem(403, "agency_out_of_scope");
    }
    assert_eq!(app.count("SELECT count(*) FROM reminders").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM reminder_counters").await, 0);
}

#[actix_web::test]
async fn it_escalates_to_the_parent_after_its_working_days() {
    let app = TestApp::start();
    let caller = app.district().await;
    let received = fill(&caller).await;
    let silent = issue(&caller, &reminder("H51.29.05", "overdue", json!({}))).await;
    let promised = issue(&caller, &reminder("H51.29.05", "overdue", json!({}))).await;
    let mut patient = reminder("H51.29.05", "overdue", json!({}));
    patient["escalate_after"] = json!(10);
    let patient = issue(&caller, &patient).await;
    let root = app.root().await;
    let top = issue(&root, &reminder("H51", "overdue", json!({}))).await;
    let answer = json!({"explanation": "Chờ xác minh", "promised_on": "2022-02-22"});
    caller.post(&format!("{}/acknowledgement", path(&promised)), &answer).await.expect(201);
    let stand = async |reminder: &Value| {
        let now = root.get(&path(reminder)).await.expect(200);
        (now["status"].as_str().unwrap().to_owned(), now["escalated_to"].clone())
    };
    let escalated = ("escalated".to_owned(), json!("H51.29"));
    // Due on Thursday the 17th: Friday and Monday pass.
    app.now(&at("02-21T23:59"));
    assert_eq!(follow(&app).await, 0);
    app.now(&at("02-22T00:00"));
    assert_eq!((follow(&app).await, follow(&app).await), (1, 0));
    assert_eq!(stand(&silent).await, escalated);
    assert_eq!(
        stand(&promised).await,
        ("acknowledged".to_owned(), json!(null)),
        "it has until the 22nd, and two days"
    );
    app.now(&at("02-25T08:00"));
    assert_eq!(follow(&app).await, 1);
    assert_eq!(stand(&promised).await, escalated, "a promise that was not kept");
    assert_eq!(stand(&patient).await.0, "open");
    assert_eq!(stand(&top).await.0, "open", "nobody is above");
    // An answer that comes after all is taken, and leaves it with the parent.
    let late = json!({"explanation": "Xin lỗi", "promised_on": "2022-02-28"});
    let said = caller.post(&format!("{}/acknowledgement", path(&silent)), &late).await.expect(201);
    assert_eq!((&said["status"], &said["escalated_to"]), (&json!("escalated"), &json!("H51.29")));
    for code in &received {
        app.happens(&caller, code, "withdrawn", "02-25T09:00", json!({})).await;
    }
    assert_eq!(follow(&app).await, 4);
    assert_eq!(stand(&silent).await, ("closed".to_owned(), json!("H51.29")));
    let by_worker = "SELECT count(*) FROM audit_log WHERE actor = 'command:worker' AND action = 'reminder.";
    assert_eq!(app.count(&format!("{by_worker}escalated'")).await, 2);
    assert_eq!(app.count(&format!("{by_worker}closed'")).await, 4);
}

#[actix_web::test]
async fn the_list_is_filtered_by_what_it_shows() {
    let app = TestApp::start();
    let caller = app.district().await;
    let received = fill(&caller).await;
    let (late, soon) = (
        issue(&caller, &reminder("H51.29.05", "overdue", json!({}))).await,
        issue(&caller, &reminder("H51.29.05", "due_soon", json!({"within": 1}))).await,
    );
    issue(&caller, &reminder("H51.29", "overdue", json!({}))).await;
    app.happens(&caller, &received[3], "withdrawn", "02-15T11:00", json!({})).await;
    let ids = async |query: &str| -> Vec<Value> {
        let list = caller.get(&format!("/v1/reminders?count=exact{query}")).await.expect(200);
        let items = list["items"].as_array().unwrap().clone();
        assert_eq!(list["total"], items.len());
        items.iter().map(|item| item["id"].clone()).collect()
    };
    assert_eq!(ids("").await.len(), 3);
    assert_eq!(ids("&status=closed").await, [soon["id"].clone()], "before anybody wrote it down");
    assert_eq!(ids("&status=open&agency=H51.29.05").await, [late["id"].clone()]);
    assert_eq!(ids("&status=open,closed").await.len(), 3);
    assert_eq!(ids("&about=due_soon").await, [soon["id"].clone()]);
    assert_eq!(ids("&rule=x").await.len(), 0);
    follow(&app).await;
    assert_eq!(ids("&status=closed").await, [soon["id"].clone()]);
    let first = caller.get("/v1/reminders?limit=2").await.expect(200);
    let next = format!("/v1/reminders?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(caller.get(&next).await.expect(200)["items"][0]["id"], late["id"]);
    let whole = caller.get("/v1/reminders?format=csv").await;
    let tag = whole.header("etag").to_owned();
    assert_eq!(whole.text().lines().count(), 4, "{}", whole.text());
    assert_eq!(caller.get_with("/v1/reminders?format=csv", ("If-None-Match", &tag)).await.status, 304);
    app.happens(&caller, &received[0], "withdrawn", "02-15T12:00", json!({})).await;
    let changed = caller.get_with("/v1/reminders?format=csv", ("If-None-Match", &tag)).await;
    assert_eq!(changed.status, 200, "what became of the dossiers is shown too");
    let items = caller.get(&format!("{}/items?format=csv&limit=1", path(&late))).await;
    assert_eq!(items.text().lines().count(), 2);
    for list in ["/v1/reminders".to_owned(), format!("{}/items", path(&late))] {
        let rows = caller.get(&list).await.expect(200)["items"].as_array().unwrap().len();
        let lines = caller.get(&format!("{list}?format=ndjson")).await.text().lines().count();
        let sheet = caller.get(&format!("{list}?format=xlsx")).await;
        assert!(lines == rows && sheet.body.starts_with(b"PK"), "{list}");
    }
    caller.get("/v1/reminders?rule=").await.problem(422, "invalid_value");
    caller.get("/v1/reminders?agency=H51.30").await.problem(403, "agency_out_of_scope");
}

#[actix_web::test]
async fn it_goes_to_the_focal_officer_of_the_agency() {
    let app = TestApp::start();
    let root = app.root().await;
    fill(&root).await;
    let officer = json!({"name": "Lê Văn Dũng", "title": "Phó phòng", "unit": null});
    let mut office = json!({"name": "Phòng Tư pháp", "level": "district", "parent": "H51.29", "valid_from": "2020-01-01",
        "codes": ["000.05.29.H51"], "focal_officer": officer});
    let put = root.put("/v1/agencies/H51.29.05", &office, Some(FIRST_VERSION)).await.expect(200);
    assert_eq!(put["focal_officer"], officer);
    let made = issue(&root, &reminder("H51.29.05", "overdue", json!({}))).await;
    assert_eq!(made["focal_officer"], officer);
    office["focal_officer"] = json!({"name": " "});
    let bad = root.put("/v1/agencies/H51.29.05", &office, Some("*")).await;
    bad.problem_at(422, "invalid_value", "/focal_officer/name");
    office["focal_officer"] = json!(null);
    root.put("/v1/agencies/H51.29.05", &office, Some("*")).await.expect(200);
    assert_eq!(root.get("/v1/agencies/H51.29.05").await.expect(200)["focal_officer"], json!(null));
    assert_eq!(root.get(&path(&made)).await.expect(200)["focal_officer"], officer, "as it was then");
    let named = "SELECT count(*) FROM audit_log WHERE details::text LIKE '%Dũng%'";
    assert_eq!(app.count(named).await, 0, "no name in the audit trail");
}

/// The rows that are kept for answers about the past get the new columns too, or the next change of an agency would fail.
#[actix_web::test]
async fn the_migration_brings_the_kept_rows_of_agencies_up_to_date() {
    let app = TestApp::start();
    let root = app.root().await;
    app.db.sql(include_str!("../../migrations/2026-11-26-000024_reminders/down.sql"));
    app.db.sql(include_str!("../../migrations/2026-11-26-000024_reminders/up.sql"));
    let office = json!({"name": "Phòng Tư pháp", "level": "district", "parent": "H51.29", "valid_from": "2020-01-01",
        "codes": ["000.05.29.H51"], "focal_officer": {"name": "Lê Văn Dũng"}});
    root.put("/v1/agencies/H51.29.05", &office, Some("*")).await.expect(200);
    let kept = "SELECT count(*) FROM reference_rows WHERE relation = 'agencies' AND content ->> 'focal_name' = 'Lê Văn Dũng'";
    assert_eq!(app.count(kept).await, 1);
}
