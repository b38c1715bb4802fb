//! Progress and statistics for the public: the numbers of the lists, and nothing of a person.

use crate::harness::{Client, TestApp, at, receipt};
use congkhai::domain::vocabulary::TimingState;
use serde_json::{Value, json};

async fn total(client: &Client, list: &str) -> Value {
    client.get(&format!("{list}&count=exact&limit=1")).await.expect(200)["total"].clone()
}

/// Dossiers of three agencies in every timing state. Leaves the clock at 2022-02-15T10:00.
async fn fill(app: &TestApp, root: &Client) {
    let to = |agency: &str, procedure: &str, received: &str| {
        let mut body = receipt(&at(received));
        body["receiving_agency"] = json!("H51.29.18");
        body["competent_agency"] = json!(agency);
        body["procedure"] = json!(procedure);
        body
    };
    let status = "1.004873";
    for (agency, procedure, received, ended) in [
        // Due after three working days: early, on time, late, open and overdue, open.
        ("H51.29.05", status, "01-10T08:00", Some("01-11T08:00")),
        ("H51.29.05", status, "01-10T08:00", Some("01-13T20:00")),
        ("H51.29.05", status, "01-10T08:00", Some("01-20T08:00")),
        ("H51.29.05", status, "01-17T08:00", Some("01-21T08:00")),
        ("H51.29.05", status, "01-25T08:00", None),
        ("H51.29.05", status, "02-14T08:00", None),
        ("H51.29.18", "1.012812", "01-12T08:00", Some("01-20T08:00")),
        ("H51.29.18", "1.012812", "01-12T08:00", None),
        ("H51.29.18", "1.001193", "02-14T08:00", None),
        ("H51.12", "1.012784", "01-12T08:00", Some("02-14T08:00")),
        ("H51.12", "1.012784", "02-15T08:00", None),
        // Before the periods that are asked for.
        ("H51.29.05", status, "01-04T08:00", Some("01-05T08:00")),
    ] {
        app.now(&at(received));
        let code = root.receive(&to(agency, procedure, received)).await;
        if let Some(ended) = ended {
            app.happens(root, &code, "completed", ended, json!({"result": {"outcome": "granted"}})).await;
        }
    }
    // Stopped, refused before it was received, and waiting to be received.
    app.now(&at("02-14T08:00"));
    let code = root.receive(&to("H51.29.05", status, "02-14T08:00")).await;
    app.happens(root, &code, "suspended", "02-14T09:00", json!({"ground": "Chờ xác minh"})).await;
    for refused in [true, false] {
        let mut waiting = to("H51.29.05", status, "02-14T08:00");
        waiting["submitted_at"] = waiting["received_at"].take();
        let code = root.receive(&waiting).await;
        if refused {
            app.happens(root, &code, "refused", "02-14T10:00", json!({"ground": "Không đúng"})).await;
        }
    }
    app.now(&at("02-15T10:00"));
}

