//! What happens when the database is away, and how migrations behave.

use crate::harness::{TestApp, TestDatabase, connect, event, migrations, receipt, run};
use congkhai::db::migrate;
use congkhai::domain::vocabulary::Scope;
use diesel_async::RunQueryDsl;
use serde_json::json;

/// Ends every session of the service. Asked of another database, for this one may be closed.
pub fn cut(db: &TestDatabase) {
    TestDatabase::empty().sql(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = '{}' AND application_name LIKE 'congkhai-%'",
        db.name
    ));
}

/// Lets new sessions in, or not.
pub fn allow(db: &TestDatabase, connections: bool) {
    TestDatabase::empty().sql(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {connections}", db.name));
}

#[actix_web::test]
async fn a_lost_connection_of_the_reader_is_replaced_without_an_error() {
    let app = TestApp::start();
    let root = app.root().await;
    for _ in 0..3 {
        root.get("/v1/overdue").await.expect(200);
        cut(&app.db);
    }
    root.get("/v1/overdue").await.expect(200);
}

#[actix_web::test]
async fn while_the_database_is_away_everything_answers_503_and_then_recovers() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    allow(&app.db, false);
    cut(&app.db);
    for path in ["/v1/overdue", "/v1/dossiers", &format!("/v1/public/dossiers/{code}"), "/health/ready"] {
        let answer = root.get(path).await;
        let problem = answer.problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "1", "{path}");
        assert!(!problem.to_string().contains(&app.db.name), "nothing internal: {problem}");
    }
    root.post("/v1/dossiers", &receipt("2022-02-15T08:00:00+07:00")).await.problem(503, "unavailable");
    root.get("/health/live").await.expect(200);
    allow(&app.db, true);
    root.get("/health/ready").await.expect(200);
    root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    assert_eq!(
        root.receive(&receipt("2022-02-15T08:00:00+07:00")).await,
        "H51.29-220215-0002",
        "nothing was half done"
    );
}

#[actix_web::test]
async fn a_failure_of_the_database_is_a_500_that_shows_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    app.db.sql("ALTER TABLE dossiers RENAME COLUMN due_on TO away");
    let problem = root.get("/v1/overdue").await.problem(500, "internal_error");
    assert!(!problem.to_string().contains("column"), "{problem}");
    root.post("/v1/dossiers", &receipt("2022-02-15T08:00:00+07:00")).await.problem(500, "internal_error");
    assert_eq!(app.count("SELECT count(*) FROM dossier_counters").await, 0, "rolled back");
}

#[actix_web::test]
async fn migrations_run_once_however_many_start_them() {
    let db = TestDatabase::empty();
    let start = || {
        let database = db.owned();
        std::thread::spawn(move || migrate::run(&database).unwrap().len())
    };
    let runs = [start(), start(), start()].map(|thread| thread.join().unwrap());
    assert_eq!(runs.iter().sum::<usize>(), migrations(), "{runs:?}");
}

#[actix_web::test]
async fn serve_refuses_to_start_while_a_migration_is_pending() {
    let db = TestDatabase::empty();
    let output = run(&["serve", "--database-url", &db.url, "--bind", "127.0.0.1:0"]);
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(&format!("{} pending migrations", migrations())), "{error}");
    assert!(error.contains("run `congkhai migrate` first"), "{error}");
    assert!(!error.contains(&db.url), "the URL may hold a password: {error}");

    let migrated = run(&["migrate", "--database-url", &db.url]);
    assert!(migrated.status.success());
    assert_eq!(String::from_utf8(migrated.stdout).unwrap().lines().count(), migrations());
    assert_eq!(run(&["migrate", "--database-url", &db.url]).stdout, b"up to date\n");
}

#[actix_web::test]
async fn each_door_has_its_settings() {
    let app = TestApp::start();
    let root = app.root().await;
    root.get("/v1/overdue").await.expect(200);
    root.get("/v1/dossiers").await.expect(200);
    let query = "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() ORDER BY 1";
    let rows = connect(&app.db.url).await.query(query, &[]).await.unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    for door in ["congkhai-reader", "congkhai-slow", "congkhai-writer"] {
        assert!(names.contains(&door), "{door}: {names:?}");
    }
    // The slow door cannot write.
    let refused = app
        .shared
        .slow
        .read(async |conn| diesel::sql_query("DELETE FROM audit_log").execute(conn).await)
        .await;
    assert!(refused.unwrap_err().to_string().contains("read-only"));
}

/// A client that is gone, its connection reset, leaves no lock behind: what it began is carried through.
#[actix_web::test]
async fn a_client_that_leaves_blocks_nobody() {
    use actix_web::rt::{net::TcpStream, time::timeout};
    use std::io::Write;
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let mut holder = connect(&app.db.url).await;
    let lock = holder.transaction().await.unwrap();
    lock.batch_execute("SELECT FROM dossiers FOR UPDATE").await.unwrap();

    let key = app.key(&[Scope::DossiersWrite], &["*"], None).await.reveal();
    let body = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "gone"})).to_string();
    let address = app.base.trim_start_matches("http://");
    let mut raw = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/dossiers/{code}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw.write_all(head.as_bytes()).unwrap();
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.count(waits).await == 0 {}
    raw.set_nonblocking(true).unwrap();
    let raw = TcpStream::from_std(raw).unwrap();
    raw.set_zero_linger().unwrap();
    drop(raw);

    lock.rollback().await.unwrap();
    // Whoever comes while the one who waited is being woken may be served before them.
    while app.count("SELECT count(*) FROM dossier_events").await < 2 {}
    let note = event("noted", "2022-02-15T09:30:00+07:00", json!({"note": "still here"}));
    let recorded = timeout(std::time::Duration::from_secs(4), root.record(&code, &note)).await;
    assert_eq!(recorded.expect("nobody holds the dossier")["seq"], 3, "after the note of the one who left");
    let open =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    assert_eq!(app.count(open).await, 0);
}
