//! Whether agencies disclose what they are to disclose: what they record, how they stand, and the numbers by agency.

use crate::harness::{Client, NOW, TestApp, at, content, publication};
use congkhai::domain::vocabulary::{DisclosureState, Scope};
use serde_json::{Value, json};

pub const OFFICE: &str = "/v1/agencies/H51.29.05/procedures/1.004873";

pub async fn record(caller: &Client, path: &str, body: Value) -> Value {
    let found = caller.get(path).await;
    let is_there = found.json()["version"].as_i64() > Some(0);
    let answer = caller.put(path, &body, is_there.then(|| found.header("etag"))).await;
    answer.expect(if is_there { 200 } else { 201 })
}

/// Publishes the second version of a procedure, by a decision of Friday 2022-01-28: to be disclosed through 2022-02-11, for Tet lies
/// between.
pub async fn amend(app: &TestApp) {
    let (root, path) = (app.root().await, "/v1/procedures/1.004873");
    let draft = json!({
        "name": "Cấp Giấy xác nhận tình trạng hôn nhân", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district", "commune"],
        "effective_from": "2022-02-07", "limits": [{"limit": {"unit": "working_days", "amount": "3"}}], "content": content(),
    });
    let tag = root.get(path).await.header("etag").to_owned();
    root.put(path, &draft, Some(&tag)).await.expect(200);
    let mut amended = publication("amended");
    (amended["decision"]["signed_on"], amended["published_on"]) = (json!("2022-01-28"), json!("2022-01-29"));
    root.post_if(&format!("{path}/publications"), &amended, "*").await.expect(201);
}

