//! The command line.

use crate::harness::{Client, Service, TestDatabase, connect, directory, run};
use std::process::Output;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The one line of an error.
fn error(output: &Output) -> String {
    assert!(!output.status.success(), "{}", text(&output.stdout));
    let all = text(&output.stderr);
    let last = all.lines().last().unwrap_or_default();
    assert!(last.starts_with("congkhai: "), "{all}");
    last.to_owned()
}

#[actix_web::test]
async fn keys_are_created_listed_and_revoked() {
    let db = TestDatabase::world();
    let keys = |arguments: &[&str]| run(&[&["keys", "--database-url", &db.url], arguments].concat());
    let created =
        keys(&["create", "--name", "Cổng một cửa", "--scope", "dossiers:read", "--agency", "000.00.29.H51"]);
    let key = text(&created.stdout).trim().to_owned();
    assert!(key.starts_with("ck_") && key.len() == 80, "{key}");
    let id = key.split('_').nth(1).unwrap();
    let listed = text(&keys(&["list"]).stdout);
    let line = listed.lines().find(|line| line.starts_with(id)).unwrap();
    for part in ["works", "standard", "H51.29", "dossiers:read", "Cổng một cửa"] {
        assert!(line.contains(part), "{line}");
    }
    let bulk =
        ["create", "--name", "Kho dữ liệu", "--scope", "dossiers:read", "--all-agencies", "--plan", "bulk"];
    assert!(keys(&bulk).status.success());
    let listed_again = text(&keys(&["list"]).stdout);
    assert!(listed_again.lines().any(|line| line.contains("bulk") && line.contains("Kho dữ liệu")));
    let usage = text(&keys(&[&bulk[..7], &["fast"]].concat()).stderr);
    assert!(usage.contains("must be one of standard, bulk, unmetered"), "{usage}");
    assert!(!listed.contains(key.split('_').nth(2).unwrap()), "the secret is not kept");
    assert_eq!(text(&keys(&["revoke", id]).stdout), format!("revoked {id}\n"));
    assert!(text(&keys(&["list"]).stdout).contains("revoked"));
    assert!(error(&keys(&["revoke", id])).contains("keys list"));
    assert!(
        error(&keys(&["create", "--name", "x", "--all-scopes", "--agency", "H99"]))
            .contains("no agency has the code H99")
    );
    let usage = text(&keys(&["create", "--name", "x", "--scope", "dossiers:eat", "--all-agencies"]).stderr);
    assert!(usage.contains("must be one of catalogue:read"), "{usage}");
    assert!(!keys(&["create", "--name", "x", "--all-scopes"]).status.success(), "what it sees must be said");
}

#[actix_web::test]
async fn keys_are_rotated() {
    let db = TestDatabase::world();
    let keys = |arguments: &[&str]| run(&[&["keys", "--database-url", &db.url], arguments].concat());
    let made = text(&keys(&["create", "--name", "x", "--scope", "admin", "--agency", "H51.29"]).stdout);
    let old = made.split('_').nth(1).unwrap();
    assert!(!keys(&["rotate", old, "--overlap-hours", "721"]).status.success());
    assert!(error(&keys(&["rotate", old, "--reason", "a\u{7}"])).contains("--reason"));
    let rotated = keys(&["rotate", old, "--overlap-hours", "0", "--reason", "Lộ khóa"]);
    let key = text(&rotated.stdout).trim().to_owned();
    assert!(key.starts_with("ck_") && key.len() == 80, "{key}");
    assert!(text(&rotated.stderr).contains(old), "it says until when the old one works");
    let listed = text(&keys(&["list"]).stdout);
    let line = |id: &str| listed.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
    let new = key.split('_').nth(1).unwrap();
    assert!(line(old).contains("expired") && line(old).contains(new), "{listed}");
    assert!(line(new).contains("works") && line(new).contains("H51.29"), "{listed}");
    assert!(error(&keys(&["rotate", old])).contains(&format!("the key {new} replaces {old}")));
    assert!(keys(&["revoke", new, "--reason", "Thôi dùng"]).status.success());
    assert!(error(&keys(&["rotate", new])).contains("keys list"));
    let reasons = "SELECT reason FROM audit_log WHERE reason IS NOT NULL ORDER BY id";
    let reasons = connect(&db.url).await.query(reasons, &[]).await.unwrap();
    let reasons: Vec<&str> = reasons.iter().map(|row| row.get(0)).collect();
    assert_eq!(reasons, ["Lộ khóa", "Lộ khóa", "Thôi dùng"]);
}

