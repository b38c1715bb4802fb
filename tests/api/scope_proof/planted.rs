//! Personal data is planted wherever the service takes it, everything that it does is done, and nothing of it is found again: not in an answer,
//! an export, the log, the metrics, or any column of any table.
//!
//! Officers are not searched for: they act in office, and every caller with a key is shown their names (ADR 103).

use super::{Stage, proven};
use crate::harness::personal::DATA_KEY;
use crate::harness::{
    Answer, Client, Service, TestApp, TestDatabase, connect, directory, event, receipt, run_with,
};
use actix_web::http::Method;
use calamine::{Reader, Xlsx};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};
use std::io::Cursor;

/// What is planted, a piece of each value: name, identity number, telephone, e-mail, address, summary, private note, an unknown key of the
/// national format, and the applicant of the dossier of the stage.
const PLANTED: [&str; 9] = [
    "Zyxwvutname",
    "987650001234",
    "0987650999",
    "zyxmail",
    "Zyxaddress",
    "Zyxsummary",
    "Zyxnote",
    "Zyxkey",
    "Zacharias",
];

const REASON: (&str, &str) = ("X-Access-Reason", "Gi%E1%BA%A3i quy%E1%BA%BFt khi%E1%BA%BFu n%E1%BA%A1i");

/// Answers that must not show what was planted.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Seen {
    fn add(&mut self, what: &str, answer: &Answer) {
        let headers = format!("{:?}", answer.headers);
        let text = if answer.header("content-type").contains("spreadsheetml") {
            let mut book: Xlsx<_> =
                calamine::open_workbook_from_rs(Cursor::new(answer.body.clone())).unwrap();
            format!("{:?}", book.worksheets())
        } else {
            String::from_utf8_lossy(&answer.body).into_owned()
        };
        self.0.push((what.to_owned(), headers + &text));
    }

    fn check(&self) {
        for (what, text) in &self.0 {
            assert!(found_in(text).is_empty(), "{what} shows {:?}: {text}", found_in(text));
        }
    }
}

fn found_in(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    PLANTED.into_iter().filter(|planted| text.contains(&planted.to_lowercase())).collect()
}

fn person() -> Value {
    json!({"kind": "individual", "name": "Zyxwvutname Quang", "id_number": "987650001234", "phone": "0987650999",
        "email": "zyxmail@example.org", "address": "số 7 Zyxaddress"})
}

fn planted_receipt(at: &str) -> Value {
    let mut body = receipt(at);
    (body["applicant"], body["summary"]) = (person(), json!("Hồ sơ Zyxsummary"));
    body
}

fn planted_note(at: &str) -> Value {
    event("noted", at, json!({"note": "Gọi cho Zyxnote 0987650999"}))
}

/// When all of it was received.
const AT: &str = "2022-02-15T08:00:00+07:00";

/// Sends personal data through every door that takes it, well and badly, and shows it to who may see it. `n` tells the codes apart. Gives the
/// code of a dossier.
async fn plant(client: &Client, n: u32, seen: &mut Seen) -> String {
    let code = plant_one(client, n, seen).await;
    plant_many(client, n, seen).await;
    plant_national(client, n, seen).await;
    plant_badly(client, seen).await;
    let path = format!("/v1/dossiers/{code}?include=events");
    let shown = client.get_with(&path, REASON).await.text();
    assert_eq!(found_in(&shown).len(), 7, "it is there: {shown}");
    code
}

async fn plant_one(client: &Client, n: u32, seen: &mut Seen) -> String {
    seen.add(
        "a receipt that was tried",
        &client.post("/v1/dossiers?dry_run=true", &planted_receipt(AT)).await,
    );
    let received = client.post("/v1/dossiers", &planted_receipt(AT)).await;
    seen.add("a receipt", &received);
    let code = received.expect(201)["code"].as_str().unwrap().to_owned();
    let note = planted_note("2022-02-15T09:00:00+07:00");
    let noted = client.post(&format!("/v1/dossiers/{code}/events"), &note).await;
    noted.expect(201);
    seen.add("an event", &noted);
    let once = client
        .request(Method::POST, "/v1/dossiers")
        .insert_header(("Idempotency-Key", format!("planted-{n}")));
    let once = Answer::of(once.send_json(&planted_receipt(AT)).await.unwrap()).await;
    once.expect(201);
    seen.add("a receipt with a key", &once);
    code
}