#[actix_web::test]
async fn an_agency_records_what_it_discloses_and_nothing_is_overwritten() {
    let app = TestApp::start();
    amend(&app).await;
    let office = app.caller(Scope::ALL, &["H51.29.05"]).await;
    let found = office.get(OFFICE).await.expect(200);
    let expected = json!({
        "agency": "H51.29.05", "agency_name": "Phòng Tư pháp", "procedure_code": "1.004873",
        "procedure_name": "Cấp Giấy xác nhận tình trạng hôn nhân", "field": "ho-tich", "procedure_version": 2, "is_assigned": true,
        "state": "missing", "signed_on": "2022-01-28", "due_on": "2022-02-11", "days_late": 2,
        "disclosed_version": null, "disclosed_at": null, "verified_at": null, "version": 0,
    });
    assert_eq!(found, expected);

    let body = json!({"disclosed_at": at("02-14T08:00")});
    let made = office.put(OFFICE, &body, None).await;
    assert_eq!(made.header("location"), OFFICE);
    let recorded = json!({
        "agency": "H51.29.05", "procedure": "1.004873", "assigned": null, "disclosed_version": 2,
        "disclosed_at": at("02-14T08:00"), "verified_at": null, "version": 1,
    });
    assert_eq!(made.expect(201), recorded);
    assert_eq!(office.get(OFFICE).await.expect(200)["state"], "late", "after the limit, this year");
    let last_year = office.get("/v1/agencies/H51.29.05/procedures?from=2022-02-15").await.expect(200);
    assert_eq!(last_year["items"][0]["state"], "current", "not in the period");
    office.put(OFFICE, &body, None).await.problem(428, "precondition_required");
    office.put(OFFICE, &body, Some("\"7.AAAAAAAAAAAAAAAA\"")).await.problem(412, "precondition_failed");

    app.now("2022-08-14T08:00:00+07:00");
    assert_eq!(
        office.get(OFFICE).await.expect(200)["state"],
        "stale",
        "nobody has looked at it for 181 days"
    );
    let seen = json!({"disclosed_at": at("02-14T08:00"), "verified_at": "2022-08-13T08:00:00+07:00"});
    assert_eq!(record(&office, OFFICE, seen).await["version"], 2);
    assert_eq!(office.get(OFFICE).await.expect(200)["state"], "late");
    let not_ours = record(&office, OFFICE, json!({"assigned": false})).await;
    assert_eq!((&not_ours["assigned"], &not_ours["version"]), (&json!(false), &json!(3)));
    let item = office.get(OFFICE).await.expect(200);
    assert_eq!((&item["is_assigned"], &item["state"]), (&json!(false), &json!(null)));
    assert_eq!(office.get("/v1/compliance").await.expect(200)["items"][0]["in_force"], 0);

    // As of an earlier instant, what was recorded by then.
    for (instant, state, version) in
        [("2022-02-15T02:59:00Z", "missing", 1), (NOW, "late", 2), ("2022-08-14T00:00:00Z", "stale", 2)]
    {
        let path = format!("{OFFICE}?as_of={}", instant.replace('+', "%2B"));
        let item = office.get(&path).await.expect(200);
        assert_eq!(
            (&item["state"], &item["procedure_version"]),
            (&json!(state), &json!(version)),
            "{instant}"
        );
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'disclosure.put'").await, 3);
    let kept = crate::harness::connect(&app.db.url).await;
    assert!(kept.execute("DELETE FROM agency_disclosures", &[]).await.is_err(), "what was disclosed is kept");
}

#[actix_web::test]
async fn every_number_of_compliance_is_that_of_its_list() {
    let app = TestApp::start();
    amend(&app).await;
    let (root, district) = (app.root().await, app.district().await);
    record(&district, OFFICE, json!({"disclosed_at": at("02-11T23:59")})).await;
    let commune = "/v1/agencies/H51.29.18/procedures";
    for (code, body) in [
        ("1.004873", json!({"disclosed_version": 1, "disclosed_at": "2021-05-04T08:00:00+07:00"})),
        ("1.001193", json!({"disclosed_version": 1, "disclosed_at": "2020-01-08T08:00:00+07:00"})),
        ("1.012812", json!({"assigned": false})),
        // Of another level, and assigned to it.
        ("1.012784", json!({"assigned": true})),
    ] {
        record(&district, &format!("{commune}/{code}"), body).await;
    }
    let compliance = district.get("/v1/compliance?count=exact").await.expect(200);
    let codes: Vec<&str> = compliance["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["agency"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        ["H51.12", "H51.29", "H51.29.05", "H51.29.18"],
        "watched too; what has ended is not there"
    );
    assert_eq!(compliance["total"], 4);
    let mut in_violation = 0;
    for row in compliance["items"].as_array().unwrap() {
        let code = row["agency"]["code"].as_str().unwrap();
        let mut sum = 0;
        for state in DisclosureState::ALL {
            let list = district
                .get(&format!("/v1/agencies/{code}/procedures?state={state}&count=exact"))
                .await
                .expect(200);
            assert_eq!(row[state.as_str()], list["total"], "{code} {state}");
            sum += row[state.as_str()].as_i64().unwrap();
        }
        assert_eq!(row["in_force"], sum, "{code}");
        let wrong = sum - row["current"].as_i64().unwrap() - row["pending"].as_i64().unwrap();
        let path = format!("{}&count=exact", row["violations"].as_str().unwrap());
        assert_eq!(district.get(&path).await.expect(200)["total"], wrong, "{code}");
        // What was asked for goes along.
        let earlier = "from=2022-02-01&to=2022-02-13&as_of=2022-02-15T02:59:00Z";
        let then = district.get(&format!("/v1/compliance?agency={code}&{earlier}")).await.expect(200);
        let then = &then["items"][0];
        let good = then["current"].as_i64().unwrap() + then["pending"].as_i64().unwrap();
        let path = format!("{}&count=exact", then["violations"].as_str().unwrap());
        let listed = district.get(&path).await.expect(200);
        assert_eq!(listed["total"], then["in_force"].as_i64().unwrap() - good, "{path}");
        in_violation += wrong;
    }
    let with_below = district.get("/v1/compliance?below=true").await.expect(200);
    for (row, own) in
        with_below["items"].as_array().unwrap().iter().zip(compliance["items"].as_array().unwrap())
    {
        let code = row["agency"]["code"].as_str().unwrap();
        let below: Vec<&Value> = compliance["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["agency"]["code"].as_str().unwrap().starts_with(code))
            .collect();
        for name in DisclosureState::ALL.iter().map(|state| state.as_str()).chain(["in_force"]) {
            let sum: i64 = below.iter().map(|it| it[name].as_i64().unwrap()).sum();
            assert_eq!(row[name], sum, "{code} {name} of {} agencies", below.len());
        }
        assert_eq!(row["agency"], own["agency"]);
        let good = row["current"].as_i64().unwrap() + row["pending"].as_i64().unwrap();
        let path = format!("{}&count=exact", row["violations"].as_str().unwrap());
        assert_eq!(
            district.get(&path).await.expect(200)["total"],
            row["in_force"].as_i64().unwrap() - good,
            "{path}"
        );
    }
    let page = district.get("/v1/compliance?below=true&limit=2").await.expect(200);
    assert_eq!(page["items"].as_array().unwrap()[..], with_below["items"].as_array().unwrap()[..2]);
    let office = &compliance["items"][2];
    assert_eq!(
        (&office["in_force"], &office["current"], &office["score"]),
        (&json!(1), &json!(1), &json!("1"))
    );
    let commune = &compliance["items"][3];
    let of_commune = ["in_force", "outdated", "stale", "missing"].map(|name| commune[name].as_i64().unwrap());
    assert_eq!(of_commune, [4, 1, 1, 2]);
    let metrics = json!({
        "1.1": null, "1.2": {"numerator": 0, "denominator": 1, "score": "0.00"}, "1.3": {"numerator": 2, "denominator": 2, "score": "2.00"},
    });
    assert_eq!(commune["metrics"], metrics);
    assert_eq!(compliance["items"][1]["metrics"]["1.3"], json!(null), "nothing is disclosed: not zero");

    let all = district.get("/v1/compliance/violations?count=exact&limit=2").await.expect(200);
    assert_eq!(all["total"], in_violation);
    let mut found: Vec<(String, String)> = vec![];
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let more = if cursor.is_empty() { cursor } else { format!("&cursor={cursor}") };
        let page = district.get(&format!("/v1/compliance/violations?limit=2{more}")).await.expect(200);
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        found.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| (text(row, "agency"), text(row, "procedure_code"))),
        );
        next = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(i64::try_from(found.len()).unwrap(), in_violation);
    assert!(found.windows(2).all(|pair| pair[0] < pair[1]), "{found:?}");
    let csv = district.get("/v1/compliance/violations?format=csv&state=missing&agency=H51.29.18").await;
    assert_eq!(csv.text().lines().count(), 3, "{}", csv.text());
    assert!(root.get("/v1/compliance?count=exact").await.expect(200)["total"].as_i64() > Some(4));
    app.caller(Scope::ALL, &["H51.30"])
        .await
        .get("/v1/compliance?agency=H51.29")
        .await
        .problem(403, "agency_out_of_scope");
}

