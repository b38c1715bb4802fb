//! The agency tree.

use crate::harness::{Answer, FIRST_VERSION, TestApp};
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

fn office(more: &Value) -> Value {
    let mut body =
        json!({"name": "Phòng Nội vụ", "level": "district", "parent": "H51.29", "valid_from": "2020-01-01"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[actix_web::test]
async fn any_code_old_or_new_finds_an_agency() {
    let app = TestApp::start();
    let caller = app.caller(&[], &["H51.30"]).await;
    let shown = caller.get("/v1/agencies/H51.29.05").await;
    assert!(shown.header("etag").starts_with("\"1."));
    assert_eq!(
        shown.expect(200),
        json!({
            "code": "H51.29.05", "codes": ["000.05.29.H51"], "name": "Phòng Tư pháp", "level": "district",
            "parent": "H51.29", "valid_from": "2020-01-01", "valid_to": null, "succeeded_by": [],
            "monitored_by": [], "focal_officer": null, "version": 1
        })
    );
    assert_eq!(caller.get("/v1/agencies/000.05.29.H51").await.expect(200), shown.json());
    let watched = caller.get("/v1/agencies/H51.12").await.expect(200);
    assert_eq!(
        watched["monitored_by"],
        json!([{"agency": "H51.29", "valid_from": "2020-01-01", "valid_to": null}])
    );
    let ended = caller.get("/v1/agencies/H51.29.99").await.expect(200);
    assert_eq!((&ended["valid_to"], &ended["succeeded_by"]), (&json!("2021-07-01"), &json!(["H51.29.05"])));
    caller.get("/v1/agencies/H99").await.problem(404, "not_found");
}

#[actix_web::test]
async fn the_list_filters_by_place_in_the_tree_level_and_day() {
    let app = TestApp::start();
    let caller = app.caller(&[], &["H51"]).await;
    let codes = async |query: &str| {
        let list = caller.get(&format!("/v1/agencies?{query}")).await.expect(200);
        let codes = list["items"].as_array().unwrap().iter().map(|a| a["code"].as_str().unwrap().to_owned());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(codes("subtree_of=H51.29").await, ["H51.29", "H51.29.05", "H51.29.18", "H51.29.99"]);
    assert_eq!(codes("subtree_of=H51.29&valid_on=2022-01-01").await, ["H51.29", "H51.29.05", "H51.29.18"]);
    assert_eq!(codes("parent=H51&level=district").await, ["H51.29", "H51.30"]);
    assert_eq!(codes("level=commune").await, ["H51.29.18", "H51.30.18"]);
    assert_eq!(codes("valid_on=2019-12-31").await, Vec::<String>::new());
    caller.get("/v1/agencies?parent=H99").await.problem(422, "unknown_agency");

    let first = caller.get("/v1/agencies?limit=5&count=exact").await.expect(200);
    assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (5, &json!(8)));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = caller.get(&format!("/v1/agencies?limit=5&cursor={cursor}")).await.expect(200);
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (3, &json!(null)));
}

#[actix_web::test]
async fn put_creates_once_and_changes_with_the_present_tag() {
    let app = TestApp::start();
    let district = app.district().await;
    let path = "/v1/agencies/H51.29.02";
    let created = district.put(path, &office(&json!({"codes": ["000.02.29.H51"]})), None).await;
    assert_eq!(created.expect(201)["version"], 1);
    assert_eq!(created.header("location"), path);
    assert!(created.header("etag").starts_with("\"1."));

    let renamed = office(&json!({"name": "Phòng Nội vụ và Lao động"}));
    district.put(path, &renamed, None).await.problem(428, "precondition_required");
    district.put(path, &renamed, Some("\"7.AAAAAAAAAAAAAAAA\"")).await.problem(412, "precondition_failed");
    district
        .put("/v1/agencies/H51.29.03", &renamed, Some(FIRST_VERSION))
        .await
        .problem(412, "precondition_failed");
    let changed = district.put(path, &renamed, Some(FIRST_VERSION)).await;
    assert_eq!(changed.expect(200)["version"], 2);
    assert_eq!(changed.json()["codes"], json!([]), "what is left out is empty");
    district.put(path, &renamed, Some(FIRST_VERSION)).await.problem(412, "precondition_failed");
    assert_eq!(district.get(path).await.expect(200), changed.json(), "at once, from the tree in memory");
    let actions =
        "SELECT count(*) FROM audit_log WHERE action = 'agency.put' AND subject = 'agency:H51.29.02'";
    assert_eq!(app.count(actions).await, 2);
}

#[actix_web::test]
async fn of_two_writers_one_wins_and_the_other_is_told() {
    let app = TestApp::start();
    let root = app.root().await;
    let puts = ["A", "B", "C", "D"].map(|name| office(&json!({ "name": name })));
    let put =
        async |body| root.put("/v1/agencies/H51.29.05", body, Some(FIRST_VERSION)).await.status.as_u16();
    let mut statuses = futures_util::future::join_all(puts.iter().map(put)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412]);
}

#[actix_web::test]
async fn bad_agencies_name_the_field_and_store_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let path = "/v1/agencies/H51.29.02";
    for (more, code, pointer) in [
        (json!({"parent": "H99"}), "unknown_agency", "/parent"),
        (json!({"succeeded_by": ["H99"]}), "unknown_agency", "/succeeded_by/0"),
        (
            json!({"monitored_by": [{"agency": "H99", "valid_from": "2020-01-01"}]}),
            "unknown_agency",
            "/monitored_by/0/agency",
        ),
        (json!({"valid_to": "2019-01-01"}), "invalid_value", "/valid_to"),
        (json!({"codes": ["x"]}), "invalid_value", "/codes/0"),
        (json!({"level": "village"}), "invalid_value", "/level"),
        (json!({"name": ""}), "invalid_value", "/name"),
        (json!({"valid_from": "2020-02-30"}), "invalid_value", "/valid_from"),
        (json!({"codes": vec!["H51.29.02"; 51]}), "invalid_value", "/codes"),
        (json!({"valid_from": "-9999-01-01"}), "invalid_value", "/valid_from"),
        (json!({"monitored_by": [["H51", "2020-01-01"]]}), "wrong_type", "/monitored_by/0"),
        (json!({"code": "H51.29.02"}), "unknown_field", "/code"),
    ] {
        root.put(path, &office(&more), None).await.problem_at(422, code, pointer);
    }
    let taken = root.put(path, &office(&json!({"codes": ["000.05.29.H51"]})), None).await;
    taken.problem(409, "agency_code_taken");
    let mut cycle = office(&json!({"parent": "H51.29.05"}));
    root.put("/v1/agencies/H51.29", &cycle, Some(FIRST_VERSION)).await.problem_at(
        422,
        "agency_cycle",
        "/parent",
    );
    cycle["parent"] = json!("H51.29");
    root.put("/v1/agencies/H51.29", &cycle, Some(FIRST_VERSION)).await.problem_at(
        422,
        "agency_cycle",
        "/parent",
    );
    root.put("/v1/agencies/nonsense", &office(&json!({})), None).await.problem(404, "not_found");
    assert_eq!(app.count("SELECT count(*) FROM agencies").await, 8);
}

