//! A real streaming replica: public pages are read from it while it is fresh, and nothing fails when it is not.

use crate::harness::{Client, Instance, NOW, TestApp, connect, event, fill_world, receipt};
use congkhai::db::embedded::{Cluster, Mode, find_binaries, throwaway_base};
use congkhai::db::{Database, Replica, migrate};
use congkhai::features::Shared;
use futures_util::future::join;
use nix::unistd::{User, geteuid};
use serde_json::json;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// A primary and its replica, below a directory that goes with them. They are durable ones, which write the log that is streamed.
struct Pair {
    replica: Option<Cluster>,
    primary: Cluster,
    _place: Place,
}

struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A copy of a running cluster that follows it, made as the guide says.
fn follower(primary: &Cluster, root: &Path) -> Cluster {
    std::fs::create_dir(root).unwrap();
    std::fs::set_permissions(root, PermissionsExt::from_mode(0o700)).unwrap();
    let mut copy = Command::new(find_binaries(None).unwrap().program("pg_basebackup"));
    if geteuid().is_root() {
        // Whom PostgreSQL runs as when root starts it.
        let user = ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).unwrap()).unwrap();
        chown(root, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        copy.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    let copied = copy
        .args(["-d", &primary.url("postgres"), "-R", "-c", "fast", "--no-sync", "-D"])
        .arg(root.join("data"))
        .current_dir(root)
        .output()
        .unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    Cluster::start(root, Mode::Durable).unwrap()
}

/// With a database that is migrated and filled, and a key for everything.
async fn pair() -> Pair {
    let place = Place(throwaway_base().join(format!("congkhai-test-replica-{}", std::process::id())));
    let root = place.0.clone();
    let started = actix_web::web::block(move || {
        std::fs::create_dir_all(&root).unwrap();
        std::fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).unwrap();
        let primary = Cluster::start(&root.join("primary"), Mode::Durable).unwrap();
        migrate::create_database(&Database::parse(&primary.url("postgres")).unwrap(), "congkhai").unwrap();
        migrate::run(&Database::parse(&primary.url("congkhai")).unwrap()).unwrap();
        let replica = follower(&primary, &root.join("replica"));
        (primary, replica)
    });
    let (primary, replica) = started.await.unwrap();
    fill_world(&Database::parse(&primary.url("congkhai")).unwrap()).await;
    let key = "INSERT INTO api_keys (id, name, secret_hash, scopes, all_agencies, root_agency_ids, created_at)
        VALUES ('0123456789ab', 'x', sha256(convert_to(repeat('0', 64), 'UTF8')), '{dossiers:read,dossiers:write}', true, '{}', now())";
    connect(&primary.url("congkhai")).await.batch_execute(key).await.unwrap();
    Pair { replica: Some(replica), primary, _place: place }
}

impl Pair {
    fn primary(&self) -> Database {
        Database::parse(&self.primary.url("congkhai")).unwrap()
    }

    fn replica_url(&self) -> String {
        self.replica.as_ref().unwrap().url("congkhai")
    }

    /// An instance that reads from the replica while it is at most so far behind.
    fn instance(&self, app: &TestApp, most: Duration) -> Instance {
        let replica = Database::parse(&self.replica_url()).unwrap();
        let replica = Replica::new(&self.primary(), replica, 2, most).unwrap();
        app.on(&self.primary(), |shared| Shared { replica: Some(Arc::new(replica)), ..shared })
    }

    /// Waits until the replica has replayed what the primary has written.
    async fn catch_up(&self) {
        let (primary, replica) =
            join(connect(&self.primary.url("congkhai")), connect(&self.replica_url())).await;
        let written: String =
            primary.query_one("SELECT pg_current_wal_flush_lsn()::text", &[]).await.unwrap().get(0);
        let there = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn");
        while !replica.query_one(&there, &[]).await.unwrap().get::<_, bool>(0) {}
    }

    /// Lets the replica stand still, or go on.
    async fn replay(&self, goes_on: bool) {
        let replica = connect(&self.replica_url()).await;
        if goes_on {
            return replica.batch_execute("SELECT pg_wal_replay_resume()").await.unwrap();
        }
        replica.batch_execute("SELECT pg_wal_replay_pause()").await.unwrap();
        let paused = "SELECT pg_get_wal_replay_pause_state() = 'paused'";
        while !replica.query_one(paused, &[]).await.unwrap().get::<_, bool>(0) {}
    }
}

/// How many public answers were read from one of the two.
async fn reads(client: &Client, source: &str) -> u64 {
    let text = client.get("/metrics").await.text();
    let line = format!("congkhai_public_reads_total{{source=\"{source}\"}} ");
    text.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
}

async fn look(instance: &Instance) {
    instance.shared.replica.as_ref().unwrap().look().await.unwrap();
}

