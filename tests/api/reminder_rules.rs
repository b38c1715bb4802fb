//! Rules that issue reminders: when they run, and that they run once, whoever is killed.

use crate::harness::{Client, Service, TestApp, at, connect, inserting_all, receipt};
use crate::reminders::codes;
use congkhai::app;
use congkhai::db::PoolSizes;
use congkhai::domain::vocabulary::Scope;
use congkhai::features::Shared;
use congkhai::features::reminders::actions::work;
use congkhai::worker::Worker;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

const WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn rule(agencies: &[&str], more: Value) -> Value {
    let mut body = json!({
        "agencies": agencies, "about": "overdue", "schedule": {"days": WEEK, "time": "08:00"}, "due_in": 3,
    });
    let Value::Object(more) = more else { panic!("{more} is no object") };
    body.as_object_mut().unwrap().extend(more);
    body
}

async fn put(caller: &Client, name: &str, body: &Value) -> Value {
    caller.put(&format!("/v1/reminder-rules/{name}"), body, None).await.expect(201)
}

async fn run(shared: &Shared) -> usize {
    let caches = (&*shared.calendars, &*shared.agencies);
    work::run_rules(&shared.writer, caches, shared.clock.now()).await.unwrap()
}

/// Another process that uses the same database.
fn other(app: &TestApp) -> Shared {
    let sizes = PoolSizes { slow: 1, writer: 4 };
    app::shared(app.db.database(), sizes, app.clock.clone()).unwrap()
}

/// Late dossiers of an office, of a commune, and of the district itself.
async fn fill(caller: &Client) {
    for agency in ["H51.29.05", "H51.29.05", "H51.29.18", "H51.29"] {
        let mut body = receipt(&at("01-10T08:00"));
        body["competent_agency"] = json!(agency);
        caller.receive(&body).await;
    }
}

