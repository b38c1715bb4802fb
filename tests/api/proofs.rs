//! Proofs of dossiers: what they hold, and that they can be checked with nothing but the public key.

use crate::harness::evidence::{Verifier, lived, signing_key, tick};
use crate::harness::{TestApp, at, inserting_all, receipt};
use congkhai::domain::daily_log::{self, Statement};
use congkhai::domain::hash_chain::{Hash, from_hex};
use congkhai::domain::merkle;
use congkhai::domain::proof::{BadProof, Proof};
use congkhai::domain::signing::PublicKey;
use serde_json::{Value, json};

async fn proof(app: &TestApp, code: &str) -> Value {
    app.root().await.get(&format!("/v1/dossiers/{code}/proof")).await.expect(200)
}

#[actix_web::test]
async fn a_proof_is_checked_offline() {
    let app = TestApp::signing();
    let root = app.root().await;
    let verifier = Verifier::new("proofs");
    let check = |name: &str, proof: &Value| {
        let file = verifier.file(name, &proof.to_string());
        verifier.verify(&["--proof", file.to_str().unwrap()])
    };
    let code = lived(&app, &root).await;
    let fresh = proof(&app, &code).await;
    assert_eq!((&fresh["root"], fresh["events"].as_array().unwrap().len()), (&Value::Null, 6));
    assert_eq!(fresh["head"], fresh["events"][5]["hash"]);
    let verdict = check("fresh.json", &fresh);
    assert!(!verdict.holds && verdict.error.contains("no signed root covers it yet"), "{}", verdict.error);

    root.receive(&receipt(&at("02-15T08:00"))).await;
    app.now("2022-02-16T00:10:00+07:00");
    tick(&app).await;
    let covered = proof(&app, &code).await;
    assert_eq!((&covered["root"]["seq"], &covered["root"]["tree_size"]), (&json!(6), &json!(7)));
    let verdict = check("covered.json", &covered);
    assert!(verdict.holds, "{}", verdict.error);
    assert_eq!(
        verdict.lines,
        format!("{code}: the signed root of 2022-02-15 covers it up to event 6 of 6, and has no later one\n")
    );

    app.now("2022-02-16T09:00:00+07:00");
    let reopened = json!({"kind": "reopened", "occurred_at": "2022-02-16T09:00:00+07:00", "ground": "Nhầm"});
    root.record(&code, &reopened).await;
    let newer = proof(&app, &code).await;
    assert_eq!((&newer["root"], newer["events"].as_array().unwrap().len()), (&covered["root"], 7));
    let verdict = check("newer.json", &newer);
    assert!(
        verdict
            .lines
            .contains("up to event 6 of 7, the later ones follow it, and no signed root covers them yet"),
        "{}{}",
        verdict.lines,
        verdict.error
    );

    let mut changed = newer.clone();
    let text = changed["events"][4]["canonical"].as_str().unwrap().replace("granted", "rejected");
    changed["events"][4]["canonical"] = json!(text);
    let verdict = check("changed.json", &changed);
    assert!(
        !verdict.holds && verdict.error.contains("event 5 is not what its hash covers: it was changed"),
        "{}",
        verdict.error
    );
    let mut other = newer.clone();
    other["code"] = json!("H51.29-220215-0002");
    assert!(
        check("other.json", &other)
            .error
            .contains("the path does not lead from event 6 of H51.29-220215-0002")
    );
    assert!(
        check("none.json", &json!({"a": 1})).error.contains("is no answer of GET /v1/dossiers/{code}/proof")
    );
    let strange = congkhai::domain::signing::SecretKey::of_random(&[9; 32]).public().pem().unwrap();
    verifier.file("public.pem", &strange);
    assert!(
        check("strange.json", &newer)
            .error
            .contains("the statement of 2022-02-15 is not signed with the given public key")
    );
}

#[actix_web::test]
async fn a_proof_holds_no_personal_data() {
    let app = TestApp::signing();
    let code = lived(&app, &app.root().await).await;
    let text = proof(&app, &code).await.to_string();
    for personal in [
        "Nguyễn",
        "N***",
        "094081234567",
        "0912345678",
        "example.org",
        "Cường",
        "Bình",
        "Chuyên viên",
        "Chuyển anh",
        "bà An",
    ] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    for public in ["Bổ sung tờ khai", "personal_digest", "state_digest", "\\\"outcome\\\":\\\"granted\\\""]
    {
        assert!(text.contains(public), "{public} in {text}");
    }
}

/// More events of a day than a block of the tree has.
#[actix_web::test]
async fn a_day_of_several_blocks_is_proved() {
    let app = TestApp::signing();
    let root = app.root().await;
    let code = lived(&app, &root).await;
    app.db.sql("CREATE EXTENSION hstore");
    // Events of other dossiers as the log sees them: code, number, hash, time.
    app.db.sql(&format!(
        "CREATE TEMP TABLE copies AS SELECT (d).* FROM (SELECT d #= hstore(ARRAY['id', md5(n::text)::uuid::text, 'code', 'H51.29-220215-' || 10000 + n]) AS d
            FROM dossiers d, generate_series(1, 2500) n) x;
         {}
         INSERT INTO dossier_events SELECT (e).* FROM (SELECT e #= hstore(ARRAY['id', gen_random_uuid()::text, 'dossier_id', md5(n::text)::uuid::text])
            AS e FROM dossier_events e, generate_series(1, 2500) n WHERE e.seq = 1) x",
        inserting_all("dossiers", "copies")
    ));
    app.now("2022-02-16T00:10:00+07:00");
    tick(&app).await;
    for (code, seq) in [
        (code.as_str(), 6),
        ("H51.29-220215-10001", 1),
        ("H51.29-220215-10999", 1),
        ("H51.29-220215-12500", 1),
    ] {
        let proof = proof(&app, code).await;
        assert_eq!((&proof["root"]["seq"], &proof["root"]["tree_size"]), (&json!(seq), &json!(2506)));
        let read: Proof = serde_json::from_value(proof).unwrap();
        // A copy is not what its hash covers, but its hash is in the log.
        let expected = if seq == 6 { None } else { Some(BadProof::Changed(1)) };
        assert_eq!(read.check(&[signing_key().public()]).err(), expected, "{code}");
        let root = read.root.unwrap();
        let leaf = daily_log::leaf(code, seq, read.events.last().unwrap().hash.parse().unwrap());
        let path: Vec<Hash> = root.path.iter().map(|step| step.parse().unwrap()).collect();
        let led = merkle::root_by_path(leaf, root.leaf_index, root.tree_size, &path);
        assert_eq!(led, Statement::parse(&root.statement).map(|statement| statement.root), "{code}");
    }
}

/// What the document shows as an example can be checked as it stands, with the key of the root that it shows.
#[test]
fn the_proof_of_the_document_proves() {
    let examples = congkhai::features::document::examples();
    let root = &examples["list_roots"]["200"]["items"][0];
    let key = from_hex(root["public_key"].as_str().unwrap()).unwrap();
    let proof: Proof = serde_json::from_value(examples["get_dossier_proof"]["200"].clone()).unwrap();
    let proved = proof.check(&[PublicKey::read(&key).unwrap()]).unwrap();
    assert_eq!(proved.covered.map(|(seq, day)| (seq, json!(day))), Some((2, root["day"].clone())));
    assert_eq!(json!(proof.root.unwrap().statement), root["statement"]);
}
