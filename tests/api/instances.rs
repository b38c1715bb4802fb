//! Several instances on one database: nothing is lost between them, nothing is done twice, and what changes on one is so on the other.

use crate::harness::evidence::Verifier;
use crate::harness::{Answer, Client, TestApp, event, receipt, run};
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use congkhai::worker::Worker;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How many requests each test sends to each instance at once.
const EACH: usize = 6;

async fn once(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, path).insert_header(("Idempotency-Key", key));
    Answer::of(request.send_json(body).await.unwrap()).await
}

fn note(text: &str) -> Value {
    event("noted", "2022-02-15T09:00:00+07:00", json!({"note": text}))
}

/// Both answer the same, tag and all.
async fn agree(callers: &[Client; 2], path: &str) -> Value {
    let (one, two) = join(callers[0].get(path), callers[1].get(path)).await;
    assert_eq!((one.text(), one.header("etag")), (two.text(), two.header("etag")), "{path}");
    one.expect(200)
}

#[actix_web::test]
async fn what_two_instances_take_at_once_is_all_there_and_once() {
    let app = TestApp::signing();
    let other = app.beside();
    let root = app.root().await;
    let callers = [root.clone(), root.at(other.address)];
    let body = receipt("2022-02-15T08:00:00+07:00");
    let shared = root.receive(&body).await;
    let events = format!("/v1/dossiers/{shared}/events");

    let receipts = join_all((0..2 * EACH).map(|n| callers[n % 2].receive(&body)));
    let notes: Vec<Value> = (0..2 * EACH).map(|n| note(&format!("note {n}"))).collect();
    let recorded = join_all((0..2 * EACH).map(|n| callers[n % 2].record(&shared, &notes[n])));
    let twin = note("twin");
    let twins = join_all((0..6).map(|n| once(&callers[n % 2], &events, "twin", &twin)));
    let (codes, (recorded, twins)) = join(receipts, join(recorded, twins)).await;

    let expected: BTreeSet<String> = (1..=2 * EACH + 1).map(|n| format!("H51.29-220215-{n:04}")).collect();
    assert_eq!(codes.into_iter().chain([shared.clone()]).collect::<BTreeSet<_>>(), expected);
    let done = twins.iter().filter(|answer| answer.header("idempotency-replayed").is_empty());
    assert_eq!(done.count(), 1, "one instance did it, whoever was asked");
    let told: BTreeSet<Vec<u8>> = twins.iter().map(|answer| answer.body.clone()).collect();
    assert_eq!(told.len(), 1);
    let seqs = recorded.iter().map(|event| event["seq"].as_u64().unwrap());
    let seqs: BTreeSet<u64> = seqs.chain([1, twins[0].expect(201)["seq"].as_u64().unwrap()]).collect();
    assert_eq!(seqs, (1..=2 * EACH as u64 + 2).collect(), "each has a place of its own");

    let kept = agree(&callers, &format!("/v1/dossiers/{shared}?include=events")).await;
    assert_eq!(kept["events"].as_array().unwrap().len(), 2 * EACH + 2);
    let stored = "SELECT count(DISTINCT ciphertext) FROM dossier_event_notes";
    assert_eq!(app.count(stored).await, 2 * i64::try_from(EACH).unwrap() + 1, "no note is lost");
    agree(&callers, &format!("/v1/public/dossiers/{shared}")).await;
    agree(&callers, "/v1/dossiers?count=exact").await;

    app.now("2022-02-16T00:06:00+07:00");
    let mut workers = [Worker::new(app.shared.clone()), Worker::new(other.shared.clone())];
    join_all(workers.iter_mut().map(Worker::tick)).await;
    Verifier::new("instances").database(&app).holds();
    let checked = run(&["check", "reports", "--database-url", &app.db.url]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    assert_eq!(app.count("SELECT count(*) FROM log_days WHERE root IS NOT NULL").await, 1, "signed once");
}

/// Waits until nobody holds the lock of the leader.
async fn nobody_leads(app: &TestApp) {
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while app.count(held).await > 0 {}
}

#[actix_web::test]
async fn a_reminder_is_issued_once_and_another_instance_takes_over() {
    let app = TestApp::start();
    let other = app.beside();
    let district = app.district().await;
    district.receive(&receipt("2022-01-10T08:00:00+07:00")).await;
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let schedule = json!({"days": week, "time": "08:00"});
    let rule = json!({"agencies": ["H51.29"], "about": "overdue", "schedule": schedule, "due_in": 3});
    district.put("/v1/reminder-rules/hang-ngay", &rule, None).await.expect(201);
    let mut workers = [Worker::new(app.shared.clone()), Worker::new(other.shared.clone())];
    let issued = async || app.count("SELECT count(*) FROM reminders").await;
    for _ in 0..2 {
        join_all(workers.iter_mut().map(Worker::tick)).await;
        assert_eq!(issued().await, 1, "by one of the two, and not again");
    }
    let [one, two] = workers;
    assert!(one.leads() != two.leads());
    let (leader, mut next) = if one.leads() { (one, two) } else { (two, one) };

    drop(leader);
    nobody_leads(&app).await;
    next.tick().await;
    assert!(next.leads());
    assert_eq!(issued().await, 1, "what the leader has done is not done again");
    app.now("2022-02-16T08:00:00+07:00");
    next.tick().await;
    assert_eq!(issued().await, 2, "and the next day is not left out");
    let seen = district.at(other.address).get("/v1/reminders?rule=hang-ngay&count=exact").await.expect(200);
    assert_eq!(seen["total"], 2);
}

#[actix_web::test]
async fn what_changes_on_one_instance_is_so_on_the_other_with_the_next_request() {
    let app = TestApp::start();
    let other = app.beside();
    let root = app.root().await;
    let beside = root.at(other.address);
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let (agency, page) = ("/v1/agencies/H51.29.05", format!("/v1/public/dossiers/{code}"));
    // Each has it in memory.
    let before = beside.get(agency).await;
    beside.get(&page).await.expect(200);
    let renamed = json!({
        "name": "Phòng Tư pháp huyện", "level": "district", "parent": "H51.29", "valid_from": "2020-01-01",
        "codes": ["000.05.29.H51"]
    });
    root.put(agency, &renamed, Some(before.header("etag"))).await.expect(200);
    assert_eq!(beside.get(agency).await.expect(200)["name"], renamed["name"]);
    assert_eq!(beside.get(&page).await.expect(200)["competent_agency"]["name"], renamed["name"]);
    // A key of the old branch sees no longer what left it.
    let moved = json!({"name": "Phòng Tư pháp", "level": "district", "parent": "H51.30", "valid_from": "2020-01-01",
        "codes": ["000.05.29.H51"]});
    let office = app.caller(&[Scope::DossiersRead], &["H51.30"]).await.at(other.address);
    office.get(&format!("/v1/dossiers/{code}")).await.problem(404, "not_found");
    root.put(agency, &moved, Some("*")).await.expect(200);
    office.get(&format!("/v1/dossiers/{code}")).await.expect(200);

    let off = json!({"days_off": [{"date": "2022-02-16", "name": "Nghỉ"}], "worked_rest_days": []});
    let worked = json!({"items": [{
        "started_at": "2022-02-15T08:00:00+07:00", "limit": {"unit": "working_days", "amount": "1"},
        "suspensions": [], "extensions": []
    }]});
    let due = async || {
        let answer = beside.post("/v1/public/deadlines", &worked).await.expect(200);
        answer["items"][0]["due_on"].as_str().unwrap().to_owned()
    };
    assert_eq!(due().await, "2022-02-16");
    root.put("/v1/calendars/national/years/2022", &off, Some("*")).await;
    assert_eq!(due().await, "2022-02-17");

    let wanted = json!({"name": "x", "scopes": ["dossiers:read"], "all_agencies": true});
    let key = root.post("/v1/keys", &wanted).await.expect(201);
    let holder = beside.with_key(key["secret"].as_str().unwrap());
    holder.get("/v1/overdue").await.expect(200);
    root.send(Method::DELETE, &format!("/v1/keys/{}", key["id"].as_str().unwrap())).await;
    holder.get("/v1/overdue").await.problem(401, "unauthorized");
}
