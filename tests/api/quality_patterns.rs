//! Checks of data quality: the patterns that hide lateness. For each a dossier that is found, and one that just is not.

use crate::harness::{Client, TestApp, at, event, receipt};
use crate::quality_checks::{counts, found, seen};
use serde_json::{Value, json};

const NONE: [&str; 0] = [];

fn granted() -> Value {
    json!({"result": {"outcome": "granted"}})
}

/// From the 8th on: the 9th, 10th, 11th, 14th and 15th. Working days begin again on the 7th after Tết.
#[actix_web::test]
async fn a_result_is_returned_within_a_week_of_its_day() {
    let app = TestApp::start();
    let caller = app.district().await;
    let mut codes = vec![];
    // Due on the 7th, the 8th, the 7th, and the 7th.
    for day in ["01-26T08:00", "01-27T08:00", "01-26T08:00", "01-26T08:00"] {
        let code = caller.receive(&receipt(&at(day))).await;
        codes.push(code);
    }
    for code in &codes[..3] {
        caller.record(code, &event("completed", &at("01-28T08:00"), granted())).await;
    }
    caller.record(&codes[3], &event("completed", &at("02-08T08:00"), granted())).await;
    caller.record(&codes[2], &event("returned", &at("02-15T09:00"), json!({}))).await;
    let check = "completed_not_returned";
    assert_eq!(found(&caller, check).await, [&*codes[0]]);
    assert_eq!(seen(&caller, check).await, json!([6, "2022-02-07", "2022-02-15"]));
    assert_eq!(found(&caller, &format!("{check}?from=2022-02-15")).await.len(), 1, "however long ago");
    app.now("2022-02-16T00:00:00+07:00");
    assert_eq!(found(&caller, check).await.len(), 3, "the later of its end and its day");
    counts(&caller, "").await;
}

/// Three working days: the 10th, 11th and 14th lie between the 9th and today, the 15th.
#[actix_web::test]
async fn what_is_recorded_long_after_it_happened_is_found() {
    let app = TestApp::start();
    let caller = app.district().await;
    let check = "recorded_late";
    let late = caller.receive(&receipt(&at("02-09T16:00"))).await;
    let in_time = caller.receive(&receipt(&at("02-10T08:00"))).await;
    let mut replayed = receipt(&at("02-07T08:00"));
    (replayed["origin"], replayed["source_recorded_at"]) = (json!("import"), json!(at("02-10T08:00")));
    let replayed = caller.receive(&replayed).await;
    assert_eq!(found(&caller, check).await, [&*late], "what was replayed was entered in time");
    assert_eq!(seen(&caller, check).await, json!([4, "2022-02-09", "2022-02-15"]));
    assert_eq!(found(&caller, &format!("{check}?from=2022-02-10")).await, NONE);
    assert_eq!(found(&caller, &format!("{check}?from=2022-02-09&to=2022-02-09")).await, [&*late]);

    // A step is put at an earlier instant by a correction, and another at a later one.
    let step = json!({"to_agency": "H51.29.05"});
    let moved = caller.record(&replayed, &event("forwarded", &at("02-14T08:00"), step.clone())).await;
    assert_eq!(found(&caller, check).await, [&*late]);
    let correction = |id: &Value, happened_at: &str| {
        let more = json!({"event": id, "reason": "Ghi nhầm ngày", "happened_at": at(happened_at)});
        event("corrected", &at("02-15T10:00"), more)
    };
    caller.record(&replayed, &correction(&moved["id"], "02-08T08:00")).await;
    assert_eq!(found(&caller, check).await, [&*late, &*replayed]);
    caller.record(&replayed, &correction(&moved["id"], "02-11T08:00")).await;
    assert_eq!(found(&caller, check).await, [&*late], "the last word on an event");
    counts(&caller, "").await;

    // The longest delay is shown.
    app.now("2022-02-22T10:00:00+07:00");
    caller.record(&late, &event("forwarded", &at("02-15T16:00"), step)).await;
    assert_eq!(seen(&caller, check).await, json!([5, "2022-02-15", "2022-02-22"]));
    assert_eq!(found(&caller, check).await, [&*late]);
    let noted = json!({"note": "x"});
    caller.record(&in_time, &event("noted", &at("02-16T16:00"), noted)).await;
    assert_eq!(found(&caller, check).await, [&*in_time, &*late]);
}