/// Looks until it is known to be fresh.
async fn fresh(instance: &Instance) {
    while instance.shared.replica.as_ref().unwrap().behind().is_none() {
        look(instance).await;
    }
}

#[actix_web::test]
async fn public_pages_are_read_from_a_replica_while_it_is_fresh() {
    let (app, mut pair) = (TestApp::start(), pair().await);
    // One that is never too far behind here, and one that soon is.
    let patient = pair.instance(&app, Duration::from_mins(10));
    let strict = pair.instance(&app, Duration::from_secs(1));
    let key = format!("ck_0123456789ab_{}", "0".repeat(64));
    let root = app.nobody().with_key(&key).at(patient.address);
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let page = format!("/v1/public/dossiers/{code}");
    root.get(&page).await.expect(200);
    assert_eq!(
        (reads(&root, "primary").await, reads(&root, "replica").await),
        (1, 0),
        "nobody has looked yet"
    );

    pair.catch_up().await;
    fresh(&patient).await;
    let old = root.get(&page).await;
    assert_eq!(old.expect(200)["timeline"].as_array().unwrap().len(), 1);
    for path in [
        "/v1/public/procedures",
        "/v1/public/procedures/1.004873",
        "/v1/public/agencies/H51.29/progress",
        "/v1/public/statistics",
    ] {
        root.get(path).await.expect(200);
    }
    assert_eq!((reads(&root, "primary").await, reads(&root, "replica").await), (1, 5));
    let asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'congkhai-reader'";
    let on_replica = connect(&pair.replica_url()).await;
    assert!(on_replica.query_one(asked, &[]).await.unwrap().get::<_, i64>(0) > 0);

    // It stands still: the page is as it was, and says so; keyed reads are of now, and so is what the replica has not got.
    pair.replay(false).await;
    let done = json!({"result": {"outcome": "granted"}});
    root.record(&code, &event("completed", "2022-02-15T09:00:00+07:00", done)).await;
    assert_eq!(root.get(&format!("/v1/dossiers/{code}")).await.expect(200)["status"], "completed");
    let again = root.get(&page).await;
    assert_eq!((again.text(), again.header("etag")), (old.text(), old.header("etag")));
    assert!(again.header("x-data-as-of") < NOW, "{}", again.header("x-data-as-of"));
    let unchanged = root.get_with(&page, ("If-None-Match", old.header("etag"))).await;
    assert_eq!(unchanged.status, 304, "as of {}", unchanged.header("x-data-as-of"));
    let newer = root.receive(&receipt("2022-02-15T08:30:00+07:00")).await;
    root.get(&format!("/v1/public/dossiers/{newer}")).await.expect(200);
    root.get("/v1/public/dossiers/H51.29-220215-9999").await.problem(404, "not_found");
    root.get("/v1/public/procedures?limit=0").await.problem(422, "invalid_value");
    assert_eq!(reads(&root, "primary").await, 3, "what is refused is not asked twice");

    // The strict one notices within its second, and asks the primary.
    let close = root.at(strict.address);
    let told = loop {
        look(&strict).await;
        let told = close.get(&page).await;
        if told.text() != old.text() {
            break told;
        }
    };
    assert_eq!(told.expect(200)["status"]["code"], "completed");
    assert_eq!(told.header("x-data-as-of"), NOW);
    assert_ne!(told.header("etag"), old.header("etag"));
    assert!(strict.shared.replica.as_ref().unwrap().behind().is_none());

    // It goes on: the tag of before is no longer that of the page.
    pair.replay(true).await;
    pair.catch_up().await;
    look(&patient).await;
    let before = reads(&root, "replica").await;
    let changed = root.get_with(&page, ("If-None-Match", old.header("etag"))).await;
    assert_eq!((changed.status.as_u16(), changed.text()), (200, told.text()));
    assert_eq!(reads(&root, "replica").await, before + 1);

    // It is gone, while pages are asked for: each is answered.
    let replica = pair.replica.take().unwrap();
    let stopping = actix_web::web::block(move || drop(replica));
    let asking = async {
        for _ in 0..30 {
            root.get(&page).await.expect(200);
        }
    };
    let (stopped, ()) = join(stopping, asking).await;
    stopped.unwrap();
    let before = reads(&root, "primary").await;
    assert!(patient.shared.replica.as_ref().unwrap().look().await.is_err());
    root.get(&page).await.expect(200);
    root.get("/v1/public/statistics").await.expect(200);
    assert_eq!(reads(&root, "primary").await, before + 2);
}

#[actix_web::test]
async fn what_is_no_replica_of_the_database_is_not_read() {
    let app = TestApp::start();
    let replica = Replica::new(&app.db.database(), app.db.database(), 1, Duration::from_mins(1)).unwrap();
    let why = replica.look().await.unwrap_err().to_string();
    assert!(why.contains("is no streaming replica"), "{why}");
    assert!(replica.behind().is_none());
}
