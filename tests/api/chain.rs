//! The hash chain of dossiers: whatever the service writes verifies, and so does what it writes after a purge.

use crate::harness::evidence::{Verifier, lived};
use crate::harness::personal::in_clear;
use crate::harness::{TestApp, at, connect, receipt};
use congkhai::features::dossiers::canonical::{EVENT, EVENT_PERSONAL, NOT_COVERED, PERSON, STATE};
use congkhai::worker::Worker;
use serde_json::json;
use std::collections::BTreeSet;

#[actix_web::test]
async fn what_the_service_writes_verifies() {
    let app = TestApp::start();
    let root = app.root().await;
    let verifier = Verifier::new("chain");
    assert!(verifier.database(&app).holds().starts_with("checked 0 dossiers, 0 events"));
    lived(&app, &root).await;
    let code = root.receive(&receipt(&at("02-15T08:00"))).await;
    app.happens(&root, &code, "completed", "02-15T17:00", json!({"result": {"outcome": "rejected"}})).await;
    app.happens(&root, &code, "reopened", "02-15T18:00", json!({"ground": "Nhầm"})).await;
    assert!(
        verifier.database(&app).holds().starts_with("checked 2 dossiers, 9 events (0 more are from before")
    );
    let sealed = "SELECT count(*) FROM dossier_events WHERE hash IS NOT NULL AND (salt IS NULL) = (personal_digest IS NULL)";
    assert!(app.count(sealed).await < 9, "the officer who holds a dossier is salted with its latest event");
    let alike = "SELECT count(*) - count(DISTINCT salt) FROM dossier_events WHERE salt IS NOT NULL";
    assert_eq!(app.count(alike).await, 0, "each salt is used once");
}

/// A dry run and a refused event leave the chain as it was.
#[actix_web::test]
async fn what_is_not_stored_is_not_in_the_chain() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt(&at("02-15T08:00"))).await;
    let path = format!("/v1/dossiers/{code}/events");
    let noted = json!({"kind": "noted", "occurred_at": at("02-15T09:00"), "note": "x"});
    root.post(&format!("{path}?dry_run=true"), &noted).await.expect(201);
    root.post(&path, &json!({"kind": "returned", "occurred_at": at("02-15T09:00")})).await.expect(409);
    root.post(&path, &noted).await.expect(201);
    assert!(Verifier::new("chain-dry").database(&app).holds().starts_with("checked 1 dossiers, 2 events"));
}

/// The table in `canonical` is whole: a column that is added to a table of dossiers is covered, or there is a reason why not.
#[actix_web::test]
async fn every_column_is_covered_or_has_a_reason() {
    let app = TestApp::start();
    let covered = [
        ("dossier_events", EVENT),
        ("dossier_events", EVENT_PERSONAL),
        ("dossiers", STATE),
        ("dossier_persons", PERSON),
    ];
    let covered =
        covered.iter().flat_map(|(table, names)| names.iter().map(move |name| format!("{table}.{name}")));
    let covered: Vec<String> =
        covered.chain(NOT_COVERED.iter().map(|(name, _)| (*name).to_owned())).collect();
    let stored = "SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_name IN ('dossiers', 'dossier_events', 'dossier_persons', 'dossier_event_notes')";
    let rows = connect(&app.db.url).await.query(stored, &[]).await.unwrap();
    let stored: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(covered.len(), stored.len(), "each column once");
    assert_eq!(BTreeSet::from_iter(covered), stored, "add a line to src/features/dossiers/canonical.rs");
}

/// What a purge does: personal data and salts go, digests stay.
const PURGE: &str = "UPDATE dossier_events SET officer = NULL, officer_title = NULL, officer_unit = NULL, to_officer = NULL, salt = NULL;
    DELETE FROM dossier_event_notes; DELETE FROM dossier_persons;
    UPDATE dossiers SET applicant_name_masked = '', holder_officer = NULL;";

#[actix_web::test]
async fn a_purge_of_personal_data_leaves_the_chain_whole() {
    let app = TestApp::start();
    let root = app.root().await;
    let verifier = Verifier::new("purge");
    let code = lived(&app, &root).await;
    app.db.sql(PURGE);
    let lines = verifier.database(&app);
    assert!(
        lines.holds().contains(
            "6 events (0 more are from before there were hashes; 5 have their personal data erased)"
        ),
        "{}",
        lines.lines
    );
    app.db.sql("UPDATE dossiers SET due_on = due_on - 1, due_at = due_at - interval '1 day'");
    let found = verifier.database(&app);
    assert!(
        !found.holds && found.lines.contains("(dossiers): is not the state that event 6 left behind"),
        "{}",
        found.lines
    );
    app.db.sql("UPDATE dossiers SET due_on = due_on + 1, due_at = due_at + interval '1 day'");
    app.happens(
        &root,
        &code,
        "reopened",
        "02-15T18:00",
        json!({"ground": "Nhầm", "officer": {"name": "Lê Văn Cường"}}),
    )
    .await;
    verifier.database(&app).holds();
}

