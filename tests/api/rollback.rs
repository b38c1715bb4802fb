//! Upgrade and way back with data: an old database becomes a new one, and a new one goes back as far as it is told, saying what it loses.

use crate::backup::answers;
use crate::database::cut;
use crate::harness::evidence::{Verifier, lived, tick};
use crate::harness::personal::DATA_KEY;
use crate::harness::{NOW, SERVICE_ROLE, TestApp, TestDatabase, at, event, receipt, run};
use crate::national::whole;
use congkhai::db::embedded::find_binaries;
use congkhai::db::rollback::{self, Plan, RollbackError};
use congkhai::db::{Database, migrate};
use serde_json::json;
use std::process::{Command, Output};

/// As far back as a database with dossiers in clear is taken here, one migration at a time.
const FLOOR: &str = "000046";

/// The numbers of the migrations, oldest first.
fn numbers() -> Vec<String> {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
    let mut names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.iter().map(|name| name[11..17].to_owned()).collect()
}

/// Works on a database as its owner, on a thread of its own: inside a runtime it may not.
fn work<T: Send + 'static>(db: &TestDatabase, work: impl FnOnce(&Database) -> T + Send + 'static) -> T {
    let database = db.owned();
    std::thread::spawn(move || work(&database)).join().unwrap()
}

fn back(db: &TestDatabase, to: &str, may_lose: bool) -> Result<Plan, RollbackError> {
    let to = to.to_owned();
    work(db, move |database| rollback::revert(database, &to, may_lose))
}

/// The schema, but for the random line that newer versions of `pg_dump` put around it.
fn schema(db: &TestDatabase) -> Vec<String> {
    let program = find_binaries(None).unwrap().program("pg_dump");
    let dumped = Command::new(program).args(["-s", &db.url]).output().unwrap();
    assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
    let text = String::from_utf8(dumped.stdout).unwrap();
    text.lines().filter(|line| !line.contains("restrict ")).map(ToOwned::to_owned).collect()
}

