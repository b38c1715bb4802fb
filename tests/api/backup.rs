//! A backup is restored on another server by the commands of `docs/operations.md`, holds against its roots and counters, and goes on.

use crate::docs::section;
use crate::harness::evidence::{Verifier, lived, signing_key, tick};
use crate::harness::personal::DATA_KEY;
use crate::harness::{
    Answer, Client, Directory, NOW, Service, TestApp, at, directory, event, receipt, run_with,
};
use crate::integration::{blocks, run};
use crate::national::whole;
use crate::server::{caller, fill, text};
use congkhai::db::Database;
use congkhai::db::embedded::{Cluster, Mode, find_binaries, throwaway_base};
use congkhai::domain::sealing::DataKeys;
use congkhai::domain::vocabulary::Scope;
use congkhai::features::Shared;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// Another data key than that of the tests.
const OTHER_KEY: &str = "abababababababababababababababababababababababababababababababab";

/// A server that knows nothing of the service: another cluster, with an owner who is no superuser, made as the guide says.
fn fresh_server() -> Cluster {
    let root = throwaway_base().join(format!("congkhai-test-restore-{}", std::process::id()));
    let server = Cluster::start(&root, Mode::Throwaway).unwrap();
    let statements = [
        "CREATE ROLE owner LOGIN CREATEROLE",
        "CREATE DATABASE restored OWNER owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
    ];
    for statement in statements {
        let psql = find_binaries(None).unwrap().program("psql");
        let made = std::process::Command::new(psql)
            .args(["-X", "-d", &server.url("postgres"), "-c", statement])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    server
}

/// A database of a cluster for a role.
fn url(server: &Cluster, role: &str) -> String {
    server.url("restored").replacen("congkhai@", &format!("{role}@"), 1)
}

/// The first commands under a heading of a section of the guide.
fn commands(title: &str, heading: &str) -> String {
    let text = section("docs/operations.md", title);
    let (_, under) =
        text.split_once(&format!("\n### {heading}\n")).unwrap_or_else(|| panic!("{heading} of {title}"));
    blocks(under).into_iter().find(|block| block.language == "sh").unwrap().text
}

/// Runs commands of the guide as an operator of a database.
async fn operate(script: String, place: &Directory, variables: &[(&str, &str)]) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_congkhai")).parent().unwrap();
    let programs = find_binaries(None).unwrap().directory;
    let path = format!("{}:{}:{}", binary.display(), programs.display(), std::env::var("PATH").unwrap());
    let mut all: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    all.push(("PATH".into(), path));
    let here = place.path().to_owned();
    let done = actix_web::web::block(move || {
        let all: Vec<_> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        run(&script, &here, &all)
    });
    let (is_good, out, err) = done.await.unwrap();
    assert!(is_good, "{out}{err}");
    out
}

/// What is compared before and after: lists, single things, what is encrypted, reports, roots and proofs.
fn reads(codes: [&str; 2]) -> Vec<String> {
    let [lived, open] = codes;
    let mut paths = vec![
        format!("/v1/dossiers/{lived}?include=events"),
        format!("/v1/dossiers/{lived}/proof"),
        format!("/v1/dossiers/{open}?include=events"),
        format!("/v1/public/dossiers/{lived}"),
        "/v1/national/dossiers/H51.29-220215-9001".into(),
        "/v1/reports/resolution?from=2022-02-01&to=2022-02-28".into(),
    ];
    let lists = ["dossiers?count=exact", "overdue", "agencies", "procedures", "keys", "audit", "audit/roots"];
    paths.extend(lists.map(|list| format!("/v1/{list}")));
    paths.push(format!("/v1/dossiers?as_of={}", NOW.replace('+', "%2B")));
    paths.push("/v1/dossiers?format=csv".into());
    paths
}

pub async fn answers(caller: &Client, paths: &[String]) -> Vec<(String, String)> {
    let mut answers = vec![];
    for path in paths {
        let answer: Answer = caller.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answers.push((answer.header("etag").to_owned(), answer.text()));
    }
    answers
}

