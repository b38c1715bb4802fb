//! What agencies record: how much, how soon, and who fell silent.

use crate::harness::evidence::close_days;
use crate::harness::{Client, TestApp, at, event, receipt};
use crate::reports::counters_are_right;
use actix_web::http::Method;
use chrono::{DateTime, FixedOffset, TimeDelta};
use congkhai::domain::activity::is_in_time;
use congkhai::domain::local_time::Instant;
use serde_json::{Value, json};

async fn row(client: &Client, query: &str, code: &str) -> Value {
    let list = client.get(&format!("/v1/agencies/activity?limit=200{query}")).await.expect(200);
    let items = list["items"].as_array().unwrap();
    items.iter().find(|row| row["code"] == code).unwrap_or_else(|| panic!("{code} in {list}")).clone()
}

fn counts(row: &Value) -> Vec<i64> {
    row["weeks"].as_array().unwrap().iter().map(|week| week["events"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn an_agency_shows_its_last_event_its_weeks_and_its_delays() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now(&at("01-24T08:00"));
    let code = root.receive(&receipt(&at("01-24T08:00"))).await;
    // Recorded 2.5 hours late; by the office that holds it.
    app.now(&at("02-09T10:30"));
    let to = json!({"to_agency": "H51.29.05"});
    root.record(&code, &event("forwarded", &at("02-09T08:00"), to)).await;
    app.now(&at("02-15T10:00"));
    let day_after = event("noted", &at("02-13T10:00"), json!({"note": "x"}));
    root.record(&code, &day_after).await;
    let late = event("noted", &at("02-11T10:00"), json!({"note": "x"}));
    root.record(&code, &late).await;

    let district = row(&root, "", "H51.29").await;
    assert_eq!(counts(&district), [1, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(district["weeks"][0], json!({"from": "2022-02-09", "to": "2022-02-15", "events": 1}));
    let office = row(&root, "", "H51.29.05").await;
    assert_eq!(
        (&office["last_event_kind"], &office["last_event_at"]),
        (&json!("noted"), &json!(at("02-11T10:00")))
    );
    assert_eq!((&office["last_recorded_at"], &office["actual"]), (&json!(at("02-15T10:00")), &json!(2)));
    // Two days and four days; Sunday, recorded on Tuesday, and Friday, recorded on Tuesday, are both late.
    let within = json!({"numerator": 0, "denominator": 2, "share": "0"});
    let recording =
        json!({"events": 2, "median_hours": "72", "p90_hours": "91.2", "within_one_working_day": within});
    assert_eq!(office["recording"], recording);
    let recording = &district["recording"];
    assert_eq!((&recording["median_hours"], &recording["p90_hours"]), (&json!("1.25"), &json!("2.25")));
    assert_eq!(recording["within_one_working_day"]["share"], "1");
}

#[actix_web::test]
async fn who_records_nothing_is_listed_at_zero_and_who_used_to_record_is_silent() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now(&at("01-24T08:00"));
    root.receive(&receipt(&at("01-24T08:00"))).await;
    app.now(&at("02-15T10:00"));
    // One event in the 30 working days from 22/12 to 8/2, with Tet and New Year off; 5 working days since.
    let silent = row(&root, "", "H51.29").await;
    assert_eq!(
        (&silent["actual"], &silent["expected"], &silent["silent"]),
        (&json!(0), &json!("0.17"), &json!(true))
    );
    let never = row(&root, "", "H51.30").await;
    assert_eq!((&never["expected"], &never["silent"]), (&json!("0"), &json!(false)));
    assert_eq!((&never["last_recorded_at"], counts(&never)), (&Value::Null, vec![0; 8]));
    assert_eq!(never["recording"]["median_hours"], Value::Null);
    let list = root.get("/v1/agencies/activity?count=exact").await.expect(200);
    assert_eq!(list["total"], 7, "all but the office that ended in 2021");
    let list = root.get("/v1/agencies/activity?count=exact&silent=true").await.expect(200);
    assert_eq!((&list["total"], &list["items"][0]["code"]), (&json!(1), &json!("H51.29")));
    let others = root.get("/v1/agencies/activity?count=exact&silent=false&limit=2").await.expect(200);
    assert_eq!((&others["total"], others["items"].as_array().unwrap().len()), (&json!(6), 2));
    // A new office has nothing to be measured by.
    let office =
        json!({"name": "Phòng mới", "level": "district", "parent": "H51.29", "valid_from": "2022-02-10"});
    root.put("/v1/agencies/H51.29.06", &office, None).await.expect(201);
    let new = row(&root, "", "H51.29.06").await;
    assert_eq!((&new["expected"], &new["silent"]), (&Value::Null, &json!(false)));
}

#[actix_web::test]
async fn a_key_sees_its_agencies_and_pages_follow_each_other() {
    let app = TestApp::start();
    let district = app.district().await;
    let all = ["H51.12", "H51.29", "H51.29.05", "H51.29.18"];
    for query in ["", "&silent=false"] {
        let (mut seen, mut cursor) = (vec![], String::new());
        loop {
            let page =
                district.get(&format!("/v1/agencies/activity?limit=3{query}{cursor}")).await.expect(200);
            let codes =
                page["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned());
            seen.extend(codes);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, all, "the watched branch too");
    }
    let below = district.get("/v1/agencies/activity?count=exact&agency=H51.29.05").await.expect(200);
    assert_eq!(below["total"], 1);
    district.get("/v1/agencies/activity?agency=H51.30").await.problem(403, "agency_out_of_scope");
    let put = district.send(Method::PUT, "/v1/agencies/activity").await;
    put.problem(405, "method_not_allowed");
    assert_eq!(put.header("allow"), "GET, HEAD", "it is no agency");
    assert_eq!(district.send(Method::HEAD, "/v1/agencies/activity").await.status.as_u16(), 200);
    district.get("/v1/agencies/activity?agency=H99").await.problem(422, "unknown_agency");
}

#[actix_web::test]
async fn replayed_history_is_neither_late_nor_activity_of_today() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt(&at("01-04T08:00"))).await;
    let replayed = |occurred: &str, recorded: &str| {
        let more = json!({"origin": "import", "source_recorded_at": at(recorded), "note": "x", "agency": "H51.29.18"});
        event("noted", &at(occurred), more)
    };
    root.record(&code, &replayed("01-05T08:00", "01-05T09:00")).await;
    root.record(&code, &replayed("02-14T08:00", "02-14T11:00")).await;
    let commune = row(&root, "", "H51.29.18").await;
    assert_eq!(
        counts(&commune),
        [1, 0, 0, 0, 0, 1, 0, 0],
        "in the week in which the other software recorded it"
    );
    assert_eq!(commune["recording"]["median_hours"], "2");
    assert_eq!(commune["recording"]["within_one_working_day"]["share"], "1");
    assert_eq!(commune["last_recorded_at"], at("02-15T10:00"), "when it came here");
}

#[actix_web::test]
async fn corrections_and_the_work_of_the_service_are_no_activity() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt(&at("02-14T08:00"))).await;
    let note = root.record(&code, &event("noted", &at("02-14T09:00"), json!({"public_note": "x"}))).await;
    let before = row(&root, "", "H51.29").await;
    app.now(&at("02-15T11:00"));
    let correction =
        json!({"event": note["id"], "reason": "Ghi nhầm", "public_note": "y", "agency": "H51.29"});
    root.record(&code, &event("corrected", &at("02-15T10:30"), correction)).await;
    assert_eq!(row(&root, "", "H51.29").await, before);
    app.db.sql("UPDATE dossier_events SET kind = 'calendar_changed' WHERE kind = 'received'");
    assert_eq!(row(&root, "", "H51.29").await["last_event_kind"], "noted");
}

