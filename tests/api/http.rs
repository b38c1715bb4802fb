//! What every endpoint does the same way.

use crate::harness::{Answer, TestApp, receipt};
use actix_web::http::Method;
use serde_json::json;

#[actix_web::test]
async fn unknown_paths_and_methods_are_problems() {
    let app = TestApp::start();
    let nobody = app.nobody();
    nobody.get("/v1/nothing").await.problem(404, "not_found");
    nobody.get("/").await.problem(404, "not_found");
    nobody.get("/v1/public/dossiers/%ff").await.problem(404, "not_found");
    for (method, path, allow) in [
        (Method::DELETE, "/v1/dossiers", "GET, HEAD, POST"),
        (Method::POST, "/v1/overdue", "GET, HEAD"),
        (Method::PATCH, "/v1/agencies/H51", "GET, HEAD, PUT"),
        (Method::GET, "/v1/dossiers/H51-220215-0001/nothing", ""),
    ] {
        let answer = nobody.send(method.clone(), path).await;
        if allow.is_empty() {
            answer.problem(404, "not_found");
        } else {
            answer.problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), allow, "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn the_order_of_judgement() {
    let app = TestApp::start();
    let (nobody, reader) = (app.nobody(), app.caller(&[], &["H51.29"]).await);
    // No key comes before a bad body, and a missing scope before both.
    nobody.post("/v1/dossiers", &json!("nonsense")).await.problem(401, "unauthorized");
    reader.post("/v1/dossiers", &json!("nonsense")).await.problem(403, "insufficient_scope");
    // A body that is not valid comes before a dossier that is not there.
    let root = app.root().await;
    let bad = root.post("/v1/dossiers/H51-220215-0001/events", &json!({"kind": "noted"})).await;
    bad.problem_at(422, "missing_field", "/occurred_at");
}

#[actix_web::test]
async fn every_get_answers_head() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    for path in
        ["/v1/overdue?format=csv", "/v1/agencies", "/openapi.json", &format!("/v1/public/dossiers/{code}")]
    {
        let (head, get) = (root.send(Method::HEAD, path).await, root.get(path).await);
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        if !path.contains("csv") {
            assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
        }
    }
    root.send(Method::HEAD, "/v1/nothing").await;
}

#[actix_web::test]
async fn request_ids_are_taken_or_made() {
    let app = TestApp::start();
    let nobody = app.nobody();
    let given = nobody.get_with("/v1/nothing", ("X-Request-Id", "portal-42:a.b_c")).await;
    assert_eq!(given.problem(404, "not_found")["request_id"], "portal-42:a.b_c");
    for bad in ["two words", "a;b", &"x".repeat(129)] {
        let answer = nobody.get_with("/health/live", ("X-Request-Id", bad)).await;
        assert_ne!(answer.header("x-request-id"), bad);
        assert_eq!(answer.header("x-request-id").len(), 36, "a UUID instead");
    }
}

#[actix_web::test]
async fn problems_speak_the_callers_language_and_are_explained() {
    let app = TestApp::start();
    let nobody = app.nobody();
    let vietnamese = nobody.get_with("/v1/overdue", ("Accept-Language", "vi-VN,vi;q=0.9")).await;
    assert_eq!(vietnamese.problem(401, "unauthorized")["title"], "Cần khóa truy cập");
    assert_eq!(vietnamese.header("content-language"), "vi");
    let explained = nobody.get("/problems/unauthorized").await.expect(200);
    assert_eq!(explained["title"], "Key needed");
    assert_eq!(explained["status"], 401);
    nobody.get("/problems/nonsense").await.problem(404, "not_found");
}

#[actix_web::test]
async fn a_compressed_body_is_told_that_it_is_not_read() {
    let app = TestApp::start();
    let root = app.root().await;
    let request = root.request(Method::POST, "/v1/dossiers").insert_header(("Content-Encoding", "gzip"));
    let answer = Answer::of(request.send_json(&json!({})).await.unwrap()).await;
    answer.problem(415, "unsupported_media_type");
}

#[actix_web::test]
async fn bodies_that_cannot_be_read_store_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let send = async |content_type: &str, body: Vec<u8>| {
        let request =
            root.request(Method::POST, "/v1/dossiers").insert_header(("Content-Type", content_type));
        Answer::of(request.send_body(body).await.unwrap()).await
    };
    send("application/json", b"{".to_vec()).await.problem(400, "malformed_json");
    send("application/json", b"\xff\xfe".to_vec()).await.problem(400, "malformed_json");
    send("application/json", "[".repeat(200_000).into_bytes()).await.problem(422, "wrong_type");
    send("text/plain", b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send("application/json", vec![b' '; (1 << 20) + 1]).await.problem(413, "payload_too_large");
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
}

#[actix_web::test]
async fn parameters_are_known_or_refused() {
    let app = TestApp::start();
    let root = app.root().await;
    let problem = root.get("/v1/overdue?agancy=H51").await.problem(400, "unknown_parameter");
    assert_eq!(problem["errors"][0]["parameter"], "agancy");
    root.get("/v1/dossiers/H51-220215-0001?x=1").await.problem(400, "unknown_parameter");
    root.get("/health/live?x=1").await.problem(400, "unknown_parameter");
    root.post("/v1/dossiers?dry=true", &receipt("2022-02-15T08:00:00+07:00"))
        .await
        .problem(400, "unknown_parameter");
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("count=roughly", "count"),
        ("sort=name", "sort"),
        ("format=pdf", "format"),
    ] {
        let answer = root.get(&format!("/v1/overdue?{query}")).await;
        assert_eq!(answer.status.as_u16(), 422, "{query}");
        assert_eq!(answer.json()["errors"][0]["parameter"], parameter, "{query}");
    }
    root.get_with("/v1/dossiers", ("Accept", "text/html")).await.problem(406, "not_acceptable");
}

#[actix_web::test]
async fn the_service_tells_whether_it_lives_and_can_work() {
    let app = TestApp::start();
    assert_eq!(app.nobody().get("/health/live").await.expect(200)["status"], "ok");
    assert_eq!(app.nobody().get("/health/ready").await.expect(200)["status"], "ok");
}

#[actix_web::test]
async fn hostile_parameters_are_refused_and_never_reach_the_database() {
    let app = TestApp::start();
    let root = app.root().await;
    for (path, status) in [
        ("/v1/public/procedures?q=%00", 422),
        ("/v1/dossiers?q=%00", 422),
        ("/v1/dossiers?codes=a%00b", 422),
        ("/v1/procedures/%00", 404),
        ("/v1/agencies/%00", 404),
        ("/v1/public/procedures?in_force_on=-9999-01-01", 422),
        ("/v1/dossiers?received_from=-262143-01-01", 422),
        ("/v1/dossiers?due_to=%2B99999-01-01", 422),
        ("/v1/dossiers?q='%20OR%201=1--", 200),
        ("/v1/public/procedures?q=%27%3B%20DROP%20TABLE%20dossiers%3B--", 200),
        ("/v1/dossiers?q=%F0%9F%92%A3%25%5F%5C", 200),
    ] {
        assert_eq!(root.get(path).await.status.as_u16(), status, "{path}");
    }
    let mut body = receipt("2022-02-15T08:00:00+07:00");
    body["applicant"] = json!(["individual", "Nguyễn Văn An", null, null, null, null]);
    root.post("/v1/dossiers", &body).await.problem_at(422, "wrong_type", "/applicant");
}
