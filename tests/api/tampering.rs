//! Whoever changes, removes or inserts a row by hand, as superuser and without the service, is found: `congkhai verify` names the
//! row.

use crate::harness::evidence::{Verifier, lived, tick};
use crate::harness::{TestApp, at, inserting_all, receipt};
use serde_json::Value;

const TABLES: [&str; 6] =
    ["log_leaves", "log_days", "dossier_event_notes", "dossier_persons", "dossier_events", "dossiers"];

/// Keeps the tables as they are, to be put back.
fn keep(app: &TestApp) {
    for table in TABLES {
        app.db.sql(&format!("CREATE TABLE kept_{table} AS TABLE {table}"));
    }
}

/// Changes the database without triggers and foreign keys, as a superuser can, and puts it back after `look`.
fn edited(app: &TestApp, edit: &str, look: impl FnOnce()) {
    app.db.sql(&format!("SET session_replication_role = replica; {edit}"));
    look();
    let back = TABLES
        .map(|table| format!("DELETE FROM {table}; {}", inserting_all(table, &format!("kept_{table}"))));
    app.db.sql(&format!("SET session_replication_role = replica; {}", back.concat()));
}

/// An edit, the faults it must lead to, in order, and whether a superuser who hides it would have to change a signed root.
type Case = (&'static str, &'static [&'static str]);

const EVENTS: &[Case] = &[
    (
        "UPDATE dossier_events SET occurred_at = occurred_at - interval '1 day' WHERE dossier_id = :d AND seq = 2",
        &["CODE, event 2 (dossier_events): is not what its hash covers, or does not follow the event before it"],
    ),
    (
        "UPDATE dossier_events SET public_note = 'Đã bổ sung' WHERE dossier_id = :d AND seq = 3",
        &["CODE, event 3 (dossier_events): is not what its hash covers"],
    ),
    (
        "UPDATE dossier_events SET key_id = NULL WHERE dossier_id = :d AND seq = 6",
        &["CODE, event 6 (dossier_events): is not what its hash covers"],
    ),
    (
        "UPDATE dossier_events SET id = gen_random_uuid() WHERE dossier_id = :d AND seq = 5",
        &["CODE, event 5 (dossier_events): is not what its hash covers"],
    ),
    (
        "DELETE FROM dossier_events WHERE dossier_id = :d AND seq = 4",
        &["CODE, event 4 (dossier_events): is missing: it was removed", "CODE, event 4 (dossier_events): is gone, and is in the log of 2022-02-15"],
    ),
    (
        "DELETE FROM dossier_events WHERE dossier_id = :d AND seq = 1",
        &["CODE, event 1 (dossier_events): is missing", "CODE, event 1 (dossier_events): is gone, and is in the log"],
    ),
    (
        "UPDATE dossiers SET version = 2000000000 WHERE id = :d",
        &["CODE, event 7 (dossier_events): is missing, and those to 2000000000: it was removed"],
    ),
    // The last event, and the version of the dossier with it.
    (
        "DELETE FROM dossier_events WHERE dossier_id = :d AND seq = 6; UPDATE dossiers SET version = 5 WHERE id = :d",
        &[
            "CODE (dossiers): has another head_hash than the hash of its last event",
            "CODE (dossiers): is not the state that event 5 left behind",
            "CODE, event 6 (dossier_events): is gone, and is in the log of 2022-02-15",
        ],
    ),
    // The same by somebody who knows of the head.
    (
        "DELETE FROM dossier_events WHERE dossier_id = :d AND seq = 6; UPDATE dossiers SET version = 5,
            head_hash = (SELECT hash FROM dossier_events WHERE dossier_id = :d AND seq = 5) WHERE id = :d",
        &["CODE (dossiers): is not the state that event 5 left behind", "CODE, event 6 (dossier_events): is gone, and is in the log"],
    ),
    (
        "INSERT INTO dossier_events SELECT (e).* FROM (SELECT e #= hstore(ARRAY['id', gen_random_uuid()::text, 'seq', '7']) AS e
            FROM dossier_events e WHERE dossier_id = :d AND seq = 6) x; UPDATE dossiers SET version = 7 WHERE id = :d",
        &[
            "CODE, event 7 (dossier_events): is not what its hash covers",
            "CODE, event 7 (dossier_events): says that it was recorded on a day whose log is signed, and is not in that log",
            "CODE (dossiers): is not the state that event 7 left behind",
        ],
    ),
    (
        "INSERT INTO dossier_events (id, dossier_id, seq, kind, occurred_at, recorded_at, origin, backdated, status_before, status_after, agency_id)
            SELECT gen_random_uuid(), :d, 7, 'noted', now(), now(), 'live', false, 'returned', 'returned', receiving_agency_id FROM dossiers WHERE id = :d",
        &["CODE, event 7 (dossier_events): has no hash, though events before it have", "CODE (dossiers): has the version 6, but 7 events"],
    ),
    // Two events change places.
    (
        "UPDATE dossier_events SET seq = 99 WHERE dossier_id = :d AND seq = 4; UPDATE dossier_events SET seq = 4 WHERE dossier_id = :d AND seq = 5;
            UPDATE dossier_events SET seq = 5 WHERE dossier_id = :d AND seq = 99",
        &["CODE, event 4 (dossier_events): is not what its hash covers", "CODE, event 5 (dossier_events): is not what its hash covers"],
    ),
    (
        "UPDATE dossier_events SET hash = NULL, state_digest = NULL, personal_digest = NULL WHERE dossier_id = :d AND seq = 3",
        &["CODE, event 3 (dossier_events): has no hash", "CODE, event 3 (dossier_events): has another hash than in the log"],
    ),
];

const STATE: &[Case] = &[
    (
        "UPDATE dossiers SET due_on = due_on + 5, due_at = due_at + interval '5 days', overdue_from = overdue_from + interval '5 days' WHERE id = :d",
        &["CODE (dossiers): is not the state that event 6 left behind: the row was changed"],
    ),
    (
        "UPDATE dossiers SET ended_at = ended_at - interval '1 hour', judged_at = judged_at - interval '1 hour' WHERE id = :d",
        &["CODE (dossiers): is not the state"],
    ),
    (
        "UPDATE dossiers SET received_at = received_at + interval '1 hour' WHERE id = :d",
        &["CODE (dossiers): is not the state"],
    ),
    (
        "UPDATE dossiers SET holder_officer = 'Ai khác' WHERE id = :d",
        &[
            "CODE (dossiers): has other personal data than was recorded: it was changed or removed (holder_officer)",
        ],
    ),
    (
        "UPDATE dossiers SET head_hash = sha256('x') WHERE id = :d",
        &["CODE (dossiers): has another head_hash"],
    ),
    (
        "UPDATE dossiers SET person_digest = NULL WHERE id = :d",
        &[
            "CODE (dossiers): is not the state",
            "CODE (dossier_persons): has a salt, but the dossier has no digest",
        ],
    ),
    (
        "UPDATE dossier_persons SET ciphertext = set_byte(ciphertext, 5, 255 - get_byte(ciphertext, 5)) WHERE dossier_id = :d",
        &["CODE (dossier_persons): does not open: it was changed since it was sealed"],
    ),
    // Somebody else's.
    (
        "UPDATE dossier_persons p SET nonce = o.nonce, ciphertext = o.ciphertext FROM dossier_persons o WHERE p.dossier_id = :d AND o.dossier_id <> :d",
        &["CODE (dossier_persons): does not open: it was changed since it was sealed"],
    ),
    (
        "ALTER TABLE dossier_persons DROP CONSTRAINT dossier_persons_sealed;
         UPDATE dossier_persons SET name = 'Nguyễn Văn Ân', salt = substring(sha256('x') FOR 16), key_id = NULL, nonce = NULL, ciphertext = NULL WHERE dossier_id = :d",
        &[
            "CODE (dossier_persons): is not what was recorded, with dossiers.applicant_name_masked: it was changed",
        ],
    ),
    (
        "UPDATE dossiers SET applicant_name_masked = 'T*** V*** A***' WHERE id = :d",
        &["CODE (dossier_persons): is not what was recorded"],
    ),
    (
        "DELETE FROM dossier_persons WHERE dossier_id = :d",
        &["CODE (dossier_persons): is gone, but dossiers.applicant_name_masked is not"],
    ),
    (
        "UPDATE dossier_events SET officer = 'Ai khác' WHERE dossier_id = :d AND seq = 5",
        &["CODE, event 5 (dossier_events): has other personal data than was recorded"],
    ),
    (
        "UPDATE dossier_event_notes SET nonce = set_byte(nonce, 0, 255 - get_byte(nonce, 0))",
        &[
            "CODE, event 2 (dossier_events): has a note that does not open: it was changed since it was sealed",
            "CODE, event 6 (dossier_events): has a note that does not open",
        ],
    ),
    (
        "ALTER TABLE dossier_event_notes DROP CONSTRAINT dossier_event_notes_sealed;
         UPDATE dossier_event_notes SET note = 'khác', key_id = NULL, nonce = NULL, ciphertext = NULL",
        &[
            "CODE, event 2 (dossier_events): has personal data without a salt",
            "CODE, event 6 (dossier_events): has personal data without a salt",
        ],
    ),
    (
        "INSERT INTO dossier_event_notes (event_id, note) SELECT id, 'x' FROM dossier_events WHERE dossier_id = :d AND seq = 4",
        &["CODE, event 4 (dossier_events): has personal data that no hash covers: it was added"],
    ),
    // The code is covered by the log.
    (
        "UPDATE dossiers SET code = 'H51.29-220215-9999' WHERE id = :d",
        &[
            "H51.29-220215-9999, event 1 (dossier_events): says that it was recorded on a day whose log is signed",
            "CODE, event 1 (dossiers): is in the log of 2022-02-15, and the dossier is gone",
        ],
    ),
    (
        "DELETE FROM dossier_event_notes; DELETE FROM dossier_persons WHERE dossier_id = :d; DELETE FROM dossier_events WHERE dossier_id = :d; DELETE FROM dossiers WHERE id = :d",
        &[
            "CODE, event 1 (dossiers): is in the log of 2022-02-15, and the dossier is gone: it was removed",
            "CODE, event 6 (dossiers): is in the log",
        ],
    ),
    (
        "DELETE FROM dossiers WHERE id = :d",
        &[
            "dossier ID, event 1 (dossier_events): belongs to a dossier that is gone",
            "CODE, event 6 (dossiers): is in the log",
        ],
    ),
];

const LOG: &[Case] = &[
    (
        "UPDATE log_leaves SET hash = sha256('x') WHERE position = 2",
        &[
            "(dossier_events): has another hash than in the log of 2022-02-15: one of them was changed",
            "log of 2022-02-15 (log_leaves): positions 0 to 6 do not give their signed hash",
            "log of 2022-02-15 (log_leaves): 7 leaves do not give the root of 7 events",
        ],
    ),
    (
        "DELETE FROM log_leaves WHERE position = 6",
        &[
            "(dossier_events): says that it was recorded on a day whose log is signed, and is not in that log",
            "log of 2022-02-15 (log_leaves): 6 leaves do not give the root of 7 events: some were changed, removed or inserted",
        ],
    ),
    (
        "UPDATE log_days SET root = sha256('x') WHERE day = '2022-02-15'",
        &[
            "log of 2022-02-15 (log_days): has another day, until, events, root or public_key than its statement",
            "log of 2022-02-15 (log_leaves): 7 leaves do not give",
        ],
    ),
    (
        "UPDATE log_days SET signature = set_byte(signature, 5, 255 - get_byte(signature, 5)) WHERE day = '2022-02-15'",
        &["log of 2022-02-15 (log_days): has a statement that is not signed with the given public key"],
    ),
    (
        "UPDATE log_days SET statement = replace(statement, '\"events\":7', '\"events\":8'), events = 8 WHERE day = '2022-02-15'",
        &[
            "log of 2022-02-15 (log_days): has a statement that is not signed",
            "log of 2022-02-15 (log_leaves): 7 leaves do not give the root of 8 events",
            "log of 2022-02-16 (log_days): does not follow the statement of the day before",
        ],
    ),
    (
        "UPDATE log_days SET blocks = sha256('x') WHERE day = '2022-02-15'",
        &["log of 2022-02-15 (log_leaves): positions 0 to 6"],
    ),
    (
        "DELETE FROM log_leaves WHERE day = '2022-02-15'; DELETE FROM log_days WHERE day = '2022-02-15'",
        &[
            "says that it was recorded on a day whose log is signed",
            "log of 2022-02-15 (log_days): is missing: it was removed",
            "log of 2022-02-16 (log_days): does not follow the statement of the day before",
        ],
    ),
    (
        "UPDATE log_days SET events = NULL, blocks = NULL, root = NULL, statement = NULL, signature = NULL, public_key = NULL, signed_at = NULL, audit_rows = NULL, audit_blocks = NULL, audit_root = NULL WHERE day = '2022-02-15'",
        &[
            "log of 2022-02-15 (log_days): has no root, though later days have",
            "log of 2022-02-16 (log_days): does not follow",
        ],
    ),
];

/// A dossier of six events and another of one, in the signed log of 15 February, between two days without events.
async fn stage() -> (TestApp, String, String) {
    let app = TestApp::signing();
    let root = app.root().await;
    // The extension is part of PostgreSQL; an edit uses it to copy a row.
    app.db.sql("CREATE EXTENSION hstore");
    tick(&app).await;
    let code = lived(&app, &root).await;
    let other = root.receive(&receipt(&at("02-15T08:00"))).await;
    for midnight in ["2022-02-16T00:10:00+07:00", "2022-02-17T00:10:00+07:00"] {
        app.now(midnight);
        tick(&app).await;
    }
    keep(&app);
    (app, code, other)
}

async fn found(name: &str, cases: &[Case]) {
    let (app, code, other) = stage().await;
    let verifier = Verifier::new(name);
    verifier.database(&app).holds();
    let id: String = crate::harness::connect(&app.db.url)
        .await
        .query_one("SELECT id::text FROM dossiers WHERE code = $1", &[&code])
        .await
        .unwrap()
        .get(0);
    for (edit, expected) in cases {
        edited(&app, &edit.replace(":d", &format!("'{id}'")), || {
            let verdict = verifier.database(&app);
            let lines = &verdict.lines;
            assert!(
                !verdict.holds && verdict.error.contains("the database was changed behind the back"),
                "{edit}: {lines}"
            );
            let mut rest = lines.as_str();
            for line in *expected {
                let line = line.replace("CODE", &code).replace("ID", &id);
                let at = rest.find(&line).unwrap_or_else(|| panic!("{edit}: {line} in {lines}"));
                rest = &rest[at..];
            }
            assert!(
                !lines.contains(&other) || name == "tampering-log",
                "{edit}: the other dossier is as it was: {lines}"
            );
        });
        verifier.database(&app).holds();
    }
}

#[actix_web::test]
async fn changed_removed_and_inserted_events_are_named() {
    found("tampering-events", EVENTS).await;
}

#[actix_web::test]
async fn changed_states_and_personal_data_are_named() {
    found("tampering-state", STATE).await;
}

#[actix_web::test]
async fn changed_days_of_the_log_are_named() {
    found("tampering-log", LOG).await;
}

/// A dossier that was written as if there were no hashes yet.
#[actix_web::test]
async fn a_dossier_without_hashes_is_named_when_there_must_be_some() {
    let app = TestApp::signing();
    let root = app.root().await;
    tick(&app).await;
    let unsealed = "UPDATE dossier_events SET hash = NULL, state_digest = NULL, personal_digest = NULL, salt = NULL;
        UPDATE dossiers SET head_hash = NULL, person_digest = NULL, holder_digest = NULL; DELETE FROM dossier_persons";
    app.now("2022-02-15T23:00:00+07:00");
    root.receive(&receipt(&at("02-15T08:00"))).await;
    app.db.sql(unsealed);
    let verifier = Verifier::new("tampering-unsealed");
    assert!(verifier.database(&app).holds().contains("0 events (1 more are from before"));
    app.now("2022-02-16T07:00:00+07:00");
    let code = root.receive(&receipt("2022-02-16T07:00:00+07:00")).await;
    app.db.sql(unsealed);
    let lines = verifier.database(&app).lines;
    let fault = format!(
        "{code}, event 1 (dossier_events): has no hash, though every event has one since it was recorded"
    );
    assert!(lines.contains(&fault) && lines.lines().count() == 2, "{lines}");
}

/// One who rewrites a chain and its log whole, and has another key, makes something that fits together: the public key and the roots that
/// somebody kept tell.
#[actix_web::test]
async fn roots_kept_elsewhere_tell_of_a_log_that_was_signed_anew() {
    let (app, _, _) = stage().await;
    let verifier = Verifier::new("tampering-kept");
    let kept: Value = app.root().await.get("/v1/audit/roots").await.expect(200);
    let file = verifier.file("roots.json", &kept.to_string());
    let with_roots = || verifier.verify(&["--database-url", &app.db.url, "--roots", file.to_str().unwrap()]);
    assert!(with_roots().holds().contains("3 kept roots"));
    // The last day is forgotten: everything left fits together.
    edited(
        &app,
        "DELETE FROM log_leaves WHERE day = '2022-02-16'; DELETE FROM log_days WHERE day = '2022-02-16'",
        || {
            verifier.database(&app).holds();
            let verdict = with_roots();
            assert!(
                verdict.lines.contains(
                    "log of 2022-02-16 (log_days): is in the roots that were kept, and not in the database"
                ),
                "{}",
                verdict.lines
            );
        },
    );
    // The whole log is signed anew with another key.
    let other = congkhai::domain::signing::SecretKey::of_random(&[8; 32]);
    app.db.sql("SET session_replication_role = replica; DELETE FROM log_leaves; DELETE FROM log_days");
    app.now("2022-02-16T00:10:00+07:00");
    congkhai::features::evidence::actions::step(&app.shared.writer, Some(&other), app.clock.now())
        .await
        .unwrap();
    let verdict = with_roots();
    assert!(
        verdict.lines.contains(
            "log of 2022-02-15 (log_days): has a statement that is not signed with the given public key"
        ),
        "{}",
        verdict.lines
    );
    assert!(
        verdict
            .lines
            .contains("log of 2022-02-15 (log_days): has another statement than the roots that were kept"),
        "{}",
        verdict.lines
    );
    assert!(
        verdict.lines.contains("log of 2022-02-14 (log_days): is in the roots that were kept"),
        "{}",
        verdict.lines
    );
}