/// Signs a decision that announces a procedure on a day; its newest legal basis takes effect on 2022-02-15.
pub async fn announce(root: &Client, code: &str, signed_on: &str, by: Option<&str>) {
    let mut said = content();
    said["publishing_agency"] = json!(by);
    said["legal_basis"] = json!([
        {"number": "1/2021/TT", "title": "Thông tư", "effective_on": "2021-01-01"},
        {"number": "2/2022/TT", "title": "Thông tư", "effective_on": "2022-02-15"},
        {"number": "3/2022/TT", "title": "Thông tư"},
    ]);
    let draft = json!({
        "name": "Đăng ký kết hôn", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["commune"],
        "effective_from": "2022-02-15", "limits": [{"limit": {"unit": "working_days", "amount": "3"}}], "content": said,
    });
    let path = format!("/v1/procedures/{code}");
    root.put(&path, &draft, None).await.expect(201);
    let mut decision = publication("new");
    decision["decision"]["signed_on"] = json!(signed_on);
    root.post_if(&format!("{path}/publications"), &decision, "*").await.expect(201);
}

/// Metric 1.1: five working days before the basis takes effect.
#[actix_web::test]
async fn who_announces_is_judged_by_the_day_of_the_newest_legal_basis() {
    let app = TestApp::start();
    let root = app.root().await;
    let of = async |agency: &str, query: &str| {
        let found = root.get(&format!("/v1/compliance?agency={agency}{query}")).await.expect(200);
        found["items"][0]["metrics"]["1.1"].clone()
    };
    assert_eq!(of("H51.12", "").await, json!(null), "nothing was announced: not zero");
    for (code, signed_on, by) in [
        ("1.000101", "2022-02-08", Some("H51.12")),
        ("1.000102", "2022-02-09", Some("H51.12")),
        ("1.000103", "2022-02-07", Some("H51.29")),
        ("1.000104", "2022-02-07", Some("G15")),
        ("1.000105", "2022-02-07", None),
    ] {
        announce(&root, code, signed_on, by).await;
    }
    let half = json!({"numerator": 1, "denominator": 2, "score": "3.00"});
    assert_eq!(of("H51.12", "").await, half, "one on the last day, one a day late");
    assert_eq!(of("H51.12", "&from=2022-02-09").await["numerator"], 0, "signed in the period");
    assert_eq!(of("H51.29", "").await, json!({"numerator": 1, "denominator": 1, "score": "6.00"}));
    assert_eq!(of("H51.12", "&as_of=2022-02-15T02:59:00Z").await, json!(null), "not known then");
}

