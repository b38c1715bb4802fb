//! Procedures and their versions.

use crate::harness::{FIRST_VERSION, TestApp, receipt};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

fn procedure(more: &Value) -> Value {
    let mut body = json!({
        "name": "Đăng ký kết hôn", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["commune"],
        "effective_from": "2021-01-01",
        "limits": [{"limit": {"unit": "working_days", "amount": "2.5"}}]
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[actix_web::test]
async fn put_writes_a_draft_that_nobody_is_bound_by() {
    let app = TestApp::start();
    let root = app.root().await;
    let path = "/v1/procedures/1.000894";
    let created = root.put(path, &procedure(&json!({})), None).await;
    let draft = created.expect(201);
    let mut shown = draft.clone();
    let missing = shown["missing"].take();
    assert_eq!(
        shown,
        json!({
            "code": "1.000894", "version": null, "state": "draft", "name": "Đăng ký kết hôn", "field": "ho-tich",
            "field_name": "Hộ tịch", "levels": ["commune"], "competent_agencies": [], "online_level": null,
            "effective_from": "2021-01-01", "effective_to": null, "published_on": null, "sample": false,
            "limits": [{
                "case": null, "case_name": null, "channel": null,
                "limit": {"unit": "working_days", "amount": "2.5", "cutoff": null, "starts": "received"}
            }],
            "decision": null, "replaced_by": null, "end_decision": null, "recorded_at": "2022-02-15T10:00:00+07:00",
            "content": {
                "steps": [], "channels": [], "fees": [], "documents": [], "sets": null, "applicants": [],
                "applicants_note": null, "coordinating_agencies": [], "results": [], "conditions": null,
                "legal_basis": [], "place": null, "kind": null, "publishing_agency": null, "field_code": null, "one_stop": null
            },
            "warnings": [], "missing": null
        })
    );
    let missing: Vec<_> = missing.as_array().unwrap().iter().map(|part| &part["pointer"]).collect();
    let parts =
        ["steps", "channels", "documents", "sets", "applicants"].map(|part| format!("/content/{part}"));
    assert_eq!(missing, parts.iter().collect::<Vec<_>>());
    assert_eq!(created.header("location"), path);
    assert!(created.header("etag").starts_with("\"1."));
    assert_eq!(root.get(path).await.expect(200), draft);
    assert_eq!(root.get(&format!("{path}?draft=true")).await.expect(200), draft);
    assert_eq!(root.get(&format!("{path}/versions")).await.expect(200)["items"], json!([]));
    app.nobody().get("/v1/public/procedures/1.000894").await.problem(404, "not_found");
    let mut body = receipt("2022-02-15T08:00:00+07:00");
    body["procedure"] = json!("1.000894");
    root.post("/v1/dossiers", &body).await.problem_at(422, "unknown_procedure", "/procedure");

    root.put(path, &procedure(&json!({})), None).await.problem(428, "precondition_required");
    let renamed = root.put(path, &procedure(&json!({"name": "Tên mới"})), Some(created.header("etag"))).await;
    assert_eq!(renamed.expect(200)["name"], "Tên mới");
    let stale = root.put(path, &procedure(&json!({})), Some(created.header("etag"))).await;
    stale.problem(412, "precondition_failed");
    assert_eq!(root.get(path).await.expect(200)["name"], "Tên mới");
    root.get("/v1/procedures/1.999999").await.problem(404, "not_found");
}

/// A catalogue change never changes the deadline of an old dossier.
#[actix_web::test]
async fn a_dossier_stays_bound_to_the_version_of_its_day() {
    let app = TestApp::start();
    let root = app.root().await;
    let old = root.receive(&receipt("2022-02-14T08:00:00+07:00")).await;
    let changed = procedure(&json!({
        "name": "Tên mới", "levels": ["district"], "effective_from": "2022-02-15",
        "limits": [{"limit": {"unit": "working_days", "amount": "1"}}]
    }));
    assert_eq!(root.publish("1.004873", &changed).await.json()["version"], 2);

    let shown = root.get(&format!("/v1/dossiers/{old}")).await.expect(200);
    assert_eq!(
        (&shown["procedure"]["version"], &shown["deadline"]["due_on"]),
        (&json!(1), &json!("2022-02-17"))
    );
    let received = async |at: &str| root.post("/v1/dossiers", &receipt(at)).await.expect(201);
    let new = received("2022-02-15T08:00:00+07:00").await;
    assert_eq!((&new["procedure"]["version"], &new["deadline"]["due_on"]), (&json!(2), &json!("2022-02-16")));
    let late_record = received("2022-02-14T08:00:00+07:00").await;
    assert_eq!(late_record["procedure"]["version"], 1, "by the day of receipt, not of the record");

    let in_force = async |day: &str| {
        let path = format!("/v1/public/procedures/1.004873?in_force_on={day}");
        root.get(&path).await.expect(200)["version"].clone()
    };
    assert_eq!((in_force("2022-02-14").await, in_force("2022-02-15").await), (json!(1), json!(2)));
}

#[actix_web::test]
async fn the_list_searches_without_accents_in_any_order() {
    let app = TestApp::start();
    let caller = app.caller(&[], &["H51.29"]).await;
    let codes = async |query: &str| {
        let list = caller.get(&format!("/v1/procedures?{query}")).await.expect(200);
        let codes = list["items"].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap().to_owned());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(codes("q=khai%20sinh").await, ["1.001193"]);
    assert_eq!(codes("q=SINH%20kh%C3%A1i").await, ["1.001193"], "order, case and accents do not matter");
    assert_eq!(codes("q=dang%20ky").await, ["1.001193", "2.001263"], "đ is d");
    assert_eq!(codes("q=1.0128").await, ["1.012812"], "the beginning of the code");
    let local = json!({"name": "Thủ tục đặc thù", "effective_from": "2021-01-01"});
    let root = app.root().await;
    root.publish("1.000001.H51", &procedure(&local)).await;
    assert_eq!(codes("q=1.000001.H51").await, ["1.000001.H51"], "a whole local code");
    assert_eq!(codes("q=%25").await, Vec::<String>::new(), "no wildcard");
    assert_eq!(codes("field=dat-dai").await, ["1.012784", "1.012812"]);
    assert_eq!(codes("level=district,province").await, ["1.004873", "1.012784"]);
    assert_eq!(codes("agency=H51.12").await, ["1.012784"], "listed as competent");
    assert_eq!(
        codes("agency=H51.29.18&field=dat-dai").await,
        ["1.012812"],
        "of the level, and none is listed"
    );
    assert_eq!(codes("in_force_on=2020-12-31").await, Vec::<String>::new());
    caller.get("/v1/procedures?agency=H99").await.problem(422, "unknown_agency");
    let page = caller.get("/v1/procedures?limit=2&count=exact").await.expect(200);
    assert_eq!(page["total"], 6);
    let next =
        caller.get(&format!("/v1/procedures?limit=3&cursor={}", page["next_cursor"].as_str().unwrap())).await;
    assert_eq!(next.expect(200)["items"].as_array().unwrap().len(), 3, "of the four that are left");
}

#[actix_web::test]
async fn bad_procedures_name_the_field_and_store_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let limit = |limit: Value| json!({"limits": [{ "limit": limit }]});
    let days = json!({"unit": "working_days", "amount": "1"});
    for (more, code, pointer) in [
        (limit(json!({"unit": "working_days"})), "invalid_value", "/limits/0/limit/amount"),
        (limit(json!({"unit": "working_days", "amount": "0"})), "invalid_value", "/limits/0/limit/amount"),
        (limit(json!({"unit": "working_days", "amount": 3})), "wrong_type", "/limits/0/limit/amount"),
        (limit(json!({"unit": "working_days", "amount": "9999"})), "invalid_value", "/limits/0/limit/amount"),
        (limit(json!({"unit": "calendar_days", "amount": "1.5"})), "invalid_value", "/limits/0/limit/amount"),
        (limit(json!({"unit": "none", "starts": "accepted"})), "invalid_value", "/limits/0/limit/starts"),
        (limit(json!({"unit": "same_day", "cutoff": "3pm"})), "invalid_value", "/limits/0/limit/cutoff"),
        (limit(json!({"unit": "weeks", "amount": "1"})), "invalid_value", "/limits/0/limit/unit"),
        (json!({"limits": [{"limit": days.clone()}, {"limit": days.clone()}]}), "invalid_value", "/limits/1"),
        (json!({"limits": [{"case": "Có", "limit": days}]}), "invalid_value", "/limits/0/case"),
        (json!({"field": "Hộ tịch"}), "invalid_value", "/field"),
        (json!({"competent_agencies": ["H99"]}), "unknown_agency", "/competent_agencies/0"),
    ] {
        root.put("/v1/procedures/1.000894", &procedure(&more), None).await.problem_at(422, code, pointer);
    }
    let earlier = procedure(&json!({"effective_from": "2020-12-31"}));
    let put = root.put("/v1/procedures/1.004873", &earlier, Some(FIRST_VERSION)).await;
    put.problem_at(422, "validity_overlap", "/effective_from");
    let put = root.put("/v1/procedures/khai-sinh", &procedure(&json!({})), None).await;
    let problem = put.problem(422, "invalid_value");
    assert_eq!(problem["errors"][0]["parameter"], "code", "{problem}");
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("1.004873"), "the grammar: {problem}");
    assert_eq!(app.count("SELECT count(*) FROM procedure_versions").await, 5);
}

/// What binds others is not changed by a key that does not govern them.
#[actix_web::test]
async fn a_key_writes_procedures_of_agencies_that_it_governs() {
    let app = TestApp::start();
    let district = app.caller(&[Scope::CatalogueWrite], &["H51.29"]).await;
    let path = "/v1/procedures/1.000894";
    let of = |agency: &str| procedure(&json!({ "competent_agencies": [agency] }));
    district.put(path, &of("H51.30.18"), None).await.problem(403, "agency_out_of_scope");
    district.put(path, &of("H51.12"), None).await.problem(403, "agency_out_of_scope"); // it only watches
    district.put(path, &procedure(&json!({})), None).await.problem(403, "agency_out_of_scope"); // every agency's
    district.put(path, &of("H51.29.18"), None).await.expect(201);
    district.put(path, &of("H51.29.05"), Some(FIRST_VERSION)).await.expect(200);
    let other = app.caller(&[Scope::CatalogueWrite], &["H51.30"]).await;
    other.put(path, &of("H51.30.18"), Some("*")).await.problem(403, "agency_out_of_scope"); // not its draft
    let taken = district.put("/v1/procedures/1.004873", &of("H51.29.18"), Some(FIRST_VERSION)).await;
    taken.problem(403, "agency_out_of_scope");
    assert_eq!(app.count("SELECT count(*) FROM procedures").await, 6);
}

#[actix_web::test]
async fn of_several_first_writers_one_creates_and_the_others_are_told() {
    let app = TestApp::start();
    let root = app.root().await;
    let body = procedure(&json!({}));
    let put = |_| async { root.put("/v1/procedures/1.000894", &body, None).await.status.as_u16() };
    let mut statuses = futures_util::future::join_all((0..6).map(put)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 428, 428, 428, 428, 428]);
}