#[actix_web::test]
async fn activity_as_of_an_instant_is_what_was_answered_then() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt(&at("02-15T08:00"))).await;
    let then = root.get("/v1/agencies/activity").await.expect(200);
    app.now(&at("02-28T10:00"));
    root.record(&code, &event("noted", &at("02-15T09:00"), json!({"note": "x"}))).await;
    root.put(
        "/v1/agencies/H51.29.07",
        &json!({"name": "Mới", "level": "district", "parent": "H51.29", "valid_from": "2022-01-01"}),
        None,
    )
    .await
    .expect(201);
    assert_ne!(root.get("/v1/agencies/activity").await.expect(200), then);
    assert_eq!(root.get("/v1/agencies/activity?as_of=2022-02-15T03:00:00Z").await.expect(200), then);
    root.get("/v1/agencies/activity?as_of=2022-03-15T03:00:00Z").await.problem(422, "in_the_future");
}

/// What was folded is what the events say, with those of days that are not over, and as of any instant.
#[actix_web::test]
async fn activity_is_the_same_when_days_are_folded() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now(&at("01-24T08:00"));
    let code = root.receive(&receipt(&at("01-24T08:00"))).await;
    for (now, occurred, agency) in [
        ("02-09T10:30", "02-09T08:00", "H51.29.18"),
        ("02-09T10:31", "02-08T08:00", "H51.29.18"),
        ("02-09T10:32", "02-09T09:00", "H51.29.18"),
        ("02-12T09:00", "02-11T09:00", "H51.29"),
        ("02-15T10:00", "02-15T09:00", "H51.29.18"),
    ] {
        app.now(&at(now));
        root.record(&code, &event("noted", &at(occurred), json!({"note": "x", "agency": agency}))).await;
    }
    let replayed = json!({"origin": "import", "source_recorded_at": at("01-24T09:00"), "note": "x"});
    root.record(&code, &event("noted", &at("01-24T08:30"), replayed)).await;
    let instants = ["02-15T10:00", "02-14T10:00", "02-10T00:00", "02-09T10:31", "01-25T08:00"];
    let answers = async || {
        let mut all = vec![];
        for instant in instants {
            all.push(
                root.get(&format!("/v1/agencies/activity?as_of=2022-{instant}:00%2B07:00")).await.expect(200),
            );
        }
        all
    };
    app.now(&at("02-15T10:00"));
    let before = answers().await;
    assert_eq!(counts(&row(&root, "", "H51.29.18").await)[0], 4);
    for (now, days) in [("02-11T10:00", 2), ("02-15T10:00", 3)] {
        app.now(&at(now));
        close_days(&app).await;
        assert_eq!(app.count("SELECT count(DISTINCT recorded_on) FROM recording_delays").await, days);
        app.now(&at("02-15T10:00"));
        assert_eq!(answers().await, before, "folded through {now}");
    }
    assert_eq!(counters_are_right(&app).await, Ok(()));
    app.db.sql("UPDATE recording_delays SET seconds = seconds || 7 WHERE recorded_on = '2022-02-12'");
    let found = counters_are_right(&app).await.unwrap_err();
    let line = "delays 2022-02-11, recorded on 2022-02-12: agency H51.29: 2 of 1 delays, or other ones";
    assert!(found.contains(line) && found.contains("congkhai: 1 fault"), "{found}");
}