async fn plant_many(client: &Client, n: u32, seen: &mut Seen) {
    let (mut item, mut step) = (planted_receipt(AT), planted_note("2022-02-15T09:00:00+07:00"));
    let code = format!("H51.29-220215-9{n}00");
    (item["op"], item["code"]) = (json!("receive"), json!(code));
    (step["op"], step["ref"], step["dossier"]) = (json!("event"), json!("planted"), json!(code));
    let mut batch = json!({"items": [item, step]});
    let batched = client.post("/v1/dossiers/batch", &batch).await;
    assert_eq!(batched.expect(200)["summary"]["created"], 2, "{}", batched.text());
    seen.add("a batch", &batched);
    batch["items"][0]["applicant"]["phone"] = json!("09876509998");
    let rejected = client.post("/v1/dossiers/batch?atomic=true", &batch).await;
    assert_eq!(rejected.expect(200)["summary"]["rejected"], 1, "{}", rejected.text());
    seen.add("a batch that was rejected", &rejected);
}

async fn plant_national(client: &Client, n: u32, seen: &mut Seen) {
    let code = format!("H51.29-220215-8{n}00");
    let sent = json!({"MaHoSo": code, "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Zyxwvutname Quang",
        "SoGiayToChuHoSo": "987650001234", "SoDienThoai": "0987650999", "Email": "zyxmail@example.org", "DiaChi": "Zyxaddress",
        "TrichYeuHoSo": "Zyxsummary", "GhiChu": "Zyxnote", "KhoaLa": "Zyxkey", "TrangThaiHoSo": "4", "NgayTiepNhan": "20220215080000",
        "DonViXuLy": "H51.29"});
    let step = json!({"MaHoSo": code, "ThoiDiemXuLy": "20220215090000", "TrangThai": "4", "NoiDungXuLy": "Zyxnote", "NguoiXuLy": "Bình"});
    for (path, object) in [("/v1/national/dossiers", &sent), ("/v1/national/progress", &step)] {
        let answer = client.post(path, &json!({"data": [object]})).await;
        assert_eq!(answer.expect(200)["data"][0]["error_code"], 0, "{}", answer.text());
        seen.add(path, &answer);
    }
    let path = format!("/v1/national/dossiers/{code}");
    seen.add("the national format", &client.get(&path).await);
    assert!(client.get_with(&path, REASON).await.text().contains("Zyxsummary"));
}

/// What is refused names the place, and not the value.
async fn plant_badly(client: &Client, seen: &mut Seen) {
    let mut bad = planted_receipt(AT);
    bad["applicant"]["phone"] = json!("0987650999 ".repeat(60));
    bad["applicant"]["name"] = json!({"first": "Zyxwvutname"});
    bad["summary"] = json!(["Zyxsummary"]);
    let mut long = planted_receipt(AT);
    long["summary"] = json!("Zyxsummary".repeat(1_000));
    let mut unknown = planted_receipt(AT);
    unknown["procedure"] = json!("9.999999");
    for (what, body) in [("bad values", bad), ("long values", long), ("an unknown procedure", unknown)] {
        let refused = client.post("/v1/dossiers", &body).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        seen.add(what, &refused);
    }
    let cut = planted_receipt(AT).to_string().trim_end_matches('}').to_owned();
    let request =
        client.request(Method::POST, "/v1/dossiers").insert_header(("Content-Type", "application/json"));
    let refused = Answer::of(request.send_body(cut).await.unwrap()).await;
    refused.problem(400, "malformed_json");
    seen.add("half a body", &refused);
}

