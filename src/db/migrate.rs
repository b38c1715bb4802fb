//! The migrations, embedded in the binary, run under an advisory lock so that two processes never run them at once.
//!
//! They use a small runtime of their own: the harness blocks, which the server's workers must not.

use super::connect::Door;
use super::{Database, DbError};
use diesel::QueryableByName;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// Every migration, oldest first.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Names the advisory lock: any number that nothing else in the database uses.
pub(super) const LOCK: i64 = 0x636f_6e67_6b68_6169;

/// Why migrations could not be run or looked at.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A migration failed; it was rolled back.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// No runtime could be made.
    #[error("could not start a runtime: {0}")]
    Runtime(#[from] std::io::Error),
}

/// Runs the pending migrations and names them.
pub fn run(database: &Database) -> Result<Vec<String>, MigrateError> {
    with_harness(database, |harness| {
        let done = harness.run_pending_migrations(MIGRATIONS)?;
        Ok(done.iter().map(ToString::to_string).collect())
    })
}

/// Reverts every migration, newest first. Loses all data: for the tests of the migrations.
pub fn revert_all(database: &Database) -> Result<Vec<String>, MigrateError> {
    with_harness(database, |harness| {
        let done = harness.revert_all_migrations(MIGRATIONS)?;
        Ok(done.iter().map(ToString::to_string).collect())
    })
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Names the pending migrations. Reads only, so the role of the service may ask.
pub fn pending(database: &Database) -> Result<Vec<String>, MigrateError> {
    let all = MigrationSource::<Pg>::migrations(&MIGRATIONS);
    let all = all.map_err(|e| MigrateError::Migration(e.to_string()))?;
    let applied = with_connection(database, async |conn| {
        let kept = "SELECT to_regclass('__diesel_schema_migrations')::text AS version";
        let is_there = format!("SELECT version FROM ({kept}) kept WHERE version IS NOT NULL");
        let found: Vec<Applied> = diesel::sql_query(is_there).load(conn).await.map_err(DbError::from)?;
        if found.is_empty() {
            return Ok(vec![]);
        }
        let applied = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
        Ok(applied.load::<Applied>(conn).await.map_err(DbError::from)?)
    })?;
    let is_pending = |version: &str| applied.iter().all(|applied| applied.version.as_str() != version);
    let names = all.iter().map(|migration| migration.name());
    Ok(names.filter(|name| is_pending(&name.version().to_string())).map(ToString::to_string).collect())
}

/// Creates `name` on the server of `maintenance` unless it is there.
pub fn create_database(maintenance: &Database, name: &str) -> Result<(), MigrateError> {
    runtime()?.block_on(async {
        let mut connection = maintenance.connect(Door::Migrate).await.map_err(DbError::from)?;
        match connection.batch_execute(&format!("CREATE DATABASE \"{name}\"")).await {
            Ok(()) => Ok(()),
            Err(e) if e.to_string().contains("already exists") => Ok(()),
            Err(e) => Err(DbError::from(e).into()),
        }
    })
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;
type Harness = AsyncMigrationHarness<AsyncPgConnection>;

fn with_harness<T: Send>(
    database: &Database,
    work: impl FnOnce(&mut Harness) -> Result<T, AnyError> + Send,
) -> Result<T, MigrateError> {
    runtime()?.block_on(async {
        let mut connection = database.connect(Door::Migrate).await.map_err(DbError::from)?;
        let lock = format!("SELECT pg_advisory_lock({LOCK})");
        connection.batch_execute(&lock).await.map_err(DbError::from)?;
        // The lock goes with the connection.
        work(&mut AsyncMigrationHarness::new(connection)).map_err(|e| MigrateError::Migration(e.to_string()))
    })
}

/// Runs work on a connection of its own.
pub(super) fn with_connection<T>(
    database: &Database,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T, MigrateError>,
) -> Result<T, MigrateError> {
    runtime()?.block_on(async {
        let mut connection = database.connect(Door::Migrate).await.map_err(DbError::from)?;
        work(&mut connection).await
    })
}

pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}