/// The days of events in SQL, and what they are in Rust, over pairs of days around holidays, weekends and the ends of the calendar.
#[actix_web::test]
async fn local_days_of_events_are_the_same_in_sql_and_in_rust() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt(&at("02-15T08:00"))).await;
    let id: String = super::harness::connect(&app.db.url)
        .await
        .query_one("SELECT id::text FROM dossiers", &[])
        .await
        .unwrap()
        .get(0);
    let caller = app.shared.clone();
    let reader = congkhai::db::Reader::new(app.db.database());
    let calendars = caller.calendars.at(i64::MAX, &reader).await.unwrap();
    let calendar = calendars.in_force(None).calendar;
    let start: DateTime<FixedOffset> = "2021-12-20T22:30:00+07:00".parse().unwrap();
    let (mut judged, mut in_time, mut rows) = (0_i64, 0_i64, vec![]);
    for (seq, hours) in (2_i64..).zip((0..60 * 24).step_by(11)) {
        let recorded = start + TimeDelta::hours(hours);
        // Up to ten days, and now and then more than a year: then a year without a calendar lies between.
        let lag = TimeDelta::hours(hours * 7 % 240 + if hours % 13 == 0 { 24 * 366 * 2 } else { 0 });
        let occurred = recorded - lag;
        let day = |at: DateTime<FixedOffset>| Instant::from(at.to_utc()).local_date();
        if let Ok(yes) = is_in_time(day(occurred), day(recorded), calendar) {
            judged += 1;
            in_time += i64::from(yes);
        }
        rows.push(format!("(gen_random_uuid(), '{id}', {seq}, 'noted', '{occurred}', '{recorded}', 'live', false, 'received', (SELECT id FROM agencies WHERE code = 'H51.30'))"));
    }
    let sent = rows.len();
    assert!(
        in_time > 10 && judged > in_time + 10 && judged < i64::try_from(sent).unwrap(),
        "{in_time} {judged}"
    );
    app.db.sql(&format!(
        "ALTER TABLE dossier_events DISABLE TRIGGER USER; INSERT INTO dossier_events \
         (id, dossier_id, seq, kind, occurred_at, recorded_at, origin, backdated, status_after, agency_id) VALUES {}",
        rows.join(", ")
    ));
    app.now("2022-02-13T22:00:00+07:00");
    let other = row(&root, "", "H51.30").await;
    let expected = json!({"numerator": in_time, "denominator": judged});
    let within = &other["recording"]["within_one_working_day"];
    assert_eq!(other["recording"]["events"], sent, "{code}");
    assert_eq!(json!({"numerator": within["numerator"], "denominator": within["denominator"]}), expected);
}
