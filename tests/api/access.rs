//! Who may call, and what they see: no row, count or error tells of another agency's dossiers.

use crate::harness::{Client, TestApp, event, receipt};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

/// A dossier of the district, one of the other district, one of the land branch that the district watches.
async fn three_dossiers(root: &Client) -> [String; 3] {
    let of = |procedure: &str, receiving: &str, competent: &str| {
        let mut body = receipt("2022-01-10T08:00:00+07:00");
        body["procedure"] = json!(procedure);
        body["receiving_agency"] = json!(receiving);
        body["competent_agency"] = json!(competent);
        body
    };
    [
        root.receive(&of("1.004873", "H51.29.18", "H51.29.18")).await,
        root.receive(&of("1.004873", "H51.30.18", "H51.30.18")).await,
        root.receive(&of("1.012784", "H51.12", "H51.12")).await,
    ]
}

#[actix_web::test]
async fn a_key_is_needed_and_must_work() {
    let app = TestApp::start();
    let good = app.key(&[Scope::DossiersRead], &["H51.29"], None).await;
    let path = "/v1/overdue";
    let nobody = app.nobody();
    let refused = nobody.get(path).await;
    refused.problem(401, "unauthorized");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));

    let (id, wrong) = (&good.id, "0".repeat(64));
    for key in ["", "nonsense", "ck_", &format!("ck_{id}_{wrong}"), &format!("ck_000000000000_{wrong}")] {
        nobody.with_key(key).get(path).await.problem(401, "unauthorized");
    }
    let basic = nobody.get_with(path, ("Authorization", &format!("Basic {}", good.reveal()))).await;
    basic.problem(401, "unauthorized");
    nobody.with_key(&good.reveal()).get(path).await.expect(200);
}

#[actix_web::test]
async fn keys_expire_and_are_revoked_at_once() {
    use congkhai::features::audit::Actor;
    use congkhai::features::auth::{actions, queries::Which};
    let app = TestApp::start();
    let expires = "2022-02-15T12:00:00+07:00";
    let key = app.key(&[Scope::DossiersRead], &["H51.29"], Some(expires.parse().unwrap())).await;
    let caller = app.nobody().with_key(&key.reveal());
    caller.get("/v1/overdue").await.expect(200);
    app.now(expires);
    caller.get("/v1/overdue").await.problem(401, "unauthorized");

    app.now("2022-02-15T11:00:00+07:00");
    caller.get("/v1/overdue").await.expect(200);
    let actor = Actor::command("test");
    let revoked =
        actions::revoke(&app.shared.writer, &actor, app.clock.now(), Which::Id(&key.id)).await.unwrap();
    assert_eq!(revoked, 1);
    caller.get("/v1/overdue").await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn any_key_may_read_the_catalogue() {
    let app = TestApp::start();
    let bare = app.caller(&[], &["H51.29.05"]).await;
    bare.get("/v1/agencies").await.expect(200);
    bare.get("/v1/procedures").await.expect(200);
}

#[actix_web::test]
async fn a_caller_sees_their_subtree_and_what_it_watches() {
    let app = TestApp::start();
    let [own, other, watched] = three_dossiers(&app.root().await).await;
    let codes = |list: Value| {
        let mut codes: Vec<String> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["code"].as_str().unwrap().to_owned())
            .collect();
        codes.sort();
        codes
    };
    let sorted = |mut codes: Vec<&String>| {
        codes.sort();
        codes.into_iter().cloned().collect::<Vec<_>>()
    };
    for (agency, sees, not) in [
        ("H51", vec![&own, &other, &watched], vec![]),
        ("H51.29", vec![&own, &watched], vec![&other]),
        ("H51.29.18", vec![&own], vec![&other, &watched]),
        ("H51.29.05", vec![], vec![&own, &other, &watched]),
        ("H51.30", vec![&other], vec![&own, &watched]),
        ("H51.12", vec![&watched], vec![&own, &other]),
    ] {
        let caller = app.caller(&[Scope::DossiersRead, Scope::DossiersWrite], &[agency]).await;
        for path in ["/v1/dossiers?count=exact", "/v1/overdue?count=exact"] {
            let list = caller.get(path).await.expect(200);
            assert_eq!(list["total"], sees.len(), "{agency} {path}");
            assert_eq!(codes(list), sorted(sees.clone()), "{agency} {path}");
        }
        let csv = caller.get("/v1/overdue?format=csv").await.text();
        assert_eq!(csv.lines().count(), sees.len() + 1, "{agency}");
        for code in &not {
            assert!(!csv.contains(code.as_str()));
            // Hidden and missing answer alike, to reads and to writes.
            for path in [format!("/v1/dossiers/{code}"), format!("/v1/dossiers/{code}/events")] {
                let hidden = caller.get(&path).await.problem(404, "not_found");
                let missing = caller.get("/v1/dossiers/H51-220215-9999").await.problem(404, "not_found");
                assert_eq!(hidden["detail"], missing["detail"]);
            }
            let noted = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
            caller.post(&format!("/v1/dossiers/{code}/events"), &noted).await.problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn an_agency_out_of_scope_is_refused_in_filters_and_bodies() {
    let app = TestApp::start();
    let district = app.district().await;
    for query in ["agency=H51.30", "receiving_agency=H51", "holder_agency=H51.29,H51.30.18"] {
        for list in ["/v1/overdue", "/v1/dossiers"] {
            let problem = district.get(&format!("{list}?{query}")).await.problem(403, "agency_out_of_scope");
            assert_eq!(problem["parameter"], query.split('=').next().unwrap());
        }
    }
    district.get("/v1/overdue?agency=H51.12").await.expect(200);
    let mut body = receipt("2022-02-15T08:00:00+07:00");
    body["receiving_agency"] = json!("H51.30");
    let problem = district.post("/v1/dossiers", &body).await.problem(403, "agency_out_of_scope");
    assert_eq!(problem["pointer"], "/receiving_agency");

    let code = district.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let away = event("forwarded", "2022-02-15T09:00:00+07:00", json!({"to_agency": "H51.30.18"}));
    let problem = district
        .post(&format!("/v1/dossiers/{code}/events"), &away)
        .await
        .problem(403, "agency_out_of_scope");
    assert_eq!(problem["pointer"], "/to_agency");
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 1, "only the receipt");
}

/// Watching is not governing: it shows, and lets nobody act for another agency.
#[actix_web::test]
async fn a_watcher_reads_and_does_not_write() {
    let app = TestApp::start();
    let [_, _, watched] = three_dossiers(&app.root().await).await;
    let district = app.district().await;
    district.get(&format!("/v1/dossiers/{watched}")).await.expect(200);
    let end = event("completed", "2022-02-15T09:00:00+07:00", json!({"result": {"outcome": "rejected"}}));
    let path = format!("/v1/dossiers/{watched}/events");
    district.post(&path, &end).await.problem(403, "agency_out_of_scope");
    let mut land = receipt("2022-02-15T08:00:00+07:00");
    land["procedure"] = json!("1.012784");
    land["competent_agency"] = json!("H51.12");
    let received = district.receive(&land).await; // at its own desk, for the branch to decide
    land["receiving_agency"] = json!("H51.12");
    let problem = district.post("/v1/dossiers", &land).await.problem(403, "agency_out_of_scope");
    assert_eq!(problem["pointer"], "/receiving_agency");
    let to = event("forwarded", "2022-02-15T09:00:00+07:00", json!({"to_agency": "H51.12"}));
    district.record(&received, &to).await;
}
