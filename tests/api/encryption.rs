//! Personal data is stored encrypted only: what is written, what was there before, and `congkhai data-key rotate`.

use crate::harness::evidence::{Verifier, lived};
use crate::harness::personal::{DATA_KEY, in_clear, notes, persons};
use crate::harness::{TestApp, connect, event, receipt, run};
use serde_json::json;

/// Rows that the key in front has not sealed, or that hold anything in clear.
const CLEAR: &str = "SELECT (SELECT count(*) FROM dossier_persons WHERE ciphertext IS NULL OR num_nonnulls(name, id_number, phone, email, address, summary, salt) > 0)
    + (SELECT count(*) FROM dossier_event_notes WHERE ciphertext IS NULL OR note IS NOT NULL)
    + (SELECT count(*) FROM dossier_event_notes JOIN dossier_events e ON e.id = event_id WHERE salt IS NOT NULL)";

const NEW_KEY: &str = "0808080808080808080808080808080808080808080808080808080808080808";

/// What `congkhai data-key rotate` printed, and whether it ended with 0.
fn rotate(app: &TestApp, keys: &str) -> (bool, String) {
    let done = run(&["data-key", "--database-url", &app.db.url, "--data-key", keys, "rotate"]);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.success(), text(&done.stdout) + &text(&done.stderr))
}

#[actix_web::test]
async fn personal_data_is_stored_sealed_with_the_salt_of_its_digest() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let note = json!({"note": "Gọi 0912345678"});
    root.record(&code, &event("noted", "2022-02-15T09:00:00+07:00", note)).await;
    assert_eq!(app.count(CLEAR).await, 0);
    let (_, person) = persons(&app).await.swap_remove(0);
    assert_eq!((person.name.as_str(), person.phone.as_deref()), ("Nguyễn Văn An", Some("0912345678")));
    assert_eq!(person.summary.as_deref(), Some("Xác nhận cho Nguyễn Văn An"));
    let (_, note) = notes(&app).await.swap_remove(0);
    assert_eq!(note.text, "Gọi 0912345678");
    assert_eq!((person.salt.map(|salt| salt.len()), note.salt.map(|salt| salt.len())), (Some(16), Some(16)));
    // Nobody stores it in clear any more: neither the service, nor the owner of the table.
    let clear = "INSERT INTO dossier_persons (dossier_id, name) SELECT id, 'An' FROM dossiers";
    let denied = connect(&app.db.service_url()).await.batch_execute(clear).await.unwrap_err();
    assert_eq!(denied.code().unwrap().code(), "42501");
    let refused = connect(&app.db.url).await.batch_execute(clear).await.unwrap_err();
    assert!(refused.as_db_error().unwrap().constraint() == Some("dossier_persons_sealed"), "{refused:?}");
}

/// Before the command has run, what is in clear reads, compares and verifies as what is sealed. After it, nothing is in clear.
#[actix_web::test]
async fn what_was_stored_in_clear_works_until_it_is_sealed() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = lived(&app, &root).await;
    let mut sent = receipt("2022-02-15T08:00:00+07:00");
    (sent["op"], sent["code"]) = (json!("receive"), json!("H51.29-220215-9000"));
    let noted = json!({"op": "event", "dossier": "H51.29-220215-9000", "ref": "x", "kind": "noted",
        "occurred_at": "2022-02-15T09:00:00+07:00", "note": "Riêng"});
    let batch = json!({"items": [sent, noted]});
    root.post("/v1/dossiers/batch", &batch).await.expect(200);
    let (sealed, sealed_notes) = (persons(&app).await, notes(&app).await);
    in_clear(&app).await;
    let verifier = Verifier::new("in-clear");
    verifier.database(&app).holds();
    let again = root.post("/v1/dossiers/batch", &batch).await.expect(200);
    assert_eq!(again["summary"], json!({"created": 0, "unchanged": 2, "rejected": 0}));
    let (done, said) = rotate(&app, DATA_KEY);
    assert!(
        done && said.contains("dossier_persons: 2 of 2\n") && said.contains("dossier_event_notes: 3 of 3\n"),
        "{said}"
    );
    assert_eq!(app.count(CLEAR).await, 0);
    assert!(persons(&app).await == sealed && notes(&app).await == sealed_notes, "they hold what they held");
    verifier.database(&app).holds();
    let again = root.post("/v1/dossiers/batch", &batch).await.expect(200);
    assert_eq!(again["summary"], json!({"created": 0, "unchanged": 2, "rejected": 0}));
    app.happens(&root, &code, "reopened", "02-15T18:00", json!({"ground": "Nhầm", "note": "Riêng"})).await;
    verifier.database(&app).holds();
    let validated = "SELECT count(*) FROM pg_constraint WHERE conname IN ('dossier_persons_sealed', 'dossier_event_notes_sealed') AND convalidated";
    assert_eq!(app.count(validated).await, 2, "PostgreSQL itself has looked at every row");
}