/// Data and salt go together: what is left of one of them is a fault.
#[actix_web::test]
async fn a_purge_in_part_is_a_fault() {
    let app = TestApp::start();
    lived(&app, &app.root().await).await;
    // Of a row from before encryption the parts can be told; what is sealed is there whole or not at all.
    in_clear(&app).await;
    let verifier = Verifier::new("purge-part");
    app.db.sql(
        "UPDATE dossier_events SET salt = NULL WHERE seq = 1; DELETE FROM dossier_event_notes;
        ALTER TABLE dossier_persons DROP CONSTRAINT dossier_persons_sealed;
        UPDATE dossier_persons SET salt = NULL; UPDATE dossier_events SET officer = NULL WHERE seq = 5;",
    );
    let found = verifier.database(&app);
    for line in [
        "event 1 (dossier_events): has personal data without a salt: it was changed, or erased in part",
        "event 2 (dossier_events): has other personal data than was recorded: it was changed or removed",
        "event 5 (dossier_events): has other personal data than was recorded",
        "event 6 (dossier_events): has other personal data than was recorded",
        "(dossier_persons): has personal data without a salt",
    ] {
        assert!(found.lines.contains(line), "{line} in {}", found.lines);
    }
    assert!(found.error.contains("congkhai: 5 faults"), "{}", found.error);
}

/// Dossiers of releases without hashes: their chain begins with the next event.
#[actix_web::test]
async fn events_from_before_there_were_hashes_are_counted() {
    let app = TestApp::start();
    let root = app.root().await;
    let verifier = Verifier::new("before");
    let code = root.receive(&receipt(&at("02-15T08:00"))).await;
    app.happens(&root, &code, "forwarded", "02-15T09:00", json!({"to_agency": "H51.29.05"})).await;
    in_clear(&app).await;
    app.db.sql("UPDATE dossier_events SET hash = NULL, state_digest = NULL, personal_digest = NULL, salt = NULL;
        ALTER TABLE dossier_persons DROP CONSTRAINT dossier_persons_sealed;
        UPDATE dossiers SET head_hash = NULL, person_digest = NULL, holder_digest = NULL; UPDATE dossier_persons SET salt = NULL;");
    assert!(
        verifier.database(&app).holds().starts_with("checked 1 dossiers, 0 events (2 more are from before")
    );
    let proof = root.get(&format!("/v1/dossiers/{code}/proof")).await.expect(200);
    assert_eq!(proof, json!({"code": code, "events": [], "head": null, "root": null}));
    app.happens(&root, &code, "noted", "02-15T10:00", json!({"note": "x"})).await;
    assert!(
        verifier.database(&app).holds().starts_with("checked 1 dossiers, 1 events (2 more are from before")
    );
    app.db.sql(
        "UPDATE dossier_events SET hash = NULL, state_digest = NULL, personal_digest = NULL WHERE seq = 3",
    );
    let found = verifier.database(&app);
    assert!(
        found.lines.contains("(dossiers): has a head_hash, but its last event has no hash"),
        "{}",
        found.lines
    );
}

/// A change of a calendar records events of many dossiers at once.
#[actix_web::test]
async fn the_sweep_of_a_calendar_goes_on_with_the_chains() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut codes = vec![];
    for _ in 0..3 {
        codes.push(root.receive(&receipt(&at("02-15T08:00"))).await);
    }
    app.happens(
        &root,
        &codes[0],
        "forwarded",
        "02-15T09:00",
        json!({"to_agency": "H51.29.05", "to_officer": "Lê Văn Cường"}),
    )
    .await;
    let table = json!({"days_off": [{"date": "2022-02-16", "name": "Nghỉ"}], "worked_rest_days": []});
    root.put("/v1/calendars/H51.29/years/2022", &table, None).await.expect(202);
    let mut worker = Worker::new(app.shared.clone());
    worker.tick().await;
    assert!(worker.run_jobs().await > 0);
    let swept = "SELECT count(*) FROM dossier_events WHERE kind = 'calendar_changed' AND hash IS NOT NULL";
    assert_eq!(app.count(swept).await, 3);
    app.happens(&root, &codes[1], "noted", "02-15T10:00", json!({"public_note": "x"})).await;
    assert!(Verifier::new("sweep").database(&app).holds().starts_with("checked 3 dossiers, 8 events"));
}
