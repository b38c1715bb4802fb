//! A throw-away cluster for the whole test binary, and a clone of a prepared database for each test.

use super::world;
use congkhai::db::embedded::{Cluster, Mode, sweep, throwaway_base};
use congkhai::db::{Database, migrate, service_role};
use std::sync::{Mutex, OnceLock};
use tokio_postgres::NoTls;

const PREFIX: &str = "congkhai-test-";
/// Migrated and filled with the agencies and procedures of `world`.
const TEMPLATE: &str = "template_world";
/// What the service runs as in the tests, so that all of them show that it needs no more.
pub const SERVICE_ROLE: &str = "congkhai_service";

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static TURN: Mutex<u32> = Mutex::new(0);

/// A database of one test; dropped with it.
pub struct TestDatabase {
    pub name: String,
    pub url: String,
}

/// The cluster, started by the first test. Its guard stops it when the process ends.
fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        let base = throwaway_base();
        sweep(&base, PREFIX);
        let root = base.join(format!("{PREFIX}{}", std::process::id()));
        let cluster =
            Cluster::start(&root, Mode::Throwaway).expect("a PostgreSQL of version 15 or newer is installed");
        let url = cluster.url(TEMPLATE);
        let admin = cluster.url("postgres");
        // Migrating needs a runtime of its own, and this thread may be inside one.
        std::thread::spawn(move || {
            migrate::create_database(&Database::parse(&admin).unwrap(), TEMPLATE).unwrap();
            let database = Database::parse(&url).unwrap();
            migrate::run(&database).unwrap();
            service_role::grant(&database, SERVICE_ROLE, None).unwrap();
            actix_web::rt::System::new().block_on(world::fill(&database));
            sql(&admin, &format!("ALTER DATABASE {TEMPLATE} WITH is_template true allow_connections false"));
        })
        .join()
        .unwrap();
        cluster
    })
}

impl TestDatabase {
    /// With the agencies and procedures of `world`.
    pub fn world() -> Self {
        Self::create(&format!("TEMPLATE {TEMPLATE} STRATEGY file_copy"))
    }

    /// Without a single table.
    pub fn empty() -> Self {
        Self::create("STRATEGY file_copy")
    }

    fn create(how: &str) -> Self {
        let cluster = cluster();
        let mut number = TURN.lock().unwrap();
        *number += 1;
        let name = format!("t{number}");
        sql(&cluster.url("postgres"), &format!("CREATE DATABASE {name} {how}"));
        Self { url: cluster.url(&name), name }
    }

    /// As the service uses it.
    pub fn database(&self) -> Database {
        Database::parse(&self.service_url()).unwrap()
    }

    /// As the owner of its tables uses it.
    pub fn owned(&self) -> Database {
        Database::parse(&self.url).unwrap()
    }

    /// Where the service finds it.
    pub fn service_url(&self) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let (_, rest) = rest.split_once('@').unwrap();
        format!("{scheme}://{SERVICE_ROLE}@{rest}")
    }

    /// Grants the service again what it does, after tables were made anew.
    pub fn grant(&self) {
        let owned = self.owned();
        std::thread::spawn(move || service_role::grant(&owned, SERVICE_ROLE, None).unwrap()).join().unwrap();
    }

    /// Runs statements as the owner.
    pub fn sql(&self, statements: &str) {
        sql(&self.url, statements);
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        sql(&cluster().url("postgres"), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// The statement that inserts all rows of one table, which may be a temporary one, into another with the same columns.
/// Those that the database computes are left to it.
pub fn inserting_all(into: &str, from: &str) -> String {
    format!(
        "DO $$ BEGIN EXECUTE (
           SELECT format('INSERT INTO {into} (%1$s) SELECT %1$s FROM {from}', string_agg(column_name, ', '))
           FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = '{into}' AND is_generated = 'NEVER');
         END $$;"
    )
}

/// Runs statements on a connection of its own, from inside a runtime or outside.
fn sql(url: &str, statements: &str) {
    let (url, statements) = (url.to_owned(), statements.to_owned());
    let done = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            connect(&url)
                .await
                .batch_execute(&statements)
                .await
                .unwrap_or_else(|e| panic!("{statements}: {e:?}"));
        });
    });
    done.join().unwrap();
}

/// How many migrations there are.
pub fn migrations() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().count()
}

/// A plain connection, to look at what was stored.
pub async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    actix_web::rt::spawn(connection);
    client
}