#[actix_web::test]
async fn a_new_key_takes_the_place_of_the_old_one() {
    let app = TestApp::start();
    let root = app.root().await;
    lived(&app, &root).await;
    let sent = json!({"data": [{"MaHoSo": "H51.29-220215-9005", "MaTTHC": "1.004873", "KenhThucHien": "1", "ChuHoSo": "Nguyễn Văn An",
        "TrangThaiHoSo": "2", "NgayTiepNhan": "20220215080000", "DonViXuLy": "H51.29"}]});
    root.post("/v1/national/dossiers", &sent).await.expect(200);
    let old = "SELECT (SELECT count(*) FROM dossier_persons WHERE key_id = (SELECT min(key_id) FROM national_payloads))
        + (SELECT count(*) FROM dossier_event_notes WHERE key_id = (SELECT min(key_id) FROM national_payloads)) + (SELECT count(*) FROM national_payloads)";
    assert_eq!(app.count(old).await, 5);
    // Without the old key nothing opens, and nothing is lost.
    let (done, said) = rotate(&app, NEW_KEY);
    assert!(!done && said.contains("5 rows do not open"), "{said}");
    let both = format!("{NEW_KEY},{DATA_KEY}");
    let (done, said) = rotate(&app, &both);
    assert!(done && said.contains("encrypted 5 rows; no other key is needed any more"), "{said}");
    let verified =
        |key: &str| Verifier::new("rotated").verify(&["--database-url", &app.db.url, "--data-key", key]);
    verified(NEW_KEY).holds();
    let with_old = verified(DATA_KEY);
    assert!(
        with_old.lines.contains("does not open: the data key that sealed it is not known"),
        "{}",
        with_old.lines
    );
    let (done, said) = rotate(&app, &both);
    assert!(done && said.contains("encrypted 0 rows"), "{said}");
    let audit = root.get("/v1/audit?action=data_key.rotated").await.expect(200);
    assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
    assert_eq!(audit["items"][0]["actor"], "command:data-key rotate");
}

/// Who verifies needs no key to see that nothing was changed, added or removed; only personal data is then not compared.
#[actix_web::test]
async fn chains_verify_without_the_key() {
    let app = TestApp::start();
    lived(&app, &app.root().await).await;
    let verdict = Verifier::new("keyless").verify(&["--database-url", &app.db.url]);
    assert!(verdict.holds().contains("3 rows of personal data were not compared"), "{}", verdict.lines);
}

#[actix_web::test]
async fn without_a_key_no_dossier_is_taken() {
    let app = TestApp::without_data_key();
    let root = app.root().await;
    let refused = root.post("/v1/dossiers", &receipt("2022-02-15T08:00:00+07:00")).await;
    refused.problem(503, "data_key_missing");
    assert_eq!(refused.header("retry-after"), "3600");
    let note = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "x"}));
    root.post("/v1/dossiers/H51.29-220215-0001/events", &note).await.problem(503, "data_key_missing");
    root.post("/v1/dossiers/batch", &json!({"items": [note]})).await.problem(503, "data_key_missing");
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, 0);
}