/// Every row is the sum of the list that it names.
async fn rows_are_sums(caller: &Client, history: &Value) -> Vec<i64> {
    let mut missing = vec![];
    for row in history["items"].as_array().unwrap() {
        let list =
            caller.get(&format!("{}&limit=200", row["compliance"].as_str().unwrap())).await.expect(200);
        let agencies = list["items"].as_array().unwrap();
        assert_eq!(row["agencies"], agencies.len(), "{row}");
        let states = DisclosureState::ALL.iter().map(|state| state.as_str());
        for name in states.chain(["in_force"]) {
            let sum: i64 = agencies.iter().map(|agency| agency[name].as_i64().unwrap()).sum();
            assert_eq!(row[name], sum, "{name} on {}", row["on"]);
        }
        for metric in ["1.1", "1.2", "1.3"] {
            let of = |part: &str| -> i64 {
                agencies.iter().filter_map(|agency| agency["metrics"][metric][part].as_i64()).sum()
            };
            let shown = &row["metrics"][metric];
            assert_eq!(
                shown["numerator"].as_i64().unwrap_or(0),
                of("numerator"),
                "{metric} on {}",
                row["on"]
            );
            assert_eq!(
                shown["denominator"].as_i64().unwrap_or(0),
                of("denominator"),
                "{metric} on {}",
                row["on"]
            );
        }
        missing.push(row["missing"].as_i64().unwrap());
    }
    missing
}

