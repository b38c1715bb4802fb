//! The migrations, embedded in the binary, run under an advisory lock so that two processes never run them at once.
//!
//! They use a small runtime of their own: the harness blocks, which the server's workers must not.

use super::connect::Door;
use super::{Database, DbError};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// Every migration, oldest first.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Names the advisory lock: any number that nothing else in the database uses.
const LOCK: i64 = 0x636f_6e67_6b68_6169;

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

/// Names the pending migrations.
pub fn pending(database: &Database) -> Result<Vec<String>, MigrateError> {
    with_harness(database, |harness| {
        let pending = harness.pending_migrations(MIGRATIONS)?;
        Ok(pending.iter().map(|m| m.name().to_string()).collect())
    })
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

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}