#[actix_web::test]
async fn keys_and_migrate_work_beside_a_running_service() {
    let place = directory("beside");
    let data = place.path().to_str().unwrap();
    let service = Service::start(&["serve", "--data-dir", data]).unwrap();
    let made = run(&["keys", "--data-dir", data, "create", "--name", "x", "--all-scopes", "--all-agencies"]);
    let key = text(&made.stdout).trim().to_owned();
    let client = Client::new(&format!("http://{}", service.address), Some(key));
    client.get("/v1/dossiers").await.expect(200);
    assert_eq!(text(&run(&["migrate", "--data-dir", data]).stdout), "up to date\n");
    let ready = run(&["health", "--bind", &service.address.to_string()]);
    assert_eq!(text(&ready.stdout), "ready\n");
    assert!(service.terminate().success());
    assert!(error(&run(&["health", "--bind", "127.0.0.1:1"])).contains("nothing answers on 127.0.0.1:1"));
}

#[test]
fn a_signing_key_is_made_once_and_shows_its_public_part() {
    use std::os::unix::fs::PermissionsExt;
    let place = directory("signing-key");
    let file = place.path().join("signing.key");
    let name = file.to_str().unwrap();
    let made = text(&run(&["signing-key", "create", name]).stdout);
    assert!(made.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{made}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(text(&run(&["signing-key", "public", name]).stdout), made);
    let here = place.path().to_str().unwrap();
    assert_eq!(text(&run(&["signing-key", "public", "--data-dir", here]).stdout), made);
    assert!(error(&run(&["signing-key", "create", name])).contains("cannot make the signing key"));
    assert_eq!(text(&run(&["signing-key", "public", name]).stdout), made, "it was not overwritten");
    std::fs::write(&file, made).unwrap();
    let public = error(&run(&["signing-key", "public", name]));
    assert!(public.contains("is no Ed25519 secret key in PKCS#8 PEM"), "{public}");
    assert!(error(&run(&["verify", "--public-key", "/nowhere/x"])).contains("/nowhere/x: No such file"));
    let nowhere = ["serve", "--data-dir", here, "--bind", "127.0.0.1:0", "--signing-key-file", "/nowhere/x"];
    assert!(error(&run(&nowhere)).contains("cannot read the signing key /nowhere/x"));
}

#[test]
fn a_data_key_is_judged_and_never_shown() {
    let place = directory("data-key");
    let here = place.path().to_str().unwrap();
    let serve = |key| ["serve", "--data-dir", here, "--bind", "127.0.0.1:0", "--data-key", key];
    let bad = error(&run(&serve("secret0123")));
    assert!(
        bad.contains("CONGKHAI_DATA_KEY must be 32 random bytes") && !bad.contains("secret0123"),
        "{bad}"
    );
}

#[test]
fn openapi_prints_the_committed_document() {
    let committed = include_str!("../../openapi/openapi.json");
    assert!(text(&run(&["openapi"]).stdout) == committed);
}

#[test]
fn problems_prints_the_committed_table() {
    let committed = include_str!("../../docs/errors.md");
    assert!(text(&run(&["problems"]).stdout) == committed, "run `cargo run -- problems > docs/errors.md`");
}

#[test]
fn lifecycle_prints_the_committed_drawing() {
    let committed = include_str!("../../docs/dossier-lifecycle.md");
    let hint = "run `cargo run -- lifecycle > docs/dossier-lifecycle.md`";
    assert!(text(&run(&["lifecycle"]).stdout) == committed, "{hint}");
}

#[test]
fn help_names_every_setting() {
    let help = text(&run(&["serve", "--help"]).stdout);
    for name in [
        "CONGKHAI_BIND",
        "CONGKHAI_DATA_DIR",
        "DATABASE_URL",
        "CONGKHAI_WORKERS",
        "CONGKHAI_SHUTDOWN_SECONDS",
        "CONGKHAI_SIGNING_KEY_FILE",
        "CONGKHAI_DATA_KEY",
        "CONGKHAI_DRAIN_SECONDS",
        "CONGKHAI_REPLICA_SECONDS",
        "DATABASE_REPLICA_URL",
    ] {
        assert!(help.contains(name), "{name}: {help}");
    }
    let root = text(&run(&["--help"]).stdout);
    for command in [
        "demo",
        "serve",
        "migrate",
        "rollback",
        "keys",
        "openapi",
        "problems",
        "lifecycle",
        "overdue",
        "health",
        "LOG_FORMAT",
        "verify",
        "signing-key",
    ] {
        assert!(root.contains(command), "{command}");
    }
}

#[test]
fn bad_settings_are_one_clear_line() {
    let url = error(&run(&["migrate", "--database-url", "mysql://root:secret@localhost/x"]));
    assert!(url.contains("DATABASE_URL is not a PostgreSQL URL") && !url.contains("secret"), "{url}");
    let nowhere = error(&run(&["keys", "--data-dir", "/tmp/congkhai-nowhere", "list"]));
    assert!(nowhere.contains("no service has run in /tmp/congkhai-nowhere"), "{nowhere}");
    assert!(!std::path::Path::new("/tmp/congkhai-nowhere").exists(), "and none is made");
    let away = error(&run(&["migrate", "--database-url", "postgres://u:secret@127.0.0.1:1/x"]));
    assert!(away.contains("the database is away") && !away.contains("secret"), "{away}");
}
