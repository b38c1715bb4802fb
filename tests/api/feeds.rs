//! The lists beside the overdue feed, and the counts of what is overdue.

use crate::as_of::as_of;
use crate::harness::{Client, TestApp, at, event, receipt};
use serde_json::{Value, json};

async fn codes(caller: &Client, path: &str) -> Vec<String> {
    let list = caller.get(path).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

fn of(code: &str) -> Vec<String> {
    vec![code.to_owned()]
}

/// Three working days each.
#[actix_web::test]
async fn what_is_due_soon_is_running_and_near() {
    let app = TestApp::start();
    let caller = app.district().await;
    let mut received = vec![];
    for day in ["02-09T08:00", "02-10T08:00", "02-11T08:00", "02-14T08:00", "02-15T08:00"] {
        received.push(caller.receive(&receipt(&at(day))).await); // due on the 14th, 15th, 16th, 17th, 18th
    }
    app.happens(&caller, &received[2], "suspended", "02-15T10:00", json!({"ground": "Chờ kết luận"})).await;
    let soon = codes(&caller, "/v1/due-soon").await;
    assert_eq!(
        soon,
        [&*received[1], &*received[3]],
        "neither overdue nor stopped, and at most two days left"
    );
    assert_eq!(codes(&caller, "/v1/due-soon?within=0").await, of(&received[1]));
    assert_eq!(
        codes(&caller, "/v1/due-soon?within=3&sort=-due_on").await,
        [&*received[4], &*received[3], &*received[1]]
    );
    let same = codes(&caller, "/v1/dossiers?timing=due_soon&sort=received_at").await;
    assert_eq!(soon, same, "the list of dossiers says the same");
    let row = &caller.get("/v1/due-soon").await.expect(200)["items"][1];
    for (field, value) in [
        ("days_left", json!(2)),
        ("days_late", json!(0)),
        ("ended_at", json!(null)),
        ("answer_by", json!(null)),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    for bad in ["-1", "3661", "x"] {
        let problem = caller.get(&format!("/v1/due-soon?within={bad}")).await;
        assert_eq!(problem.expect(422)["errors"][0]["parameter"], "within", "{bad}");
    }
}

#[actix_web::test]
async fn silence_is_counted_in_working_days_of_those_who_should_act() {
    let app = TestApp::start();
    let caller = app.district().await;
    let oldest = caller.receive(&receipt(&at("02-08T08:00"))).await;
    let older = caller.receive(&receipt(&at("02-09T16:00"))).await;
    let recent = caller.receive(&receipt(&at("02-10T08:00"))).await;
    let waits = caller.receive(&receipt(&at("02-07T08:00"))).await;
    caller.record(&waits, &event("supplement_requested", &at("02-07T09:00"), json!({}))).await;
    let ended = caller.receive(&receipt(&at("02-07T08:00"))).await;
    caller.record(&ended, &event("withdrawn", &at("02-07T09:00"), json!({}))).await;
    let mut submission = receipt("");
    (submission["received_at"], submission["submitted_at"]) = (json!(null), json!(at("02-07T08:00")));
    let registered = caller.receive(&submission).await;
    // Today is Tuesday the 15th: the 10th, 11th, 14th and 15th came after the 9th.
    assert_eq!(codes(&caller, "/v1/stale").await, [&*registered, &*oldest, &*older]);
    let rows = caller.get("/v1/stale").await.expect(200)["items"].clone();
    let silent: Vec<&Value> = rows.as_array().unwrap().iter().map(|row| &row["days_silent"]).collect();
    assert_eq!(silent, [&json!(6), &json!(5), &json!(4)]);
    assert_eq!((&rows[0]["received_at"], &rows[0]["due_on"]), (&json!(null), &json!(null)));
    assert_eq!(codes(&caller, "/v1/stale?older_than=4&sort=days_silent").await, [&*oldest, &*registered]);
    assert_eq!(codes(&caller, "/v1/stale?older_than=2").await.last(), Some(&recent));
    caller.record(&oldest, &event("noted", &at("02-15T09:00"), json!({"note": "Đã nhắc"}))).await;
    assert_eq!(codes(&caller, "/v1/stale").await, [&*registered, &*older], "somebody looked at it");
}

/// A result may be decided in time and be handed over late.
#[actix_web::test]
async fn processing_and_closing_are_late_by_themselves() {
    let app = TestApp::start();
    let caller = app.district().await;
    let decided = json!({"result": {"outcome": "granted"}});
    let (late, closed_late, in_time) = (
        caller.receive(&receipt(&at("02-08T08:00"))).await, // due on Friday the 11th
        caller.receive(&receipt(&at("02-08T08:00"))).await,
        caller.receive(&receipt(&at("02-08T08:00"))).await,
    );
    for (code, when) in [(&late, "02-14T09:00"), (&closed_late, "02-11T09:00"), (&in_time, "02-11T10:00")] {
        app.now(&at(when));
        caller.record(code, &event("completed", &at(when), decided.clone())).await;
    }
    app.happens(&caller, &closed_late, "returned", "02-15T09:00", json!({})).await;
    assert_eq!(codes(&caller, "/v1/late").await, of(&late));
    assert_eq!(codes(&caller, "/v1/dossiers?timing=late").await, of(&late));
    assert_eq!(codes(&caller, "/v1/late?measure=closing").await, of(&closed_late));
    for (path, found) in [
        ("/v1/late?from=2022-02-14&to=2022-02-14", 1),
        ("/v1/late?to=2022-02-13", 0),
        ("/v1/late?from=2022-02-15", 0),
        ("/v1/late?measure=closing&from=2022-02-15&to=2022-02-15", 1),
        ("/v1/late?measure=closing&to=2022-02-14", 0),
        ("/v1/late?min_days_late=0", 1),
        ("/v1/late?min_days_late=1", 1),
        ("/v1/late?min_days_late=2", 0),
        ("/v1/late?measure=closing&min_days_late=2", 1),
        ("/v1/late?measure=closing&min_days_late=3", 0),
        ("/v1/late?measure=closing&min_days_late=3660", 0),
    ] {
        assert_eq!(codes(&caller, path).await.len(), found, "{path}");
    }
    let days = async |path: &str| caller.get(path).await.expect(200)["items"][0]["days_late"].clone();
    assert_eq!((days("/v1/late").await, days("/v1/late?measure=closing").await), (json!(1), json!(2)));
}

#[actix_web::test]
async fn who_has_not_answered_is_listed_from_the_day_after() {
    let app = TestApp::start();
    let caller = app.district().await;
    let code = caller.receive(&receipt(&at("02-08T08:00"))).await;
    let asked = json!({"items": ["Bản sao"], "answer_by": "2022-02-15"});
    caller.record(&code, &event("supplement_requested", &at("02-09T08:00"), asked)).await;
    let endless = caller.receive(&receipt(&at("02-08T08:00"))).await;
    caller.record(&endless, &event("supplement_requested", &at("02-09T08:00"), json!({}))).await;
    app.now("2022-02-15T23:59:59+07:00");
    assert_eq!(codes(&caller, "/v1/unanswered").await, Vec::<String>::new());
    app.now("2022-02-16T00:00:00+07:00");
    assert_eq!(codes(&caller, "/v1/unanswered").await, of(&code), "one without a day has nothing to miss");
    assert_eq!(caller.get("/v1/unanswered").await.expect(200)["items"][0]["answer_by"], "2022-02-15");
    caller.record(&code, &event("noted", &at("02-16T00:00"), json!({"note": "Đã nhắc"}))).await;
    assert_eq!(codes(&caller, "/v1/unanswered").await, of(&code));
    app.happens(&caller, &code, "supplement_received", "02-16T08:00", json!({})).await;
    assert_eq!(codes(&caller, "/v1/unanswered").await, Vec::<String>::new());
}

#[actix_web::test]
async fn lists_are_narrowed_and_come_in_every_format() {
    let app = TestApp::start();
    let caller = app.district().await;
    let mut held = vec![];
    for (day, unit, officer) in
        [("02-07T08:00", "Tổ một", "Lê Văn Cường"), ("02-09T08:00", "Tổ hai", "Phạm Thị Dung")]
    {
        let code = caller.receive(&receipt(&at(day))).await;
        let to = json!({"to_agency": "H51.29.05", "to_unit": unit, "to_officer": officer});
        caller.record(&code, &event("forwarded", &at(day), to)).await;
        held.push(code);
    }
    // Due on the 10th and the 14th: three days late, and one.
    for (filter, found) in [
        ("unit=T%E1%BB%95%20m%E1%BB%99t", &held[..1]),
        ("officer=Ph%E1%BA%A1m%20Th%E1%BB%8B%20Dung", &held[1..]),
        ("min_days_late=2", &held[..1]),
        ("min_days_late=3", &held[..1]),
        ("min_days_late=4", &[]),
        ("min_days_late=1", &held[..]),
        ("agency=H51.29.05&procedure=1.004873&field=ho-tich", &held[..]),
        ("holder_agency=H51.29.18", &[]),
        ("apologised=true", &[]),
    ] {
        assert_eq!(codes(&caller, &format!("/v1/overdue?{filter}")).await, found, "{filter}");
        assert_eq!(codes(&caller, &format!("/v1/stale?{filter}&older_than=2")).await, found, "{filter}");
    }
    caller.get("/v1/late?min_days_late=3661").await.problem(422, "invalid_value");
    caller.get("/v1/due-soon?min_days_late=1").await.problem(400, "unknown_parameter");
    for (path, lines) in
        [("/v1/stale?format=csv", 3), ("/v1/stale?format=ndjson", 2), ("/v1/stale?format=csv&limit=1", 2)]
    {
        let answer = caller.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.text().lines().count()), (200, lines), "{path}");
        assert_eq!(
            caller.get_with(path, ("if-none-match", answer.header("etag"))).await.status,
            304,
            "{path}"
        );
    }
    let first = caller.get("/v1/stale?limit=1&count=exact").await.expect(200);
    assert_eq!(first["total"], 2);
    let next = format!("/v1/stale?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(codes(&caller, &next).await, of(&held[1]));
}

/// Asks for each cell of the summaries, and holds it against the lists.
pub async fn every_cell_is_its_list(caller: &Client, at: Option<&str>) -> usize {
    let asked = async |path: String| {
        let path = at.map_or_else(|| path.clone(), |at| as_of(&path, at));
        let answer = caller.get(&path).await;
        // A dossier may be held by an agency of which the caller sees nothing else: one cannot ask for that.
        if answer.status == 403 { None } else { Some(answer.expect(200)) }
    };
    let narrowed = async |list: &str, filter: &str| match asked(format!("{list}?limit=200&{filter}")).await {
        Some(narrowed) => narrowed,
        None => asked(format!("{list}?limit=200")).await.unwrap(),
    };
    let mut cells = 0;
    for (by, parameter) in
        [("agency", "agency"), ("holder", "holder_agency"), ("field", "field"), ("procedure", "procedure")]
    {
        let summary = asked(format!("/v1/overdue/summary?by={by}")).await.unwrap();
        let (mut open, mut count, mut late) = (0, 0, 0);
        for cell in summary["items"].as_array().unwrap() {
            let key = cell["key"].as_str().unwrap();
            // An agency takes in what is below it, so the rows are counted that are its own.
            let own = |row: &&Value| match by {
                "agency" => row["competent_agency"] == key,
                "holder" => row["holder_agency"] == key || row["holder"]["agency"] == key,
                _ => true,
            };
            let filter = format!("{parameter}={key}");
            let overdue = narrowed("/v1/overdue", &filter).await;
            let overdue: Vec<&Value> = overdue["items"].as_array().unwrap().iter().filter(own).collect();
            assert_eq!(cell["count"], overdue.len(), "{by} {key}");
            assert_eq!(
                cell["oldest_due_on"],
                overdue.first().map_or(Value::Null, |row| row["due_on"].clone()),
                "{by} {key}"
            );
            let days: i64 = overdue.iter().map(|row| row["days_late"].as_i64().unwrap()).sum();
            assert_eq!(cell["total_days_late"], days, "{by} {key}");
            let all = narrowed("/v1/dossiers", &filter).await;
            let opened =
                all["items"].as_array().unwrap().iter().filter(own).filter(|row| row["ended_at"].is_null());
            assert_eq!(cell["open"], opened.count(), "{by} {key}");
            open += cell["open"].as_i64().unwrap();
            count += cell["count"].as_i64().unwrap();
            late += days;
            cells += 1;
        }
        let total = &summary["total"];
        assert_eq!(
            (&total["open"], &total["count"], &total["total_days_late"]),
            (&json!(open), &json!(count), &json!(late)),
            "{by}"
        );
        assert_eq!(asked("/v1/overdue?count=exact".into()).await.unwrap()["total"], count, "{by}");
    }
    cells
}

#[actix_web::test]
async fn the_summary_counts_what_the_lists_show() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let empty = district.get("/v1/overdue/summary").await.expect(200);
    assert_eq!(empty["items"], json!([]));
    let nothing = json!({"open": 0, "count": 0, "share": null, "oldest_due_on": null, "total_days_late": 0});
    assert_eq!(empty["total"], nothing);
    for day in ["01-10T08:00", "02-08T08:00", "02-14T08:00"] {
        let code = root.receive(&receipt(&at(day))).await;
        root.record(&code, &event("forwarded", &at(day), json!({"to_agency": "H51.29.18"}))).await;
    }
    root.receive(&receipt(&at("02-07T08:00"))).await;
    let answer = district.get("/v1/overdue/summary?by=holder").await;
    let items = answer.expect(200)["items"].clone();
    assert_eq!(
        items[0],
        json!({"key": "H51.29.18", "name": "Ủy ban nhân dân thị trấn", "open": 3, "count": 2, "share": "0.6667",
               "oldest_due_on": "2022-01-13", "total_days_late": 20})
    );
    assert_eq!((&items[1]["key"], &items[1]["share"]), (&json!("H51.29"), &json!("1")));
    app.now(&at("02-15T10:30"));
    let later =
        district.get_with("/v1/overdue/summary?by=holder", ("if-none-match", answer.header("etag"))).await;
    assert_eq!(later.status, 304, "the counts are the same half an hour later");
    for caller in [&root, &district] {
        assert!(every_cell_is_its_list(caller, None).await >= 5);
    }
    let few = district.get("/v1/overdue/summary?min_days_late=3&apologised=false").await.expect(200);
    assert_eq!((&few["total"]["open"], &few["total"]["count"]), (&json!(4), &json!(2)));
    district.get("/v1/overdue/summary?by=officer").await.expect(422);
    district.get("/v1/overdue/summary?agency=H51.30").await.problem(403, "agency_out_of_scope");
}