#[actix_web::test]
async fn progress_counts_what_the_lists_have() {
    let app = TestApp::start();
    let (root, nobody) = (app.root().await, app.nobody());
    fill(&app, &root).await;
    for agency in ["H51", "H51.29", "H51.29.05", "H51.29.18", "H51.12", "H51.30", "000.05.29.H51"] {
        let shown = nobody.get(&format!("/v1/public/agencies/{agency}/progress?limit=200")).await.expect(200);
        let list = format!("/v1/dossiers?agency={agency}");
        let all = total(&root, &list).await.as_i64().unwrap();
        let finished = "&status=refused,completed,returned,withdrawn,terminated";
        assert_eq!(shown["finished"], total(&root, &format!("{list}{finished}")).await, "{agency}");
        assert_eq!(shown["overdue"], total(&root, &format!("/v1/overdue?agency={agency}")).await, "{agency}");
        assert_eq!(shown["open"].as_i64().unwrap() + shown["finished"].as_i64().unwrap(), all, "{agency}");
        assert_eq!(shown["items"].as_array().unwrap().len(), shown["open"], "{agency}: the open ones");
        for timing in TimingState::ALL {
            let path = format!("/v1/public/agencies/{agency}/progress?limit=200&timing={timing}");
            let page = nobody.get(&path).await.expect(200);
            let keyed = root.get(&format!("{list}&timing={timing}&limit=200")).await.expect(200);
            let pairs = page["items"].as_array().unwrap().iter().zip(keyed["items"].as_array().unwrap());
            assert_eq!(page["items"].as_array().unwrap().len(), keyed["items"].as_array().unwrap().len());
            for (shown, dossier) in pairs {
                assert_eq!((&shown["code"], &shown["timing"]), (&dossier["code"], &dossier["timing"]));
                assert_eq!(shown["status"]["code"], dossier["status"]);
                assert_eq!(shown.as_object().unwrap().len(), 3, "{shown}");
            }
        }
    }
    let district = nobody.get("/v1/public/agencies/H51.29/progress").await;
    let numbers = ["open", "overdue", "finished"].map(|name| district.json()[name].as_i64().unwrap());
    assert_eq!(numbers, [7, 2, 8], "with the branch that it watches");
    for secret in ["An", "***", "Bình", "Chờ xác minh"] {
        assert!(!district.text().contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn pages_of_progress_follow_each_other_without_a_key() {
    let app = TestApp::start();
    let (root, nobody) = (app.root().await, app.nobody());
    fill(&app, &root).await;
    let path = "/v1/public/agencies/H51.29/progress?timing=early,on_time,late";
    let whole = nobody.get(path).await.expect(200)["items"].clone();
    let (mut seen, mut cursor) = (vec![], String::new());
    loop {
        let page = nobody.get(&format!("{path}&limit=2{cursor}")).await;
        seen.extend(page.expect(200)["items"].as_array().unwrap().clone());
        let Some(next) = page.json()["next_cursor"].as_str().map(ToOwned::to_owned) else { break };
        assert!(page.header("link").contains(&next));
        cursor = format!("&cursor={next}");
    }
    assert_eq!(json!(seen), whole);
    assert!(seen.len() > 4);
    let elsewhere = format!("/v1/public/agencies/H51.29.05/progress?timing=early,on_time,late{cursor}");
    nobody.get(&elsewhere).await.problem(400, "cursor_mismatch");
    nobody.get("/v1/public/agencies/H99/progress").await.problem(404, "not_found");
    nobody.get("/v1/public/agencies/H51/progress?timing=slow").await.problem(422, "invalid_value");
    nobody.get("/v1/public/agencies/H51/progress?limit=0").await.problem(422, "invalid_value");
}

/// Each number is the length of a list; what an agency has is what it and those below have.
#[actix_web::test]
async fn statistics_count_what_the_lists_have() {
    let app = TestApp::start();
    let (root, nobody) = (app.root().await, app.nobody());
    fill(&app, &root).await;
    let (from, to) = ("2022-01-10", "2022-02-15");
    let list =
        nobody.get(&format!("/v1/public/statistics?from={from}&to={to}&count=exact")).await.expect(200);
    assert_eq!(list["total"], 7, "every agency in force, with dossiers or not");
    let rows = list["items"].as_array().unwrap();
    let sum = |agency: &str, field: &str| -> i64 {
        let below = rows.iter().filter(|row| row["code"].as_str().unwrap().starts_with(agency));
        below.map(|row| row[field].as_i64().unwrap()).sum()
    };
    for agency in ["H51", "H51.29.05", "H51.29.18", "H51.12", "H51.30"] {
        let received = format!("/v1/dossiers?agency={agency}&received_from={from}&received_to={to}");
        assert_eq!(total(&root, &received).await, sum(agency, "received"), "{agency}");
        let ended = format!("/v1/dossiers?agency={agency}&ended_from={from}&ended_to={to}");
        assert_eq!(total(&root, &ended).await, sum(agency, "resolved"), "{agency}");
        for timing in ["early", "on_time", "late", "no_deadline"] {
            assert_eq!(
                total(&root, &format!("{ended}&timing={timing}")).await,
                sum(agency, timing),
                "{agency} {timing}"
            );
        }
    }
    let office = rows.iter().find(|row| row["code"] == "H51.29.05").unwrap();
    assert_eq!(
        *office,
        json!({
            "code": "H51.29.05", "name": "Phòng Tư pháp", "from": from, "to": to, "received": 7, "resolved": 5,
            "early": 1, "on_time": 1, "late": 2, "no_deadline": 1,
            "early_share": "0.25", "on_time_share": "0.25", "late_share": "0.5",
            // One day, three and a half, four, and ten; the one that was refused before its receipt took none.
            "procedures": [{
                "code": "1.004873", "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "resolved": 4,
                "p50_days": "3.75", "p90_days": "8.2"
            }]
        })
    );
    let none = rows.iter().find(|row| row["code"] == "H51.30").unwrap();
    assert_eq!(
        (&none["resolved"], &none["late_share"], &none["procedures"]),
        (&json!(0), &Value::Null, &json!([]))
    );
}

#[actix_web::test]
async fn statistics_are_of_a_period_and_of_agencies() {
    let app = TestApp::start();
    let (root, nobody) = (app.root().await, app.nobody());
    fill(&app, &root).await;
    let days = nobody.get("/v1/public/statistics?agency=H51.29.05").await.expect(200)["items"].clone();
    assert_eq!(
        (&days[0]["from"], &days[0]["to"], days.as_array().unwrap().len()),
        (&json!("2022-01-17"), &json!("2022-02-15"), 1)
    );
    let day = nobody
        .get("/v1/public/statistics?agency=000.05.29.H51&from=2022-01-11&to=2022-01-11")
        .await
        .expect(200);
    assert_eq!((&day["items"][0]["resolved"], &day["items"][0]["received"]), (&json!(1), &json!(0)));
    // An agency that has ended is shown while it has dossiers, so that nothing is missing from the sum.
    app.db.sql("UPDATE dossiers SET competent_agency_id = (SELECT id FROM agencies WHERE code = 'H51.29.99') \
                WHERE code IN (SELECT code FROM dossiers WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1)");
    let all = nobody.get("/v1/public/statistics?count=exact&agency=H51.29").await.expect(200);
    assert_eq!(all["total"], 4);
    let first = nobody.get("/v1/public/statistics?limit=3&agency=H51.29").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let next =
        nobody.get(&format!("/v1/public/statistics?limit=3&agency=H51.29&cursor={cursor}")).await.expect(200);
    assert_eq!((&next["items"][0]["code"], &next["next_cursor"]), (&json!("H51.29.99"), &Value::Null));
    for (query, code) in [
        ("from=2022-02-16", "invalid_value"),
        ("from=2021-02-14", "invalid_value"),
        ("from=2022-02-15&to=2022-02-14", "invalid_value"),
        ("agency=H99", "unknown_agency"),
    ] {
        nobody.get(&format!("/v1/public/statistics?{query}")).await.problem(422, code);
    }
    nobody.get("/v1/public/statistics?from=2021-02-15").await.expect(200);
}

#[actix_web::test]
async fn both_are_kept_in_memory_and_have_tags() {
    let app = TestApp::keeping_public_answers(10);
    let (root, nobody) = (app.root().await, app.nobody());
    for path in ["/v1/public/statistics", "/v1/public/agencies/H51.29/progress"] {
        app.now(&at("02-15T10:00"));
        let first = nobody.get(path).await;
        root.receive(&receipt(&at("02-15T08:00"))).await;
        app.now("2022-02-15T10:00:09+07:00");
        let kept = nobody.get(path).await;
        assert_eq!((kept.header("age"), &kept.body), ("9", &first.body));
        let known = nobody.get_with(path, ("If-None-Match", first.header("etag"))).await;
        assert_eq!(known.status.as_u16(), 304);
        app.now("2022-02-15T10:00:10+07:00");
        assert_ne!(nobody.get(path).await.header("etag"), first.header("etag"), "{path}");
    }
}

/// Answers that count over many dossiers are made one at a time, and those who wait for the same get it.
#[actix_web::test]
async fn many_who_ask_at_once_are_all_answered() {
    let app = TestApp::keeping_public_answers(10);
    let nobody = app.nobody();
    let ask = |number: usize| {
        let nobody = nobody.clone();
        async move { nobody.get(&format!("/v1/public/statistics?limit={}", 1 + number % 3)).await.expect(200) }
    };
    futures_util::future::join_all((0..12).map(ask)).await;
}