#[actix_web::test]
async fn a_key_writes_only_below_its_roots() {
    let app = TestApp::start();
    let district = app.caller(&[Scope::Admin], &["H51.29"]).await;
    let elsewhere = office(&json!({"parent": "H51.30"}));
    district.put("/v1/agencies/H51.30.02", &elsewhere, None).await.problem(403, "agency_out_of_scope");
    let root = office(&json!({"parent": null}));
    district.put("/v1/agencies/H52", &root, None).await.problem(403, "agency_out_of_scope");
    for (path, body, pointer) in [
        ("/v1/agencies/H52.01", office(&json!({})), ""),
        ("/v1/agencies/H51.29.02", office(&json!({"codes": ["H51.31"]})), "/codes/0"),
        ("/v1/agencies/H51.29.02", office(&json!({"codes": ["000.02.29.H51", "000.00.00.H52"]})), "/codes/1"),
    ] {
        let problem = district.put(path, &body, None).await.problem(403, "agency_out_of_scope");
        assert_eq!(problem["pointer"], pointer, "the codes of others");
    }
    // It watches the branch, and may not change it.
    let branch = office(&json!({"parent": "H51"}));
    district
        .put("/v1/agencies/H51.12", &branch, Some(FIRST_VERSION))
        .await
        .problem(403, "agency_out_of_scope");
    let province = app.caller(&[Scope::Admin], &["H51"]).await;
    let top = json!({"name": "UBND tỉnh Sóc Trăng", "level": "province", "valid_from": "2020-01-01"});
    province.put("/v1/agencies/H51", &top, Some(FIRST_VERSION)).await.expect(200);
    // Its own root it may change, as long as it stays where it is.
    let own = json!({"name": "UBND huyện", "level": "district", "parent": "H51", "valid_from": "2020-01-01"});
    district.put("/v1/agencies/H51.29", &own, Some(FIRST_VERSION)).await.expect(200);
}

/// The tree in memory is never older than the last change, whoever made it.
#[actix_web::test]
async fn a_change_by_another_instance_is_seen_by_the_next_request() {
    let app = TestApp::start();
    let root = app.root().await;
    assert_eq!(root.get("/v1/agencies/H51.29.05").await.expect(200)["name"], "Phòng Tư pháp");
    app.db.sql(
        "UPDATE agencies SET name = 'Phòng Hộ tịch' WHERE code = 'H51.29.05';
         UPDATE reference_state SET version = version + 1;",
    );
    assert_eq!(root.get("/v1/agencies/H51.29.05").await.expect(200)["name"], "Phòng Hộ tịch");
}

/// Of many who create, one does; the others are told that it is there, also those with roots.
#[actix_web::test]
async fn of_many_who_create_one_does() {
    let app = TestApp::start();
    let district = app.district().await;
    let body = office(&json!({}));
    let put = async |_| district.put("/v1/agencies/H51.29.81", &body, None).await.status.as_u16();
    let mut statuses = futures_util::future::join_all((0..6).map(put)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 428, 428, 428, 428, 428]);
}

#[actix_web::test]
async fn if_none_match_creates_only() {
    let app = TestApp::start();
    let district = app.district().await;
    let put = async |path: &str| {
        let request = district.request(Method::PUT, path).insert_header(("If-None-Match", "*"));
        Answer::of(request.send_json(&office(&json!({}))).await.unwrap()).await
    };
    put("/v1/agencies/H51.29.82").await.expect(201);
    put("/v1/agencies/H51.29.82").await.problem(412, "precondition_failed");
}