#[actix_web::test]
async fn a_rule_is_written_shown_and_guarded() {
    let app = TestApp::start();
    let district = app.district().await;
    let path = "/v1/reminder-rules/hang-tuan";
    let asked = rule(&["H51.29"], json!({"filter": {"min_days_late": 1}, "text": "Đề nghị giải quyết"}));
    let made = put(&district, "hang-tuan", &asked).await;
    let expected = json!({
        "name": "hang-tuan", "agencies": ["H51.29"], "owners": ["H51.29"], "with_below": false, "about": "overdue",
        "filter": {"min_days_late": 1}, "schedule": {"days": WEEK, "time": "08:00"}, "due_in": 3,
        "escalate_after": null, "text": "Đề nghị giải quyết", "enabled": true, "version": 1,
    });
    assert_eq!(made, expected);
    let shown = district.get(path).await;
    assert_eq!(shown.expect(200), expected);
    district.put(path, &asked, None).await.problem(428, "precondition_required");
    let off = rule(&["H51.29"], json!({"enabled": false}));
    let changed = district.put(path, &off, Some(shown.header("etag"))).await.expect(200);
    assert_eq!((&changed["version"], &changed["enabled"]), (&json!(2), &json!(false)));
    district.put(path, &off, Some(shown.header("etag"))).await.problem(412, "precondition_failed");

    let office = app.caller(Scope::ALL, &["H51.29.05"]).await;
    office.get(path).await.problem(404, "not_found");
    let own = rule(&["H51.29.05"], json!({}));
    office.put(path, &own, Some("*")).await.problem(403, "agency_out_of_scope");
    district
        .put("/v1/reminder-rules/x", &rule(&["H51.30"], json!({})), None)
        .await
        .problem(403, "agency_out_of_scope");
    district.put("/v1/reminder-rules/X_", &own, None).await.problem(404, "not_found");
    for (change, code, pointer) in [
        (json!({"agencies": []}), "invalid_value", "/agencies"),
        (json!({"agencies": ["H51.99"]}), "unknown_agency", "/agencies/0"),
        (json!({"about": "disclosure"}), "invalid_value", "/about"),
        (json!({"filter": {"older_than": 3}}), "unknown_field", "/filter/older_than"),
        (json!({"schedule": {"days": [], "time": "08:00"}}), "invalid_value", "/schedule/days"),
        (json!({"schedule": {"days": ["someday"], "time": "08:00"}}), "invalid_value", "/schedule/days/0"),
        (json!({"schedule": {"days": WEEK, "time": "8:00"}}), "invalid_value", "/schedule/time"),
        (
            json!({"schedule": {"days": vec!["monday"; 8], "time": "08:00"}}),
            "invalid_value",
            "/schedule/days",
        ),
        (json!({"due_in": 0}), "invalid_value", "/due_in"),
        (json!({"due_in": 2.5}), "invalid_value", "/due_in"),
        (json!({"escalate_after": -1}), "invalid_value", "/escalate_after"),
    ] {
        let bad = district.put("/v1/reminder-rules/bad", &rule(&["H51.29"], change), None).await;
        bad.problem_at(422, code, pointer);
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'reminder_rule.put'").await, 2);
}

#[actix_web::test]
async fn who_is_urged_by_a_rule_does_not_switch_it_off() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let province = app.caller(Scope::ALL, &["H51"]).await;
    let off = rule(&["H51.29"], json!({"enabled": false}));
    put(&province, "cua-tinh", &rule(&["H51.29"], json!({}))).await;
    let shown = district.get("/v1/reminder-rules/cua-tinh").await.expect(200);
    assert_eq!((&shown["owners"], &shown["enabled"]), (&json!(["H51"]), &json!(true)));
    district.put("/v1/reminder-rules/cua-tinh", &off, Some("*")).await.problem(403, "agency_out_of_scope");
    let changed = root.put("/v1/reminder-rules/cua-tinh", &off, Some("*")).await.expect(200);
    assert_eq!(
        (&changed["owners"], &changed["enabled"]),
        (&json!(["H51"]), &json!(false)),
        "it stays the province's"
    );
    province.put("/v1/reminder-rules/cua-tinh", &off, Some("*")).await.expect(200);

    let of_all = put(&root, "cua-ca-nuoc", &rule(&["H51.29"], json!({}))).await;
    assert_eq!(of_all["owners"], json!([]));
    province.put("/v1/reminder-rules/cua-ca-nuoc", &off, Some("*")).await.problem(403, "agency_out_of_scope");
    // The district watches the branch, and writes rules for it.
    put(&district, "giam-sat", &rule(&["H51.12"], json!({}))).await;
    let branch = app.caller(Scope::ALL, &["H51.12"]).await;
    let own = rule(&["H51.12"], json!({"enabled": false}));
    branch.put("/v1/reminder-rules/giam-sat", &own, Some("*")).await.problem(403, "agency_out_of_scope");
}

