//! Review campaigns: what agencies are to confirm, what they confirm, who is late, and what is left of it.

use crate::harness::{Client, TestApp, at, connect};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

const COMMUNE: &str = "H51.29.18";
const MARRIED: &str = "1.004873";

/// The dispatch of February 2022: issued to the district, due on the 15th.
fn campaign(more: &Value) -> Value {
    let mut body = json!({
        "title": "Rà soát, công khai thủ tục hành chính",
        "dispatch": {"number": "227/UBND-TTHC", "signed_on": "2022-02-10", "issued_by": "Ủy ban nhân dân tỉnh"},
        "agencies": ["H51.29"], "due_on": "2022-02-15",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Creates a campaign, and says where it is.
async fn create(caller: &Client, more: &Value) -> String {
    let made = caller.post("/v1/reviews", &campaign(more)).await;
    let location = made.header("location").to_owned();
    made.expect(201);
    location
}

async fn confirm(caller: &Client, review: &str, agency: &str, items: Value) -> Value {
    let body = json!({"agency": agency, "items": items});
    caller.post(&format!("{review}/confirmations"), &body).await.expect(201)
}

fn said(procedure: &str, outcome: &str) -> Value {
    json!({"procedure": procedure, "outcome": outcome})
}

/// Every number of a round is that of the lists behind it.
async fn adds_up(caller: &Client, review: &str, round: &str) -> Value {
    let shown = caller.get(&format!("{review}{round}")).await.expect(200);
    let by_agency = shown["by_agency"].as_str().unwrap();
    let agencies = caller.get(&format!("{by_agency}&limit=200&count=exact")).await.expect(200);
    let rows = agencies["items"].as_array().unwrap();
    let totals = &shown["totals"];
    assert_eq!(totals["agencies"], agencies["total"]);
    let late = caller.get(&format!("{by_agency}&late=true&count=exact")).await.expect(200);
    assert_eq!(totals["late_agencies"], late["total"]);
    let procedures = shown["procedures"].as_str().unwrap();
    for (name, filter) in [
        ("procedures", ""),
        ("current", "&outcome=current"),
        ("needs_update", "&outcome=needs_update"),
        ("to_be_abolished", "&outcome=to_be_abolished"),
        ("unconfirmed", "&confirmed=false"),
        ("late", "&late=true"),
    ] {
        let sum: i64 = rows.iter().map(|row| row[name].as_i64().unwrap()).sum();
        assert_eq!(totals[name], sum, "{name}");
        let list = caller.get(&format!("{procedures}{filter}&count=exact")).await.expect(200);
        assert_eq!(totals[name], list["total"], "{name}");
        for row in rows {
            let of = format!("{procedures}{filter}&count=exact&agency={}", row["agency"].as_str().unwrap());
            assert_eq!(row[name], caller.get(&of).await.expect(200)["total"], "{name} of {row}");
        }
    }
    shown
}

#[actix_web::test]
async fn a_campaign_shows_how_far_every_agency_is_until_it_is_closed() {
    let app = TestApp::start();
    app.now(&at("02-11T08:00"));
    let district = app.district().await;
    let made = district.post("/v1/reviews", &campaign(&json!({}))).await;
    let (review, tag) = (made.header("location").to_owned(), made.header("etag").to_owned());
    let created = made.expect(201);
    let expected = json!({
        "id": created["id"], "title": "Rà soát, công khai thủ tục hành chính", "status": "open",
        "dispatch": {"number": "227/UBND-TTHC", "signed_on": "2022-02-10", "issued_by": "Ủy ban nhân dân tỉnh"},
        "agencies": ["H51.29"], "opens_on": "2022-02-11", "due_on": "2022-02-15", "every_months": null,
        "created_at": at("02-11T08:00"), "closed_at": null, "closing_note": null, "version": 1,
    });
    assert_eq!(created, expected);
    let before = adds_up(&district, &review, "").await;
    assert_eq!(before["campaign"], expected);
    let round = json!({"number": 1, "from": "2022-02-11", "to": "2022-02-15", "as_of": at("02-11T08:00")});
    assert_eq!(before["round"], round);
    assert_eq!((&before["totals"]["late"], &before["totals"]["current"]), (&json!(0), &json!(0)));
    assert_eq!(before["totals"]["unconfirmed"], before["totals"]["procedures"]);

    let commune = app.caller(Scope::ALL, &[COMMUNE]).await;
    let own = commune.get(&review).await.expect(200);
    assert_eq!(own["totals"]["agencies"], 1, "who reviews sees the campaign, and itself in it");
    let mine = own["totals"]["procedures"].as_i64().unwrap();
    let note = json!({"procedure": "1.001193", "outcome": "needs_update", "note": "Thiếu mẫu đơn mới"});
    let answer = confirm(&commune, &review, COMMUNE, json!([said(MARRIED, "current"), note])).await;
    let recorded = json!({
        "id": created["id"], "round": 1, "agency": COMMUNE, "confirmed_at": at("02-11T08:00"), "unconfirmed": mine - 2,
        "items": [
            {"procedure": MARRIED, "procedure_version": 1, "outcome": "current", "note": null},
            {"procedure": "1.001193", "procedure_version": 1, "outcome": "needs_update", "note": "Thiếu mẫu đơn mới"},
        ],
    });
    assert_eq!(answer, recorded);
    assert_ne!(district.get(&review).await.header("etag"), tag, "the tag follows the progress");

    // The day after it was due: one changes its mind, one comes late.
    app.now(&at("02-16T08:00"));
    confirm(
        &commune,
        &review,
        COMMUNE,
        json!([said(MARRIED, "to_be_abolished"), said("1.012812", "current")]),
    )
    .await;
    let shown = adds_up(&district, &review, "").await;
    let list =
        district.get(&format!("{review}/procedures?agency={COMMUNE}&confirmed=true")).await.expect(200);
    let items: Vec<(&str, &str, bool)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            (text("procedure_code"), text("outcome"), row["is_late"].as_bool().unwrap())
        })
        .collect();
    let expected = [
        ("1.001193", "needs_update", false),
        (MARRIED, "to_be_abolished", false),
        ("1.012812", "current", true),
    ];
    assert_eq!(items, expected, "in time by what was said first, and the newest counts");
    assert_eq!(shown["totals"]["late"], shown["totals"]["procedures"].as_i64().unwrap() - 2);

    commune.post(&format!("{review}/closing"), &json!({})).await.problem(403, "agency_out_of_scope");
    let closing = json!({"note": "Trình sửa đổi một thủ tục"});
    district
        .post_if(&format!("{review}/closing"), &closing, "\"7.AAAAAAAAAAAAAAAA\"")
        .await
        .problem(412, "precondition_failed");
    let closed = district.post(&format!("{review}/closing"), &closing).await.expect(201);
    assert_eq!((&closed["status"], &closed["closing_note"]), (&json!("closed"), &closing["note"]));
    assert_eq!((&closed["closed_at"], &closed["version"]), (&json!(at("02-16T08:00")), &json!(2)));
    let report = adds_up(&district, &review, "").await;
    assert_eq!(report["totals"], shown["totals"]);
    let body = json!({"agency": COMMUNE, "items": [said(MARRIED, "current")]});
    commune.post(&format!("{review}/confirmations"), &body).await.problem(409, "review_closed");
    district.post(&format!("{review}/closing"), &json!({})).await.problem(409, "review_closed");

    // What is disclosed and published later does not change the report.
    app.now(&at("02-18T08:00"));
    let path = format!("/v1/agencies/{COMMUNE}/procedures/1.004873");
    commune.put(&path, &json!({"assigned": false}), None).await.expect(201);
    assert_eq!(adds_up(&district, &review, "").await, report);
    let csv = district.get(&format!("{review}/agencies?format=csv")).await.text();
    assert_eq!(json!(csv.lines().count() - 1), report["totals"]["agencies"]);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action LIKE 'review.%'").await, 4);
    let kept = connect(&app.db.url).await;
    assert!(
        kept.execute("DELETE FROM review_confirmations", &[]).await.is_err(),
        "what was confirmed is kept"
    );
}

#[actix_web::test]
async fn a_permanent_one_begins_again_when_a_round_is_due() {
    let app = TestApp::start();
    app.now(&at("02-11T08:00"));
    let district = app.district().await;
    let review = create(&district, &json!({"every_months": 3})).await;
    confirm(&district, &review, COMMUNE, json!([said(MARRIED, "current")])).await;
    app.now(&at("02-16T08:00"));
    let second = adds_up(&district, &review, "").await;
    assert_eq!((&second["round"]["number"], &second["round"]["to"]), (&json!(2), &json!("2022-05-15")));
    assert_eq!(
        (&second["totals"]["unconfirmed"], &second["totals"]["late"]),
        (&second["totals"]["procedures"], &json!(0))
    );
    let first = adds_up(&district, &review, "?round=1").await;
    assert_eq!(first["totals"]["current"], 1);
    assert_eq!(first["round"]["as_of"], "2022-02-15T23:59:59.999999+07:00");
    let unconfirmed = first["totals"]["unconfirmed"].as_i64().unwrap();
    assert!(
        unconfirmed > 0 && first["totals"]["late"] == unconfirmed,
        "what was not confirmed then is late: {first}"
    );
    assert_eq!(first["totals"]["late_agencies"], first["totals"]["agencies"]);
    let counted = confirm(&district, &review, COMMUNE, json!([said(MARRIED, "needs_update")])).await;
    assert_eq!(counted["round"], 2);
    assert_eq!(
        adds_up(&district, &review, "?round=1").await["totals"],
        first["totals"],
        "a round that is over stays"
    );
    district.get(&format!("{review}?round=3")).await.problem(422, "invalid_value");
    district.get(&format!("{review}?round=0")).await.problem(422, "invalid_value");
    district.post(&format!("{review}/closing"), &json!({})).await.expect(201);
    app.now("2022-09-01T08:00:00+07:00");
    let report = adds_up(&district, &review, "").await;
    assert_eq!(
        (&report["round"]["number"], &report["totals"]),
        (&json!(1), &first["totals"]),
        "the last that was due"
    );
    assert_eq!(adds_up(&district, &review, "?round=2").await["totals"]["late"], 0, "cut short");
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused_and_nothing_is_stored() {
    let app = TestApp::start();
    let district = app.district().await;
    for (more, code, pointer) in [
        (json!({"due_on": "2022-02-14"}), "invalid_value", "/due_on"),
        (json!({"title": " "}), "invalid_value", "/title"),
        (json!({"agencies": []}), "invalid_value", "/agencies"),
        (json!({"agencies": ["H99"]}), "unknown_agency", "/agencies/0"),
        (json!({"every_months": 0}), "invalid_value", "/every_months"),
        (json!({"every_months": 61}), "invalid_value", "/every_months"),
        (
            json!({"dispatch": {"signed_on": "2022-02-16", "issued_by": "UBND"}}),
            "in_the_future",
            "/dispatch/signed_on",
        ),
        (json!({"dispatch": {"signed_on": "2022-02-10"}}), "missing_field", "/dispatch/issued_by"),
        (json!({"period": 3}), "unknown_field", "/period"),
    ] {
        district.post("/v1/reviews", &campaign(&more)).await.problem_at(422, code, pointer);
    }
    district
        .post("/v1/reviews", &campaign(&json!({"agencies": ["H51"]})))
        .await
        .problem(403, "agency_out_of_scope");
    assert_eq!(app.count("SELECT count(*) FROM reviews").await, 0);

    // It watches one, orders it to review, and does not answer for it.
    let watched = create(&district, &json!({"agencies": ["H51.12"]})).await;
    let for_it = json!({"agency": "H51.12", "items": [said("1.012784", "current")]});
    let path = format!("{watched}/confirmations");
    district.post(&path, &for_it).await.problem(403, "agency_out_of_scope");
    app.root().await.post(&format!("{path}?dry_run=true"), &for_it).await.expect(201);

    let review = create(&district, &json!({})).await;
    let path = format!("{review}/confirmations");
    for (agency, items, code, pointer) in [
        (COMMUNE, json!([]), "invalid_value", "/items"),
        (COMMUNE, json!([said("x", "current")]), "invalid_value", "/items/0/procedure"),
        (COMMUNE, json!([said(MARRIED, "good")]), "invalid_value", "/items/0/outcome"),
        (
            COMMUNE,
            json!([said(MARRIED, "current"), said(MARRIED, "current")]),
            "invalid_value",
            "/items/1/procedure",
        ),
        (
            COMMUNE,
            json!([said(MARRIED, "current"), said("1.999999", "current")]),
            "invalid_value",
            "/items/1/procedure",
        ),
        // Of another level.
        (COMMUNE, json!([said("1.012784", "current")]), "invalid_value", "/items/0/procedure"),
        ("H99", json!([said(MARRIED, "current")]), "unknown_agency", "/agency"),
    ] {
        let body = json!({"agency": agency, "items": items});
        district.post(&path, &body).await.problem_at(422, code, pointer);
    }
    let body = json!({"agency": "H51.12", "items": [said(MARRIED, "current")]});
    district.post(&path, &body).await.problem(403, "agency_out_of_scope");
    app.root().await.post(&path, &body).await.problem_at(422, "invalid_value", "/agency");
    let dry = json!({"agency": COMMUNE, "items": [said(MARRIED, "current")]});
    district.post(&format!("{path}?dry_run=true"), &dry).await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM review_confirmations").await, 0);
    // Nobody else's.
    let other = app.caller(Scope::ALL, &["H51.30"]).await;
    other.get(&review).await.problem(404, "not_found");
    let foreign = json!({"agency": "H51.30", "items": [said(MARRIED, "current")]});
    other.post(&path, &foreign).await.problem(404, "not_found");
    other.post(&format!("{review}/closing"), &json!({})).await.problem(404, "not_found");
    assert_eq!(other.get("/v1/reviews").await.expect(200)["items"], json!([]));
    district.get("/v1/reviews/x").await.problem(404, "not_found");
}

#[actix_web::test]
async fn campaigns_are_listed_newest_first() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let mut made = vec![];
    for (minute, agencies) in [(1, json!(["H51"])), (2, json!(["H51.29"])), (3, json!(["H51.30"]))] {
        app.now(&at(&format!("02-15T08:{minute:02}")));
        made.push(create(&root, &json!({"agencies": agencies})).await);
    }
    let ids = async |caller: &Client, query: &str| -> Vec<String> {
        let list = caller.get(&format!("/v1/reviews{query}")).await.expect(200);
        let path = |row: &Value| format!("/v1/reviews/{}", row["id"].as_str().unwrap());
        list["items"].as_array().unwrap().iter().map(path).collect()
    };
    assert_eq!(ids(&root, "").await, [&*made[2], &*made[1], &*made[0]]);
    assert_eq!(ids(&district, "").await, [&*made[1], &*made[0]], "its own, and one of those above");
    let first = root.get("/v1/reviews?limit=2&count=exact").await.expect(200);
    assert_eq!(first["total"], 3);
    let next = format!("?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(ids(&root, &next).await, [&*made[0]]);
    root.post(&format!("{}/closing", made[1]), &json!({})).await.expect(201);
    assert_eq!(ids(&root, "?status=closed").await, [&*made[1]]);
    assert_eq!(ids(&district, "?status=open").await, [&*made[0]]);
    let csv = root.get("/v1/reviews?format=csv").await.text();
    assert_eq!(csv.lines().count(), 4, "{csv}");
}
