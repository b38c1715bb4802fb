//! Codes that look like another's and are none: digits and letters of other scripts, characters that do not show, decomposed
//! forms. Wherever a code is read they are refused as malformed, so no second thing stands beside the real one.

use crate::harness::{Client, TestApp, directory, event, receipt, run_with};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

/// Texts that a reader takes for the code.
fn lookalikes(code: &str) -> Vec<String> {
    let mut found: Vec<String> = [
        // Digits: full-width, Arabic-Indic, mathematical; the letter O.
        ("1", "１"),
        ("1", "١"),
        ("1", "𝟏"),
        ("0", "O"),
        ("0", "٠"),
        // Letters: Cyrillic, Greek, full-width, another case, with a mark that hardly shows.
        ("H", "Н"),
        ("H", "Η"),
        ("H", "Ｈ"),
        ("H", "h"),
        ("H", "H\u{335}"),
        // Points and hyphens.
        (".", "．"),
        (".", "․"),
        ("-", "‐"),
        ("-", "−"),
        ("-", "－"),
    ]
    .into_iter()
    .filter(|(real, _)| code.contains(real))
    .map(|(real, other)| code.replacen(real, other, 1))
    .collect();
    // What does not show: zero width, joiners, marks of direction, a mark of byte order, a soft hyphen, a tag.
    for hidden in
        ['\u{200b}', '\u{200d}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{ad}', '\u{e0031}']
    {
        found.push(format!("{}{hidden}{}", &code[..2], &code[2..]));
        found.push(format!("{code}{hidden}"));
        found.push(format!("{hidden}{code}"));
    }
    found
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Everything that has a code of its own.
const STORED: &str = "SELECT (SELECT count(*) FROM dossiers) + (SELECT count(*) FROM agencies) + (SELECT count(*) FROM procedures)
    + (SELECT count(*) FROM procedure_versions) + (SELECT count(*) FROM dossier_events) + (SELECT count(*) FROM national_payloads)";

struct Stage {
    app: TestApp,
    root: Client,
    code: String,
    before: i64,
}

impl Stage {
    async fn set() -> Self {
        let app = TestApp::start();
        let root = app.root().await;
        let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
        let before = app.count(STORED).await;
        Self { app, root, code, before }
    }

    async fn is_untouched(&self) {
        assert_eq!(self.app.count(STORED).await, self.before);
    }
}

#[actix_web::test]
async fn in_a_path_they_are_not_there() {
    let Stage { app, root, code, .. } = &Stage::set().await;
    for (template, code) in [
        ("/v1/dossiers/{}", code.as_str()),
        ("/v1/public/dossiers/{}", code),
        ("/v1/national/dossiers/{}", code),
        ("/v1/agencies/{}", "H51.29"),
        ("/v1/procedures/{}", "1.004873"),
        ("/v1/public/procedures/{}", "1.004873"),
    ] {
        for other in lookalikes(code) {
            let path = template.replace("{}", &encoded(&other));
            let answer = root.get(&path).await;
            assert_eq!(answer.problem(404, "not_found")["status"], 404, "{template} {other:?}");
        }
    }
    // Nor do they come to be there.
    let body = json!({"name": "x", "level": "district", "valid_from": "2020-01-01"});
    for other in lookalikes("H51.29") {
        root.put(&format!("/v1/agencies/{}", encoded(&other)), &body, None).await.problem(404, "not_found");
    }
    let note = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
    for other in lookalikes(code) {
        let path = format!("/v1/dossiers/{}/events", encoded(&other));
        root.post(&path, &note).await.problem(404, "not_found");
    }
    for name in ["hо-tich", "ho‐tich", "ho\u{200b}tich"] {
        root.get(&format!("/v1/policies/{}", encoded(name))).await.problem(404, "not_found");
        root.get(&format!("/v1/reminder-rules/{}", encoded(name))).await.problem(404, "not_found");
    }
    assert_eq!(app.count("SELECT count(*) FROM dossier_events").await, 1);
}

#[actix_web::test]
async fn in_a_query_they_find_nothing() {
    let stage = Stage::set().await;
    for (path, parameter, code) in [
        ("/v1/dossiers", "codes", stage.code.as_str()),
        ("/v1/dossiers", "agency", "H51.29"),
        ("/v1/dossiers", "receiving_agency", "H51.29"),
        ("/v1/overdue", "procedure", "1.004873"),
        ("/v1/agencies", "subtree_of", "H51.29"),
        ("/v1/public/procedures", "agency", "H51.29"),
    ] {
        for other in lookalikes(code) {
            let answer = stage.root.get(&format!("{path}?{parameter}={}", encoded(&other))).await;
            let answer = if answer.status == 200 { answer.expect(200) } else { answer.expect(422) };
            // Not found, or said to be none.
            let is_nothing = answer["items"] == json!([]) || answer["errors"][0]["parameter"] == parameter;
            assert!(is_nothing, "{path} {other:?}: {answer}");
        }
    }
}

#[actix_web::test]
async fn in_a_body_they_are_malformed() {
    let stage = Stage::set().await;
    for (field, code) in [
        ("code", "H51.29-220215-0001"),
        ("receiving_agency", "H51.29"),
        ("competent_agency", "H51.29.05"),
        ("procedure", "1.004873"),
    ] {
        for other in lookalikes(code) {
            let mut body = receipt("2022-02-15T08:00:00+07:00");
            body[field] = json!(other);
            let problem = stage.root.post("/v1/dossiers", &body).await.expect(422);
            assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{other:?}: {problem}");
        }
    }
    stage.is_untouched().await;
}

fn item(code: &str) -> Value {
    let mut item = receipt("2022-02-15T08:00:00+07:00");
    (item["op"], item["code"]) = (json!("receive"), json!(code));
    item
}

#[actix_web::test]
async fn in_batches_and_in_the_national_format_they_are_rejected() {
    let stage = Stage::set().await;
    let others = lookalikes(&stage.code);
    let items: Vec<Value> = others.iter().map(|other| item(other)).collect();
    let batch = stage.root.post("/v1/dossiers/batch", &json!({"items": items})).await.expect(200);
    assert_eq!(batch["summary"]["rejected"], others.len(), "{batch}");
    for (field, code) in [("MaHoSo", stage.code.as_str()), ("MaTTHC", "1.004873"), ("DonViXuLy", "H51.29.05")]
    {
        let object = |other: &String| {
            let mut object = json!({
                "MaHoSo": "H51.29-220215-9001", "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Nguyễn Văn An",
                "NgayTiepNhan": "20220215080000", "TrangThaiHoSo": "2", "NoiNopHoSo": "H51.29", "DonViXuLy": "H51.29.05",
            });
            object[field] = json!(other);
            object
        };
        let sent: Vec<Value> = lookalikes(code).iter().map(object).collect();
        let answer = stage.root.post("/v1/national/dossiers", &json!({"data": sent})).await.expect(200);
        for (i, done) in answer["data"].as_array().unwrap().iter().enumerate() {
            assert_ne!(done["error_code"], 0, "{field} {:?}: {done}", sent[i][field]);
        }
    }
    stage.is_untouched().await;
}

#[actix_web::test]
async fn in_an_import_they_are_rejected() {
    let stage = Stage::set().await;
    let others = lookalikes(&stage.code);
    let place = directory("lookalikes");
    let file = place.path().join("dossiers.ndjson");
    let lines: Vec<String> = others.iter().map(|other| item(other).to_string()).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let key = stage.app.key(&[Scope::DossiersWrite], &["*"], None).await.reveal();
    let url = stage.app.base.clone();
    let run = move || {
        run_with(
            &["import", "dossiers", file.to_str().unwrap()],
            &[("CONGKHAI_URL", &url), ("CONGKHAI_KEY", &key)],
        )
    };
    let output = actix_web::web::block(run).await.unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let refused = told.lines().filter(|line| line.contains("/code")).count();
    assert_eq!((refused, output.status.code()), (others.len(), Some(1)), "{told}");
    stage.is_untouched().await;
}

/// A reference of an event is a free text, and the same one however its letters are composed.
#[actix_web::test]
async fn a_reference_is_the_same_composed_or_not() {
    let stage = Stage::set().await;
    let recorded = |reference: &str| {
        let mut item = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
        (item["op"], item["dossier"], item["ref"]) = (json!("event"), json!(stage.code), json!(reference));
        item
    };
    let items = [recorded("Điều-7"), recorded("Đie\u{302}\u{300}u-7")];
    let batch = stage.root.post("/v1/dossiers/batch", &json!({"items": items})).await.expect(200);
    assert_eq!(batch["summary"], json!({"created": 1, "unchanged": 1, "rejected": 0}));
    // A key for doing something once is plain ASCII.
    let key = HeaderValue::from_bytes("kеy".as_bytes()).unwrap();
    let request = stage.root.request(Method::POST, "/v1/dossiers").insert_header(("Idempotency-Key", key));
    let answer = request.send_json(&receipt("2022-02-15T08:00:00+07:00")).await.unwrap();
    assert_eq!(answer.status().as_u16(), 422);
}