/// Where anything that was planted stands in a database: every column of every table, as text and as bytes.
async fn found_in_tables(db: &TestDatabase) -> Vec<String> {
    let owner = connect(&db.url).await;
    let query = "SELECT format('%I.%I', table_schema, table_name), format('%I', column_name), data_type::text FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2";
    let mut found = vec![];
    let columns = owner.query(query, &[]).await.unwrap();
    assert!(columns.len() > 200, "{} columns", columns.len());
    for row in columns {
        let (table, column, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let text =
            if kind == "bytea" { format!("encode({column}, 'escape')") } else { format!("{column}::text") };
        let query = format!("SELECT count(*) FROM {table} WHERE {text} ILIKE ANY ($1)");
        let wanted: Vec<String> = PLANTED.iter().map(|planted| format!("%{planted}%")).collect();
        let count: i64 = owner.query_one(&query, &[&wanted]).await.unwrap().get(0);
        if count > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// The same by `congkhai import dossiers`.
async fn import(app: &TestApp) {
    let files = directory("planted");
    let file = files.path().join("items.ndjson");
    let mut item = planted_receipt(AT);
    (item["op"], item["origin"], item["code"]) =
        (json!("receive"), json!("import"), json!("H51.29-220215-7000"));
    std::fs::write(&file, format!("{item}\n")).unwrap();
    let (url, key) = (app.base.clone(), app.key(&[Scope::DossiersWrite], &["*"], None).await.reveal());
    let import = move || {
        run_with(
            &["import", "dossiers", file.to_str().unwrap()],
            &[("CONGKHAI_URL", &url), ("CONGKHAI_KEY", &key)],
        )
    };
    let imported = actix_web::web::block(import).await.unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
}

#[actix_web::test]
async fn what_was_planted_is_found_in_no_answer_and_in_no_table() {
    let stage = Stage::set().await;
    let (app, mut seen) = (&stage.app, Seen::default());
    let root = app.root().await;
    plant(&root, 1, &mut seen).await;
    import(app).await;
    let mut asked = 0;
    for (method, _, line) in proven() {
        let answer = stage.send(&root, &method, &line, false).await;
        seen.add(line.id, &answer);
        let path = line.path.replace("{dossier}", &stage.dossier).replace("{report}", &stage.report);
        let formats = ["csv", "ndjson", "xlsx", "html"]
            .into_iter()
            .filter(|_| method == "GET" && !path.contains("format="));
        for format in formats {
            let separator = if path.contains('?') { '&' } else { '?' };
            let answer = root.get(&format!("{path}{separator}format={format}")).await;
            asked += u32::from(answer.status == 200);
            seen.add(&format!("{} as {format}", line.id), &answer);
        }
    }
    assert!(asked > 40, "{asked} exports");
    seen.check();
    assert_eq!(found_in_tables(&app.db).await, Vec::<String>::new());
    // The search finds what is there, in tables that it was not told of.
    app.db.sql("CREATE TABLE more (bytes bytea, json jsonb, texts text[]); INSERT INTO more VALUES ('x zyxmail y', '{\"a\": [\"Zyxnote\"]}', '{Zyxkey}')");
    assert_eq!(
        found_in_tables(&app.db).await,
        ["public.more.bytes", "public.more.json", "public.more.texts"]
    );
}

/// At a level of the log at which the libraries below tell what they do.
#[actix_web::test]
async fn what_was_planted_is_found_in_no_line_of_the_log() {
    let stage = Stage::set().await;
    let url = stage.app.db.service_url();
    let (service, log) = Service::logged(&["serve", "--database-url", &url, "--data-key", DATA_KEY], "debug");
    let (client, mut seen) = (stage.app.root().await.at(service.address), Seen::default());
    plant(&client, 2, &mut seen).await;
    for path in ["/v1/dossiers?format=csv", "/v1/overdue?format=xlsx", "/v1/audit?format=ndjson", "/metrics"]
    {
        seen.add(path, &client.get(path).await);
    }
    // A failure of the database is logged too.
    stage.app.db.sql("ALTER TABLE dossiers ADD CONSTRAINT dossiers_closed CHECK (version = 0) NOT VALID");
    client.post("/v1/dossiers", &planted_receipt(AT)).await.problem(500, "internal_error");
    seen.check();
    assert!(service.terminate().success());
    let log = log.join().unwrap();
    assert!(log.contains("GET /v1/dossiers/{code} 200") && log.contains("dossiers_closed"), "{log}");
    let lines: Vec<&str> = log.lines().filter(|line| !found_in(line).is_empty()).collect();
    assert_eq!(lines, Vec::<&str>::new());
}