#[actix_web::test]
async fn a_backup_is_restored_verified_and_goes_on() {
    let app = TestApp::signing();
    let key = app.key(Scope::ALL, &["*"], None).await.reveal();
    let root = app.nobody().with_key(&key);
    tick(&app).await;
    let lived = lived(&app, &root).await;
    root.post("/v1/national/dossiers", &json!({"isUpdating": "False", "data": [whole()]})).await.expect(200);
    let open = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    app.now("2022-02-16T08:00:00+07:00");
    tick(&app).await;
    root.record(&open, &event("noted", &at("02-16T07:59"), json!({"note": "Sau ngày khóa sổ"}))).await;
    let place = directory("backup");
    std::fs::write(place.path().join("public.pem"), signing_key().public().pem().unwrap()).unwrap();
    let service = [
        ("DATABASE_URL", app.db.url.as_str()),
        ("CONGKHAI_URL", app.base.as_str()),
        ("CONGKHAI_KEY", key.as_str()),
    ];
    operate(commands("Backup", "A server of your own"), &place, &service).await;
    let paths = reads([&lived, &open]);
    let before = answers(&root, &paths).await;

    let server = fresh_server();
    let owner = url(&server, "owner");
    let restoring = [("DATABASE_URL", owner.as_str()), ("CONGKHAI_DATA_KEY", DATA_KEY)];
    let said = operate(commands("Restore", "A server of your own"), &place, &restoring).await;
    for part in [
        "may run as congkhai_service",
        "2 signed days with 9 events",
        "rows, known",
        "recorded through 2022-02-15",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(said.matches("no fault\n").count(), 3, "{said}");

    // It serves the same as the role that the restore has made, to the same key.
    let database = Database::parse(&url(&server, "congkhai_service")).unwrap();
    let restored = app.on(&database, |shared| shared);
    let again = root.at(restored.address);
    for ((path, before), after) in paths.iter().zip(before).zip(answers(&again, &paths).await) {
        assert_eq!(after, before, "{path}");
    }

    // And goes on: a new event on the old chain, the next number, the next day on the old roots.
    let note = event("noted", &at("02-16T07:59"), json!({"note": "Sau khi khôi phục"}));
    assert_eq!(again.record(&open, &note).await["seq"], 3);
    assert_eq!(again.receive(&receipt("2022-02-16T07:00:00+07:00")).await, "H51.29-220216-0001");
    app.now("2022-02-17T00:06:00+07:00");
    let mut worker = congkhai::worker::Worker::new(restored.shared.clone());
    worker.tick().await;
    let kept = place.path().join("roots.json");
    let verdict = Verifier::new("restored").verify(&[
        "--database-url",
        &owner,
        "--data-key",
        DATA_KEY,
        "--roots",
        kept.to_str().unwrap(),
    ]);
    assert!(verdict.holds().contains("3 signed days with 12 events"), "{}", verdict.lines);

    // The wrong data key: a message to the operator and one to the caller, and nothing else is hurt.
    let wrong = [("DATABASE_URL", owner.as_str()), ("CONGKHAI_DATA_KEY", OTHER_KEY)];
    let checked = run_with(&["check", "data-key"], &wrong);
    assert!(!checked.status.success());
    let (out, error) =
        (String::from_utf8(checked.stdout).unwrap(), String::from_utf8(checked.stderr).unwrap());
    assert!(out.contains("rows, MISSING"), "{out}");
    assert!(
        error.contains("set CONGKHAI_DATA_KEY to the keys that the service of this database had"),
        "{error}"
    );
    let other = Some(Arc::new(DataKeys::of_random(&[1; 32])));
    let keyless = app.on(&database, |shared| Shared { data_keys: other, ..shared });
    let stranger = root.at(keyless.address);
    let told = stranger.get("/v1/national/dossiers/H51.29-220215-9001").await;
    told.problem(503, "data_key_missing");
    stranger.get("/v1/dossiers/H51.29-220215-9001").await.expect(200);
}

#[actix_web::test]
async fn an_embedded_service_is_restored_into_a_new_directory() {
    let place = directory("embedded-backup");
    let [old, new, safe] = ["old", "new", "safe"].map(|name| place.path().join(name));
    for made in [&new, &safe] {
        std::fs::create_dir(made).unwrap();
    }
    let service = Service::start(&["serve", "--data-dir", text(&old)]).unwrap();
    let client = caller(&service, &old);
    fill(&client).await;
    let code = client.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let path = format!("/v1/dossiers/{code}/events");
    let events = client.get(&path).await.expect(200);
    let backup = commands("Backup", "Embedded, while it runs");
    let backup = backup.replace("/var/lib/congkhai", text(&old)).replace("/a/safe/place", text(&safe));
    operate(backup, &place, &[]).await;
    assert!(service.terminate().success());

    for key in ["signing.key", "data.key"] {
        std::fs::copy(safe.join(key), new.join(key)).unwrap();
    }
    let arguments = ["serve", "--data-dir", text(&new)];
    let fresh = Service::start(&arguments).unwrap();
    operate(commands("Restore", "Embedded").replace("/var/lib/congkhai-new", text(&new)), &place, &[]).await;
    assert!(fresh.terminate().success());
    let restored = Service::start(&arguments).unwrap();
    let again = client.at(restored.address);
    assert_eq!(again.get(&path).await.expect(200), events);
    again.receive(&receipt("2022-02-15T09:00:00+07:00")).await;
    let checks = "congkhai signing-key public > public.pem; congkhai verify --public-key public.pem; congkhai check data-key";
    let said = operate(checks.to_owned(), &place, &[("CONGKHAI_DATA_DIR", text(&new))]).await;
    assert_eq!(said.matches("no fault\n").count(), 2, "{said}");
    assert!(restored.terminate().success());
}
