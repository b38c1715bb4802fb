//! How much a request may bring: path, query, headers, body. What is more gets a problem, and nothing is stored.

use crate::harness::contract::document;
use crate::harness::{Answer, Raw, TestApp, receipt};
use crate::openapi::operations;
use crate::scope_proof::{Stage, proven};
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use congkhai::http::bounds::{LONGEST_HEADER, LONGEST_TARGET, MOST_HEADER_BYTES, MOST_HEADERS};

/// Headers that have one size each, `bytes` together.
fn padding(lines: usize, bytes: usize) -> Vec<(String, String)> {
    let line = |i| {
        let name = format!("x-{i:04}");
        let value = "v".repeat(bytes / lines - name.len());
        (name, value)
    };
    (0..lines).map(line).collect()
}

#[actix_web::test]
async fn a_head_that_is_too_long_is_a_problem_and_stores_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let send = async |path: &str, headers: Vec<(String, String)>| {
        let mut request = root.request(Method::POST, path);
        for header in headers {
            request = request.append_header(header);
        }
        Answer::of(request.send_json(&receipt("2022-02-15T08:00:00+07:00")).await.unwrap()).await
    };
    let long = |length: usize| {
        let path = "/v1/dossiers?dry_run=true&x=";
        format!("{path}{}", "y".repeat(length - path.len()))
    };
    send(&long(LONGEST_TARGET), vec![]).await.problem(400, "unknown_parameter");
    send(&long(LONGEST_TARGET + 1), vec![]).await.problem(414, "uri_too_long");
    for headers in
        [padding(MOST_HEADERS, 2000), padding(1, LONGEST_HEADER + 1), padding(8, MOST_HEADER_BYTES)]
    {
        send("/v1/dossiers", headers).await.problem(431, "headers_too_large");
    }
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
    for headers in
        [padding(MOST_HEADERS - 10, 2000), padding(1, LONGEST_HEADER), padding(4, MOST_HEADER_BYTES - 2000)]
    {
        send("/v1/dossiers", headers).await.expect(201);
    }
    // Before the path is looked up, and before a key is asked for.
    app.nobody().get(&format!("/{}", "x".repeat(LONGEST_TARGET))).await.problem(414, "uri_too_long");
    let vietnamese = app.nobody().get_with(&long(LONGEST_TARGET + 1), ("Accept-Language", "vi")).await;
    assert_eq!(vietnamese.problem(414, "uri_too_long")["title"], "Đường dẫn hoặc truy vấn quá dài");
}

/// What the server below does not take at all it answers with a bare status; then it closes the connection, and others are served.
#[actix_web::test]
async fn a_head_of_any_length_is_answered() {
    let app = TestApp::start();
    app.begins().await;
    let sent = |request: String| {
        actix_web::rt::task::spawn_blocking({
            let raw = Raw::to(&app);
            move || raw.sends_at_once(&request)
        })
    };
    let many = "x: y\r\n".repeat(100);
    for (request, status) in [
        (format!("GET /health/live HTTP/1.1\r\nHost: x\r\n{many}\r\n"), "431"),
        (format!("GET /health/live HTTP/1.1\r\nHost: x\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)), "431"),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(100 << 10)), "400"),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(1 << 20)), "431"),
    ] {
        let answer = sent(request).await.unwrap();
        // The answer may be lost when the service closes while the client still sends.
        assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    app.nobody().get("/health/live").await.expect(200);
}

/// Every parameter of every operation: a second one of the same name, and a list without end.
#[actix_web::test]
async fn parameters_are_given_once_and_lists_have_an_end() {
    let stage = Stage::set().await;
    let root = stage.app.root().await;
    let document = document();
    let before = stage.stored().await;
    let (mut asked, mut listed) = (0, 0);
    for (method, _, line) in proven() {
        let (_, operation) =
            operations(&document).into_iter().find(|(_, o)| o["operationId"] == line.id).unwrap();
        let path = stage.fill(line.path.split('?').next().unwrap());
        let body = line.body.as_ref().map(|body| stage.fill(&body.to_string()));
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "query" {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            let twice = format!("{path}?{name}=1&{name}=1");
            let answer = stage.send_as(&root, &method, &line, &twice, body.clone()).await;
            assert!(matches!(answer.status.as_u16(), 400 | 422), "{twice}: {}", answer.text());
            asked += 1;
            if parameter["schema"]["type"] == "array" {
                let endless = format!("{path}?{name}={}", vec!["H51"; 201].join(","));
                let answer = stage.send_as(&root, &method, &line, &endless, body.clone()).await;
                let problem = answer.problem(422, "invalid_value");
                assert_eq!(problem["errors"][0]["parameter"], name, "{problem}");
                listed += 1;
            }
        }
    }
    assert!(asked > 200 && listed > 50, "{asked} parameters, {listed} lists");
    assert_eq!(stage.stored().await, before);
}

/// Nothing is decompressed anywhere, so nothing unfolds.
#[actix_web::test]
async fn no_operation_takes_a_compressed_body() {
    // gzip of `{}`: an operation that unfolds it would miss fields and not the media type.
    const GZIP: [u8; 22] = [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 174, 5, 0, 67, 191, 166, 163, 2, 0, 0, 0];
    let app = TestApp::start();
    let root = app.root().await;
    let document = document();
    let mut asked = 0;
    for (name, _) in operations(&document).into_iter().filter(|(_, o)| o["requestBody"].is_object()) {
        let (method, path) = name.split_once(' ').unwrap();
        let path = path.replace("{code}", "H51.29.05").replace("{procedure}", "1.004873");
        for coding in ["gzip", "deflate", "br", "zstd", "identity, gzip"] {
            let request = root.request(method.to_uppercase().parse().unwrap(), &path);
            let request =
                request.insert_header(("Content-Encoding", coding)).content_type("application/json");
            let answer = Answer::of(request.send_body(GZIP.to_vec()).await.unwrap()).await;
            answer.problem(415, "unsupported_media_type");
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked}");
    // Compressed for the connection instead, it is no HTTP that is read here.
    let key = app.key(Scope::ALL, &["*"], None).await.reveal();
    let mut raw = Raw::to(&app);
    raw.send(format!(
        "POST /v1/dossiers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    ));
    assert_eq!(raw.answer().status, 400);
}