fn rolling(db: &TestDatabase, more: &[&str]) -> Output {
    run(&[&["rollback", "--database-url", &db.url], more].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Ends the sessions of the service, and waits until they are gone.
async fn stop_everything(app: &TestApp) {
    cut(&app.db);
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'congkhai-%'";
    while app.count(open).await > 0 {}
}

#[actix_web::test]
async fn a_way_back_says_what_it_loses_and_loses_nothing_else() {
    let app = TestApp::signing();
    let root = app.root().await;
    let lived = lived(&app, &root).await;
    root.post("/v1/national/dossiers", &json!({"isUpdating": "False", "data": [whole()]})).await.expect(200);
    let open = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let mut paths: Vec<String> =
        ["dossiers?count=exact", "overdue", "agencies", "procedures", "public/procedures"]
            .map(|list| format!("/v1/{list}"))
            .into();
    paths.extend([&lived, &open].map(|code| format!("/v1/dossiers/{code}?include=events")));
    paths.extend([
        format!("/v1/public/dossiers/{lived}"),
        "/v1/dossiers/H51.29-220215-9001?include=events".into(),
        "/v1/reports/resolution?from=2022-02-01&to=2022-02-28".into(),
        format!("/v1/dossiers?as_of={}", NOW.replace('+', "%2B")),
    ]);
    let purge = "INSERT INTO purges (marked_at, marked_by, years, ended_before, erase_from, dossiers)
        VALUES (now(), 'command:purge', 10, now(), now(), 1)";
    app.db.sql(purge);
    let (before, newest) = (answers(&root, &paths).await, schema(&app.db));

    let shown = text(&rolling(&app.db, &["--to", "000060"]).stdout);
    for line in [
        "would revert 2026-11-28-000061_purges",
        "would lose purges: 1 row",
        "nothing was changed: add --yes --lose-data to do it",
    ] {
        assert!(shown.lines().any(|found| found == line), "{line}: {shown}");
    }
    for (to, how, why) in [
        ("000060", &["--yes"][..], "it would lose data, and nothing was changed: purges: 1 row"),
        (
            "000060",
            &["--yes", "--lose-data"],
            "connections of the service are open: stop every instance first",
        ),
        ("000058", &["--yes"], "dossier_persons.ciphertext: of 3 rows"),
        ("000999", &[], "no migration of this database ends with 000999"),
    ] {
        let refused = rolling(&app.db, &[&["--to", to], how].concat());
        let error = text(&refused.stderr);
        assert!(!refused.status.success() && error.contains(why), "{to}: {error}");
    }
    assert_eq!(answers(&root, &paths).await, before, "nothing was changed");

    stop_everything(&app).await;
    let done = back(&app.db, "000060", true).unwrap();
    assert_eq!(done.reverts.last().unwrap(), "2026-11-28-000061_purges");
    assert_eq!(done.loses, ["purges: 1 row"]);
    assert_eq!(app.count("SELECT count(*) FROM dossier_events WHERE hash IS NOT NULL").await, 9);
    let migrated = run(&["migrate", "--database-url", &app.db.url, "--service-role", SERVICE_ROLE]);
    let again = text(&migrated.stdout).lines().filter(|line| line.starts_with("migrated ")).count();
    assert_eq!(again, done.reverts.len());

    assert_eq!(schema(&app.db), newest, "up, down and up again");
    assert_eq!(answers(&root, &paths).await, before);
    root.record(&open, &event("noted", &at("02-15T09:00"), json!({"note": "Sau khi quay lui"}))).await;
    app.now("2022-02-16T00:06:00+07:00");
    tick(&app).await;
    Verifier::new("rollback").database(&app).holds();
    let checked = run(&["check", "reports", "--database-url", &app.db.url]);
    assert!(checked.status.success(), "{}", text(&checked.stdout));
}

/// What the very first service stored: an open dossier, one that was returned, and a key.
const FIRST: &str = "
    INSERT INTO agencies (code, name, level, parent_id, valid_from) VALUES
        ('H51.29', 'Ủy ban nhân dân huyện', 'district', NULL, '2020-01-01'),
        ('H51.29.05', 'Phòng Tư pháp', 'district', 1, '2020-01-01');
    UPDATE reference_state SET version = 2, catalogue_version = 1;
    INSERT INTO agency_codes VALUES ('000.00.29.H51', 1);
    INSERT INTO procedures VALUES ('1.004873', 1);
    INSERT INTO procedure_versions (procedure_code, version, name, name_folded, field, field_name, levels, sample, effective_from, recorded_at)
        VALUES ('1.004873', 1, 'Cấp Giấy xác nhận', 'cap giay xac nhan', 'ho-tich', 'Hộ tịch', '{district}', false, '2021-01-01', '2021-01-01');
    INSERT INTO procedure_limits (procedure_version_id, unit, amount_hundredths, starts) VALUES (1, 'working_days', 300, 'received');
    INSERT INTO api_keys (id, name, secret_hash, scopes, all_agencies, root_agency_ids, created_at)
        VALUES ('0123456789ab', 'Cổng', sha256(convert_to(repeat('0', 64), 'UTF8')),
            '{dossiers:read,dossiers:write,reports:read,admin}', true, '{}', '2021-01-01');
    INSERT INTO dossiers (id, code, procedure_version_id, channel, receiving_agency_id, competent_agency_id, applicant_kind,
            applicant_name_masked, status, clock, received_at, limit_unit, limit_amount_hundredths, due_on, due_at, overdue_from,
            holder_agency_id, holder_since, last_event_at, last_recorded_at, version, ended_at, returned_at, closed_recorded_at)
        SELECT id::uuid, code, 1, 'in_person', 1, 2, 'individual', 'N*** V*** A***', status, clock, '2022-01-10 08:00+07', 'working_days', 300,
            '2022-01-13', '2022-01-13 17:00+07', '2022-01-14 00:00+07', 2, '2022-01-10 08:00+07', at, at, seq, ended, returned, returned
        FROM (VALUES
            ('00000000-0000-7000-8000-000000000001', 'H51.29-220110-0001', 'received', 'running', timestamptz '2022-01-10 08:00+07', 1,
                NULL::timestamptz, NULL::timestamptz),
            ('00000000-0000-7000-8000-000000000002', 'H51.29-220110-0002', 'returned', 'stopped', '2022-01-12 16:00+07', 3,
                '2022-01-12 15:00+07', '2022-01-12 16:00+07')
        ) AS d (id, code, status, clock, at, seq, ended, returned);
    INSERT INTO dossier_persons (dossier_id, name) SELECT id, 'Nguyễn Văn An' FROM dossiers;
    INSERT INTO dossier_events (id, dossier_id, seq, kind, occurred_at, recorded_at, origin, backdated, status_before, status_after,
            due_on_before, due_on_after, agency_id, outcome)
        SELECT gen_random_uuid(), dossier::uuid, seq, kind, at, at, 'live', false, was, became, due, '2022-01-13', 1, outcome
        FROM (VALUES
            ('00000000-0000-7000-8000-000000000001', 1, 'received', timestamptz '2022-01-10 08:00+07', NULL, 'received', NULL::date, NULL),
            ('00000000-0000-7000-8000-000000000002', 1, 'received', '2022-01-10 08:00+07', NULL, 'received', NULL, NULL),
            ('00000000-0000-7000-8000-000000000002', 2, 'completed', '2022-01-12 15:00+07', 'received', 'completed', '2022-01-13', 'granted'),
            ('00000000-0000-7000-8000-000000000002', 3, 'returned', '2022-01-12 16:00+07', 'completed', 'returned', '2022-01-13', NULL)
        ) AS e (dossier, seq, kind, at, was, became, due, outcome);
    INSERT INTO dossier_counters VALUES (1, '2022-01-10', 2);
    INSERT INTO audit_log VALUES (gen_random_uuid(), '2022-01-10 08:00+07', 'key:0123456789ab', 'dossier.received', 'H51.29-220110-0001', 'r', '{}');
";

#[actix_web::test]
async fn a_database_of_the_first_service_is_upgraded_with_its_data() {
    let (app, db) = (TestApp::signing(), TestDatabase::empty());
    work(&db, |database| migrate::run(database).unwrap());
    // An empty database loses nothing that anybody entered.
    back(&db, "000007", true).unwrap();
    db.sql(FIRST);
    let migrated = run(&["migrate", "--database-url", &db.url, "--service-role", SERVICE_ROLE]);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));

    // And back, one migration at a time, each with the data that is left; then up again.
    db.sql("UPDATE api_keys SET last_used_at = '2022-01-10 08:00+07'");
    let (newest, numbers) = (schema(&db), numbers());
    let floor = numbers.iter().position(|number| number == FLOOR).unwrap();
    let mut lost = vec![];
    for to in numbers[floor..].iter().rev().skip(1) {
        let done = back(&db, to, true).unwrap_or_else(|why| panic!("to {to}: {why}"));
        assert_eq!(done.reverts.len(), 1, "{to}");
        lost.extend(done.loses);
    }
    assert_eq!(lost, ["api_keys.last_used_at: of 1 row"]);
    let again = run(&["migrate", "--database-url", &db.url, "--service-role", SERVICE_ROLE]);
    let done = text(&again.stdout).lines().filter(|line| line.starts_with("migrated ")).count();
    assert_eq!(done, numbers.len() - floor - 1);
    assert_eq!(schema(&db), newest, "up, down and up again");

    let upgraded = app.on(&db.database(), |shared| shared);
    let key = format!("ck_0123456789ab_{}", "0".repeat(64));
    let portal = app.nobody().with_key(&key).at(upgraded.address);
    let returned = portal.get("/v1/dossiers/H51.29-220110-0002?include=events").await.expect(200);
    let kinds = returned["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap());
    assert_eq!(kinds.collect::<Vec<_>>(), ["received", "completed", "returned"]);
    assert_eq!((&returned["status"], &returned["timing"]["state"]), (&json!("returned"), &json!("early")));
    let overdue = portal.get("/v1/overdue?count=exact").await.expect(200);
    assert_eq!((&overdue["total"], &overdue["items"][0]["code"]), (&json!(1), &json!("H51.29-220110-0001")));
    let open = portal.get("/v1/public/dossiers/H51.29-220110-0001").await.expect(200);
    assert_eq!(
        (&open["due_on"], &open["procedure"]["name"]),
        (&json!("2022-01-13"), &json!("Cấp Giấy xác nhận"))
    );

    // It goes on: the end of the old dossier, a new one, and a first day that is signed.
    let done = json!({"result": {"outcome": "granted"}});
    portal.record("H51.29-220110-0001", &event("completed", &at("02-15T09:00"), done)).await;
    assert_eq!(portal.receive(&receipt(&at("02-15T08:00"))).await, "H51.29-220215-0001");
    app.now("2022-02-16T00:06:00+07:00");
    congkhai::worker::Worker::new(upgraded.shared.clone()).tick().await;
    let verdict = Verifier::new("upgraded").verify(&["--database-url", &db.url, "--data-key", DATA_KEY]);
    assert!(
        verdict.holds().contains("2 events (4 more are from before there were hashes"),
        "{}",
        verdict.lines
    );
    let report = portal.get("/v1/reports/resolution?from=2022-01-01&to=2022-02-15").await.expect(200);
    assert_eq!(report["total"]["received_total"], 3, "{report}");
    let checked = run(&["check", "reports", "--database-url", &db.url]);
    assert!(checked.status.success(), "{}", text(&checked.stdout));
}
