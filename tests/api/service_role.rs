//! The role that the service runs as: in every other test it does all that the service does, here it is refused what the service never does.

use crate::harness::{SERVICE_ROLE, TestApp, TestDatabase, connect, event, receipt, run};
use serde_json::json;

/// Asks PostgreSQL for something as the role of the service, and says why it is refused.
async fn refused(url: &str, statement: &str) -> String {
    let client = connect(url).await;
    let error = client.batch_execute(statement).await.expect_err(statement);
    error.code().map(|code| code.code().to_owned()).unwrap_or_default()
}

#[actix_web::test]
async fn the_service_can_neither_alter_a_table_nor_rewrite_history() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    root.record(&code, &event("noted", "2022-02-15T09:00:00+07:00", json!({"note": "Riêng"}))).await;
    let url = app.db.service_url();
    let client = connect(&url).await;
    let user = client.query_one("SELECT current_user::text", &[]).await.unwrap();
    assert_eq!(user.get::<_, &str>(0), SERVICE_ROLE);
    for statement in [
        "ALTER TABLE dossiers ADD COLUMN more text",
        "ALTER TABLE dossier_events DISABLE TRIGGER ALL",
        "DROP TABLE audit_log",
        "CREATE TABLE more (id integer)",
        "CREATE FUNCTION public.more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION keep_report() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP SCHEMA as_of CASCADE",
        "SET session_replication_role = replica",
        "TRUNCATE dossier_events CASCADE",
        "UPDATE dossier_events SET occurred_at = occurred_at - interval '1 day'",
        "DELETE FROM dossier_events",
        "UPDATE dossier_event_notes SET ciphertext = ''",
        "UPDATE dossier_persons SET ciphertext = ''",
        "INSERT INTO dossier_persons (dossier_id, name) SELECT id, 'Khác' FROM dossiers",
        "INSERT INTO dossier_event_notes (event_id, note) SELECT id, 'anders' FROM dossier_events",
        "UPDATE audit_log SET actor = 'key:other'",
        "DELETE FROM audit_log",
        "UPDATE dossier_states SET version = 0",
        "DELETE FROM dossier_states",
        "INSERT INTO reference_rows (relation, content, known) VALUES ('agencies', '{}', tstzrange(NULL, NULL))",
        "UPDATE reference_rows SET content = '{}'",
        "DELETE FROM log_leaves",
        "DELETE FROM log_days",
        "DELETE FROM dossiers",
        "DELETE FROM api_keys",
        "UPDATE api_keys SET scopes = '{admin}'",
        "UPDATE api_keys SET secret_hash = sha256('')",
        "UPDATE procedure_versions SET name = 'Khác'",
        "UPDATE procedure_limits SET amount_hundredths = 100",
        "UPDATE reports SET content = '{}'",
        "DELETE FROM reports",
        "UPDATE report_corrections SET content = '{}'",
        "UPDATE agency_disclosures SET disclosed_version = 1",
        "UPDATE review_confirmations SET note = 'anders'",
        "DELETE FROM reminder_items",
        "DELETE FROM __diesel_schema_migrations",
    ] {
        assert_eq!(refused(&url, statement).await, "42501", "{statement}");
    }
    // To hold a report one must be allowed to change its id, which a trigger refuses. There must be one for that.
    let sealed = json!({"kind": "resolution", "agency": "H51.29", "from": "2022-01-01", "to": "2022-01-31"});
    root.post("/v1/reports", &sealed).await.expect(201);
    assert_ne!(refused(&url, "UPDATE reports SET id = gen_random_uuid()").await, "");
    root.get(&format!("/v1/dossiers/{code}")).await.expect(200);
}

/// A table that a migration adds needs a line in `src/db/service_role.sql`, also when nothing is granted.
#[actix_web::test]
async fn what_is_granted_is_said_of_every_table() {
    let db = TestDatabase::world();
    let rows = connect(&db.url)
        .await
        .query("SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1", &[])
        .await
        .unwrap();
    let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let grants = include_str!("../../src/db/service_role.sql");
    let mut said: Vec<&str> = grants
        .lines()
        .filter_map(|line| line.trim().strip_prefix("('")?.split_once('\'').map(|(table, _)| table))
        .collect();
    said.sort_unstable();
    assert_eq!(said, tables);
}

#[actix_web::test]
async fn migrate_makes_the_role_and_gives_it_its_password() {
    let db = TestDatabase::empty();
    let role = format!("service \"{}\"", db.name);
    let migrate = |more: &[&str]| run(&[&["migrate", "--database-url", &db.url], more].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    for _ in 0..2 {
        let done = migrate(&["--service-role", &role, "--service-password", "it's secret"]);
        let (said, error) = (text(done.stdout), text(done.stderr));
        assert!(said.ends_with(&format!("the service may run as {role}\n")), "{said}{error}");
        assert!(!said.contains("secret") && !error.contains("secret"), "{said}{error}");
    }
    let owner = connect(&db.url).await;
    let found = owner
        .query_one("SELECT rolcanlogin AND NOT rolsuper AND NOT rolcreaterole, rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = $1", &[&role])
        .await
        .unwrap();
    assert!(found.get::<_, bool>(0) && found.get::<_, bool>(1));
    let owning = owner.query_one("SELECT current_user::text", &[]).await.unwrap().get::<_, String>(0);
    let refused = migrate(&["--service-role", &owning]);
    assert!(!refused.status.success());
    let error = text(refused.stderr);
    assert!(error.contains("must be another than"), "{error}");
    assert!(!migrate(&["--service-password", "x"]).status.success(), "a password needs a role");
    db.sql(&format!("DROP OWNED BY \"{0}\"; DROP ROLE \"{0}\"", role.replace('"', "\"\"")));
}