#[actix_web::test]
async fn the_history_is_what_was_known_on_each_day() {
    let app = TestApp::start();
    let district = app.district().await;
    amend(&app).await;
    announce(&app.root().await, "1.000101", "2022-02-09", Some("H51.29")).await;
    app.now("2022-02-16T08:00:00+07:00");
    record(&district, OFFICE, json!({"disclosed_at": at("02-14T08:00")})).await;
    app.now("2022-02-18T08:00:00+07:00");
    let history = district.get("/v1/compliance/history?from=2022-02-14&count=exact").await.expect(200);
    assert_eq!(history["total"], 5);
    let days: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|row| row["on"].as_str().unwrap()).collect();
    assert_eq!(days, ["2022-02-14", "2022-02-15", "2022-02-16", "2022-02-17", "2022-02-18"]);
    let missing = rows_are_sums(&district, &history).await;
    assert_eq!(missing[1] - missing[2], 1, "recorded on the 16th: {missing:?}");
    let before = json!({"numerator": 0, "denominator": 1, "score": "0.00"});
    assert_eq!(history["items"][0]["metrics"]["1.1"], json!(null), "announced on the 15th");
    assert_eq!(history["items"][1]["metrics"]["1.1"], before);

    let page = district.get("/v1/compliance/history?from=2022-02-14&limit=2").await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let more = format!("/v1/compliance/history?from=2022-02-14&limit=2&cursor={next}");
    assert_eq!(district.get(&more).await.expect(200)["items"][0], history["items"][2]);
    let csv = district.get("/v1/compliance/history?format=csv&agency=H51.29.05").await.text();
    assert_eq!(csv.lines().count(), 31, "thirty days when nobody says from when on");
    // Before anything was recorded, nothing was known.
    let early = district.get("/v1/compliance/history?from=2018-02-01&to=2018-02-01").await.expect(200);
    rows_are_sums(&district, &early).await;
    assert_eq!((&early["items"][0]["in_force"], &early["items"][0]["score"]), (&json!(0), &json!(null)));
    for (query, code) in [
        ("to=2022-02-19", "in_the_future"),
        ("from=2022-02-19", "invalid_value"),
        ("from=2020-01-01", "invalid_value"),
        ("agency=H99", "unknown_agency"),
    ] {
        district.get(&format!("/v1/compliance/history?{query}")).await.problem(422, code);
    }
    let other = district.get("/v1/compliance/history?agency=H51.30").await;
    other.problem(403, "agency_out_of_scope");
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused() {
    let app = TestApp::start();
    let district = app.district().await;
    for (body, code, pointer) in [
        (json!({"disclosed_at": "2022-02-16T08:00:00+07:00"}), "in_the_future", "/disclosed_at"),
        (
            json!({"disclosed_at": at("02-10T08:00"), "verified_at": "2022-02-16T08:00:00+07:00"}),
            "in_the_future",
            "/verified_at",
        ),
        (
            json!({"disclosed_at": at("02-10T08:00"), "verified_at": at("02-09T08:00")}),
            "invalid_value",
            "/verified_at",
        ),
        (json!({"verified_at": at("02-09T08:00")}), "missing_field", "/disclosed_at"),
        (json!({"disclosed_version": 1}), "missing_field", "/disclosed_at"),
        (
            json!({"disclosed_at": at("02-10T08:00"), "disclosed_version": 0}),
            "invalid_value",
            "/disclosed_version",
        ),
        (
            json!({"disclosed_at": at("02-10T08:00"), "disclosed_version": 2}),
            "invalid_value",
            "/disclosed_version",
        ),
        (json!({"disclosed_at": "2020-01-10T08:00:00+07:00"}), "missing_field", "/disclosed_version"),
        (
            json!({"disclosed_at": "2020-01-01T08:00:00+07:00", "disclosed_version": 1}),
            "invalid_value",
            "/disclosed_at",
        ),
        (json!({"assigned": "yes"}), "wrong_type", "/assigned"),
        (json!({"disclosed_on": "2022-02-10"}), "unknown_field", "/disclosed_on"),
    ] {
        district.put(OFFICE, &body, None).await.problem_at(422, code, pointer);
    }
    let body = json!({"disclosed_at": at("02-10T08:00")});
    district.put("/v1/agencies/H51.29.05/procedures/9.999999", &body, None).await.problem(404, "not_found");
    district.put("/v1/agencies/H51.77/procedures/1.004873", &body, None).await.problem(404, "not_found");
    district
        .put("/v1/agencies/H51.12/procedures/1.012784", &body, None)
        .await
        .problem(403, "agency_out_of_scope");
    district.get("/v1/agencies/H51.30/procedures").await.problem(404, "not_found");
    for (query, code) in [
        ("to=2022-02-16", "in_the_future"),
        ("from=2022-02-16", "invalid_value"),
        ("from=2020-01-01", "invalid_value"),
        ("state=x", "invalid_value"),
        ("limit=0", "invalid_value"),
        ("as_of=2022-02-16T00:00:00Z", "in_the_future"),
    ] {
        district.get(&format!("/v1/compliance/violations?{query}")).await.problem(422, code);
    }
    assert_eq!(app.count("SELECT count(*) FROM agency_disclosures").await, 0);
}