#[actix_web::test]
async fn a_clock_stops_once_for_the_same_kind_of_reason() {
    let app = TestApp::start();
    let caller = app.district().await;
    let check = "repeated_stops";
    let code = caller.receive(&receipt(&at("02-14T08:00"))).await;
    let ground = || json!({"ground": "Chờ kết luận"});
    for (kind, when, more) in [
        ("suspended", "02-15T10:01", ground()),
        ("resumed", "02-15T10:02", json!({})),
        ("supplement_requested", "02-15T10:03", json!({})),
        ("supplement_received", "02-15T10:04", json!({})),
    ] {
        app.happens(&caller, &code, kind, when, more).await;
    }
    assert_eq!(found(&caller, check).await, NONE, "one of each kind");
    let second = app.happens(&caller, &code, "suspended", "02-15T10:05", ground()).await;
    assert_eq!(found(&caller, check).await, [&*code]);
    assert_eq!(seen(&caller, check).await, json!([2, null, null]));
    counts(&caller, "").await;
    let voided = |is: bool| {
        let more = json!({"event": second["id"], "reason": "Ghi nhầm hồ sơ", "voided": is});
        event("corrected", &at("02-15T10:05"), more)
    };
    caller.record(&code, &voided(true)).await;
    assert_eq!(found(&caller, check).await, NONE, "it did not happen");
    caller.record(&code, &voided(false)).await;
    assert_eq!(found(&caller, check).await, [&*code], "it did after all");
}

/// Received on Tuesday the 8th, so due on Friday the 11th. Today is Tuesday the 15th.
#[actix_web::test]
async fn a_date_that_has_passed_moves_no_more() {
    let app = TestApp::start();
    let caller = app.district().await;
    let check = "moved_after_due";
    app.now("2022-02-08T08:00:00+07:00");
    let mut codes = vec![];
    for _ in 0..6 {
        codes.push(caller.receive(&receipt(&at("02-08T08:00"))).await);
    }
    let ground = || json!({"ground": "Chờ kết luận"});
    let [in_time, openly, backdated, apologised, corrected, untouched] =
        [0, 1, 2, 3, 4, 5].map(|i| &*codes[i]);
    app.happens(&caller, in_time, "suspended", "02-10T08:00", ground()).await;
    app.happens(&caller, in_time, "resumed", "02-15T08:00", json!({})).await;
    assert_eq!(found(&caller, check).await, NONE, "it had been stopped in time");
    app.happens(&caller, openly, "suspended", "02-15T10:00", ground()).await;
    app.happens(&caller, openly, "resumed", "02-15T10:00", json!({})).await;
    assert_eq!(found(&caller, check).await, NONE, "what is late stays late");
    caller.record(backdated, &event("suspended", &at("02-11T09:00"), ground())).await;
    assert_eq!(found(&caller, check).await, [backdated]);
    assert_eq!(seen(&caller, check).await, json!([2, "2022-02-11", "2022-02-15"]));
    let overdue = caller.get("/v1/overdue").await.expect(200);
    let is_overdue = |code: &str| overdue["items"].as_array().unwrap().iter().any(|row| row["code"] == code);
    assert!(!is_overdue(backdated) && is_overdue(openly), "it hides what it was");
    let apology = json!({"reason": "Chờ xác minh", "new_due_on": "2022-02-18"});
    caller.record(apologised, &event("apologised", &at("02-15T10:00"), apology)).await;
    let events = caller.get(&format!("/v1/dossiers/{corrected}/events")).await.expect(200);
    let more = json!({"event": events["items"][0]["id"], "reason": "Ghi nhầm ngày", "happened_at": at("02-10T08:00")});
    caller.record(corrected, &event("corrected", &at("02-15T10:00"), more)).await;
    let mut expected = [backdated, apologised, corrected].map(str::to_owned);
    let mut all = found(&caller, check).await;
    expected.sort();
    all.sort();
    assert_eq!(all, expected, "not {untouched}");
    counts(&caller, "").await;
}

async fn close(app: &TestApp, caller: &Client, codes: &[String], when: &str) {
    app.now(&at(when));
    for code in codes {
        caller.record(code, &event("completed", &at(when), granted())).await;
    }
}

/// The reporting month of February ends on Monday the 14th.
#[actix_web::test]
async fn what_is_closed_at_the_end_of_a_month_is_found_when_it_is_much() {
    let app = TestApp::start();
    let caller = app.district().await;
    let check = "closed_in_bulk";
    let mut codes = vec![];
    for _ in 0..12 {
        codes.push(caller.receive(&receipt(&at("02-10T08:00"))).await);
    }
    close(&app, &caller, &codes[..1], "02-11T09:00").await;
    close(&app, &caller, &codes[1..10], "02-14T15:00").await;
    app.now("2022-02-15T10:00:00+07:00");
    assert_eq!(found(&caller, check).await, NONE, "nine are no bulk");
    caller.record(&codes[10], &event("completed", &at("02-14T16:00"), granted())).await;
    caller.record(&codes[11], &event("completed", &at("02-15T09:00"), granted())).await;
    let mut closed = found(&caller, check).await;
    closed.sort();
    let mut expected = codes[1..11].to_vec();
    expected.sort();
    assert_eq!(closed, expected);
    assert_eq!(seen(&caller, check).await, json!([10, "2022-02-14", null]));
    for (query, count) in [
        ("from=2022-02-14&to=2022-02-14", 10),
        ("from=2022-02-15", 0),
        ("from=2022-01-01&to=2022-02-13", 0),
        ("agency=H51.29.05", 10),
        ("agency=H51.29.18", 0),
    ] {
        assert_eq!(found(&caller, &format!("{check}?{query}")).await.len(), count, "{query}");
        counts(&caller, query).await;
    }
}