#[actix_web::test]
async fn a_rule_runs_once_on_each_of_its_days_from_its_time_on() {
    let app = TestApp::start();
    let district = app.district().await;
    fill(&district).await;
    let days = json!({"schedule": {"days": ["tuesday", "wednesday", "friday", "saturday"], "time": "14:30"}, "text": "Nhắc"});
    put(&district, "chieu", &rule(&["H51.29"], days)).await;
    let mut found = vec![];
    // Tuesday the 15th; the 19th is a Saturday. On Friday nobody ran anything, and it is not made up for.
    for when in [
        "02-15T14:29",
        "02-15T14:30",
        "02-15T23:59",
        "02-16T00:00",
        "02-16T14:31",
        "02-17T15:00",
        "02-19T15:00",
        "02-21T15:00",
    ] {
        app.now(&at(when));
        let issued = run(&app.shared).await;
        assert_eq!(run(&app.shared).await, 0, "{when}: never twice");
        found.push(issued);
    }
    assert_eq!(found, [0, 1, 0, 0, 1, 0, 0, 0]);
    let list = district.get("/v1/reminders?rule=chieu").await.expect(200);
    let first = &list["items"][1];
    for (field, value) in [
        ("number", json!(1)),
        ("agency", json!("H51.29")),
        ("due_on", json!("2022-02-18")),
        ("text", json!("Nhắc")),
        ("rule", json!("chieu")),
        ("issued_at", json!(at("02-15T14:30"))),
        ("status", json!("open")),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(first["frozen"]["count"], 4, "what is below too, as by hand");
    let by_worker =
        "SELECT count(*) FROM audit_log WHERE action = 'reminder.issued' AND actor = 'command:worker'";
    assert_eq!(app.count(by_worker).await, 2);
    app.now(&at("02-22T15:00"));
    let off = json!({"schedule": {"days": WEEK, "time": "00:00"}, "enabled": false});
    district.put("/v1/reminder-rules/chieu", &rule(&["H51.29"], off), Some("*")).await.expect(200);
    assert_eq!(run(&app.shared).await, 0, "it is switched off");
}

#[actix_web::test]
async fn with_below_each_agency_is_reminded_of_its_own() {
    let app = TestApp::start();
    let district = app.district().await;
    fill(&district).await;
    put(&district, "moi-don-vi", &rule(&["H51.29"], json!({"with_below": true}))).await;
    assert_eq!(run(&app.shared).await, 3);
    let list = district.get("/v1/reminders").await.expect(200);
    let mut counts: Vec<(String, i64)> = vec![];
    for item in list["items"].as_array().unwrap() {
        let items = codes(&district, item["frozen"]["items"].as_str().unwrap()).await;
        let count = item["frozen"]["count"].as_i64().unwrap();
        assert_eq!(items.len(), usize::try_from(count).unwrap());
        counts.push((item["agency"].as_str().unwrap().to_owned(), count));
    }
    counts.sort();
    let own = |agency: &str, count| (agency.to_owned(), count);
    assert_eq!(counts, [own("H51.29", 1), own("H51.29.05", 2), own("H51.29.18", 1)]);
    put(&district, "khong-co-gi", &rule(&["H51.29.18"], json!({"filter": {"min_days_late": 1000}}))).await;
    assert_eq!(run(&app.shared).await, 0, "nothing to remind of");
    let nothing = "SELECT count(*) FROM reminder_runs WHERE rule = 'khong-co-gi' AND reminder_id IS NULL";
    assert_eq!(app.count(nothing).await, 1, "and it has run");
}

/// Two processes that both believe that they lead, and workers of which one does.
#[actix_web::test]
async fn two_at_once_issue_each_reminder_once() {
    let app = TestApp::start();
    let district = app.district().await;
    fill(&district).await;
    for n in 0..10 {
        put(&district, &format!("r{n}"), &rule(&["H51.29"], json!({"with_below": true}))).await;
    }
    let second = other(&app);
    let (one, two) = join(run(&app.shared), run(&second)).await;
    assert_eq!(one + two, 30, "{one} and {two}");
    assert_eq!(app.count("SELECT count(*) FROM reminders").await, 30);
    let runs = "SELECT count(*) FROM reminder_runs WHERE reminder_id IS NOT NULL";
    assert_eq!(app.count(runs).await, 30);
    let gapless = "SELECT count(*) FROM (SELECT agency_id FROM reminders GROUP BY agency_id HAVING max(number) = count(*) AND count(*) = 10) t";
    assert_eq!(app.count(gapless).await, 3);

    app.now("2022-02-16T08:00:00+07:00");
    let (mut first, mut second) = (Worker::new(app.shared.clone()), Worker::new(second));
    join(first.tick(), second.tick()).await;
    assert!(first.leads() != second.leads());
    join_all([&mut first, &mut second].map(Worker::tick)).await;
    assert_eq!(app.count("SELECT count(*) FROM reminders").await, 60, "once more, on the next day");
}

/// Many late dossiers of the office.
fn copies(app: &TestApp, count: u32) {
    app.db.sql(&format!(
        "CREATE TEMP TABLE d AS SELECT dossiers.*, n FROM dossiers, generate_series(1, {count}) n
            WHERE code = (SELECT min(code) FROM dossiers);
         UPDATE d SET id = gen_random_uuid(), code = 'H51.29-220110-' || (100000 + n);
         ALTER TABLE d DROP COLUMN n;
         {}",
        inserting_all("dossiers", "d")
    ));
}

/// Services are killed with `kill -9` while they run rules; each rule has run once for each agency, and every number is there.
#[actix_web::test]
async fn rules_survive_every_kill_and_run_once() {
    let app = TestApp::start();
    let root = app.root().await;
    fill(&root).await;
    copies(&app, 400);
    // The services have the time of the machine: whatever day it is, it is worked.
    let today = (chrono::Utc::now() + chrono::TimeDelta::hours(7)).date_naive();
    let open = json!([{"from": "07:00", "to": "17:00"}]);
    let mut week = json!({"valid_from": "1900-01-01"});
    week.as_object_mut().unwrap().extend(WEEK.map(|day| (day.to_owned(), open.clone())));
    root.put("/v1/calendars/national", &json!({"hours": [week]}), Some("*")).await.expect(202);
    for year in [today, today + chrono::Days::new(30)].map(|day| day.format("%Y").to_string()) {
        let table = json!({"days_off": [], "worked_rest_days": []});
        let path = format!("/v1/calendars/national/years/{year}");
        let there = root.get(&path).await.status == 200;
        root.put(&path, &table, there.then_some("*")).await;
    }
    let midnight = json!({"with_below": true, "schedule": {"days": WEEK, "time": "00:00"}});
    for n in 0..30 {
        put(&root, &format!("r{n}"), &rule(&["H51.29"], midnight.clone())).await;
    }
    let database = connect(&app.db.url).await;
    let runs = async || -> i64 {
        database.query_one("SELECT count(*) FROM reminder_runs", &[]).await.unwrap().get(0)
    };
    let arguments = ["serve", "--database-url", &app.db.url];
    let mut service = Service::start(&arguments).unwrap();
    // A second instance stands by; whichever of them leads runs the rules.
    let beside = Service::start(&arguments).unwrap();
    let (mut kills, mut before) = (0_i64, 0);
    // Each of the rules for the district, its office and its commune; the office that ended is not reminded.
    loop {
        let now = runs().await;
        if now >= 90 {
            break;
        }
        // Another number of runs each time, so that a kill comes at any moment of one.
        if now > before + kills % 5 {
            before = now;
            service.kill();
            kills += 1;
            service = Service::start(&arguments).unwrap();
        }
    }
    assert!(kills > 0, "it was done before anybody was killed");
    assert!(service.terminate().success() && beside.terminate().success());
    app.clock.set(chrono::Utc::now().into());
    assert_eq!(run(&app.shared).await, 0, "nothing is left of the day");
    let whole = "SELECT count(*) FROM reminders r WHERE frozen_count = (SELECT count(*) FROM reminder_items WHERE reminder_id = r.id)";
    assert_eq!((app.count("SELECT count(*) FROM reminders").await, app.count(whole).await), (90, 90));
    let days = "SELECT count(DISTINCT day) FROM reminder_runs WHERE reminder_id IS NOT NULL";
    assert_eq!(app.count(days).await, 1);
    let gapless = "SELECT count(*) FROM (SELECT agency_id FROM reminders GROUP BY agency_id HAVING max(number) = count(*) AND count(*) = 30) t";
    assert_eq!(app.count(gapless).await, 3);
    let audited = "SELECT count(*) FROM audit_log WHERE action = 'reminder.issued'";
    assert_eq!(app.count(audited).await, 90);
}
