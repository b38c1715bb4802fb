//! Takes a database back to an earlier migration, and says beforehand what of the data that would lose.
//!
//! What is lost is found by trying: the migrations are reverted in a transaction that is rolled back, and what was there before and is
//! not there after it is looked at. So no migration has to say it, and none can forget to. All of them are reverted in one
//! transaction, or none. Up again is [`migrate::run`](super::migrate::run).

use super::connect::Door;
use super::migrate::{LOCK, MIGRATIONS, MigrateError, runtime};
use super::{Database, DbError};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;
use std::collections::BTreeSet;
use std::convert::Infallible;

/// Tables that the service makes anew from others: nothing is lost with them.
const MADE_ANEW: [&str; 4] = ["recording_delays", "report_counts", "report_late_counts", "report_progress"];

/// What a way back does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The migrations that are reverted, newest first.
    pub reverts: Vec<String>,
    /// What is lost, a line for each table or column.
    pub loses: Vec<String>,
}

/// Why there is no way back.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// The database failed.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// No such migration was run.
    #[error("no migration of this database ends with {0}: the last ones are {1}")]
    Unknown(String, String),
    /// The database is newer than this program.
    #[error(
        "the database has the migration {0}, which this version does not know: use the version that made it"
    )]
    Newer(String),
    /// The service is running.
    #[error("{0} connections of the service are open: stop every instance first")]
    InUse(i64),
    /// A migration does not go back with what is stored.
    #[error("{0} cannot be reverted with what is stored: {1}")]
    Stuck(String, String),
    /// Data would be lost, and nobody said that it may.
    #[error("it would lose data, and nothing was changed: {}", .0.join("; "))]
    Loses(Vec<String>),
}

impl From<diesel::result::Error> for RollbackError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Migrate(DbError::from(error).into())
    }
}

type Conn = AsyncConnectionWrapper<AsyncPgConnection>;
type Migrations = Vec<Box<dyn Migration<Pg>>>;

/// Says what the way back to a migration would do. Changes nothing.
pub fn plan(database: &Database, to: &str) -> Result<Plan, RollbackError> {
    locked(database, |conn| Ok(look(conn, to)?.1))
}

/// Goes back to a migration, which stays. Refuses what would lose data, unless it may.
pub fn revert(database: &Database, to: &str, may_lose: bool) -> Result<Plan, RollbackError> {
    locked(database, |conn| {
        let (migrations, plan) = look(conn, to)?;
        if !plan.loses.is_empty() && !may_lose {
            return Err(RollbackError::Loses(plan.loses));
        }
        let open = in_use(conn)?;
        if open > 0 {
            return Err(RollbackError::InUse(open));
        }
        conn.transaction(|conn| go_back(conn, &migrations))?;
        Ok(plan)
    })
}

/// Holds the lock of the migrations meanwhile. It goes with the connection.
fn locked<T>(
    database: &Database,
    work: impl FnOnce(&mut Conn) -> Result<T, RollbackError>,
) -> Result<T, RollbackError> {
    runtime().map_err(MigrateError::from)?.block_on(async {
        let away = |error| RollbackError::Migrate(DbError::from(error).into());
        let mut connection = database.connect(Door::Migrate).await.map_err(away)?;
        connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
        tokio::task::block_in_place(|| work(&mut Conn::from(connection)))
    })
}

/// The migrations to revert, and what that does.
fn look(conn: &mut Conn, to: &str) -> Result<(Migrations, Plan), RollbackError> {
    let migrations = after(conn, to)?;
    let reverts = migrations.iter().map(|migration| migration.name().to_string()).collect();
    let before = columns(conn)?;
    let (left, changed) = tried(conn, &migrations)?;
    let gone: Vec<&Column> = before.iter().filter(|column| !left.contains(&column.key())).collect();
    let kept: BTreeSet<&str> = left.iter().map(|(relation, _)| relation.as_str()).collect();
    let mut loses = of_tables(conn, &gone, &kept)?;
    loses.extend(of_columns(conn, &gone, &kept)?);
    let is_lost = |change: &&Changed| !MADE_ANEW.contains(&change.relation.as_str());
    loses.extend(changed.iter().filter(is_lost).map(Changed::line));
    Ok((migrations, Plan { reverts, loses }))
}

/// What was run after a migration, newest first.
fn after(conn: &mut Conn, to: &str) -> Result<Migrations, RollbackError> {
    let other = |error: Box<dyn std::error::Error + Send + Sync>| MigrateError::Migration(error.to_string());
    let applied = conn.applied_migrations().map_err(other)?;
    let mut known = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(other)?;
    let mut found = vec![];
    for version in &applied {
        let version = version.to_string();
        if to.len() >= 6 && version.ends_with(to) {
            return Ok(found);
        }
        let place = known.iter().position(|migration| migration.name().version().to_string() == version);
        found.push(known.swap_remove(place.ok_or(RollbackError::Newer(version))?));
    }
    let last: Vec<String> = found.iter().take(3).map(|migration| migration.name().to_string()).collect();
    Err(RollbackError::Unknown(to.to_owned(), last.join(", ")))
}

fn go_back(conn: &mut Conn, migrations: &Migrations) -> Result<(), RollbackError> {
    for migration in migrations {
        let stuck = |why: Box<dyn std::error::Error + Send + Sync>| {
            RollbackError::Stuck(migration.name().to_string(), why.to_string())
        };
        conn.revert_migration(migration).map_err(stuck)?;
    }
    Ok(())
}

/// How a trial ends: it never commits.
enum Trial {
    Done(BTreeSet<Key>, Vec<Changed>),
    Failed(RollbackError),
}

impl From<diesel::result::Error> for Trial {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The columns that are left, and the rows that were changed or deleted, when migrations were reverted; puts everything back.
fn tried(conn: &mut Conn, migrations: &Migrations) -> Result<(BTreeSet<Key>, Vec<Changed>), RollbackError> {
    let trial: Result<Infallible, Trial> = conn.transaction(|conn| {
        go_back(conn, migrations).map_err(Trial::Failed)?;
        let left = columns(conn)?.iter().map(Column::key).collect();
        Err(Trial::Done(left, diesel::sql_query(CHANGED).load(conn)?))
    });
    match trial {
        Err(Trial::Done(left, changed)) => Ok((left, changed)),
        Err(Trial::Failed(error)) => Err(error),
    }
}

/// Table and column.
type Key = (String, String);

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    relation: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    default: Option<String>,
}

impl Column {
    fn key(&self) -> Key {
        (self.relation.clone(), self.name.clone())
    }
}

/// Every column that holds what was stored, and not what the database computes.
fn columns(conn: &mut Conn) -> QueryResult<Vec<Column>> {
    diesel::sql_query(
        "SELECT relname::text AS relation, attname::text AS name, pg_get_expr(adbin, adrelid) AS \"default\"
         FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
         LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
             AND attgenerated = '' ORDER BY relname, attnum",
    )
    .load(conn)
}

/// Rows that this transaction has changed or deleted.
const CHANGED: &str = "SELECT relname::text AS relation, n_tup_upd AS updated, n_tup_del AS deleted
    FROM pg_stat_xact_user_tables WHERE schemaname = 'public' AND n_tup_upd + n_tup_del > 0
        AND relname <> '__diesel_schema_migrations' ORDER BY relname";

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Text)]
    relation: String,
    #[diesel(sql_type = BigInt)]
    updated: i64,
    #[diesel(sql_type = BigInt)]
    deleted: i64,
}

impl Changed {
    fn line(&self) -> String {
        format!("{}: {} changed, {} deleted", self.relation, rows(self.updated), rows(self.deleted))
    }
}

fn rows(count: i64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(conn: &mut Conn, query: &str) -> QueryResult<i64> {
    Ok(diesel::sql_query(query).get_result::<Count>(conn)?.count)
}

/// Tables that go with rows in them.
fn of_tables(conn: &mut Conn, gone: &[&Column], kept: &BTreeSet<&str>) -> QueryResult<Vec<String>> {
    let relations: BTreeSet<&str> = gone.iter().map(|column| column.relation.as_str()).collect();
    let mut lines = vec![];
    for relation in relations.into_iter().filter(|it| !kept.contains(it) && !MADE_ANEW.contains(it)) {
        let stored = count(conn, &format!("SELECT count(*) AS count FROM \"{relation}\""))?;
        if stored > 0 {
            lines.push(format!("{relation}: {}", rows(stored)));
        }
    }
    Ok(lines)
}

/// Columns that go from tables that stay, where they hold something else than nothing or the default.
fn of_columns(conn: &mut Conn, gone: &[&Column], kept: &BTreeSet<&str>) -> QueryResult<Vec<String>> {
    let mut lines = vec![];
    for Column { relation, name, default } in gone {
        if !kept.contains(relation.as_str()) || MADE_ANEW.contains(&relation.as_str()) {
            continue;
        }
        let default = default.as_deref().unwrap_or("NULL");
        let stored = count(
            conn,
            &format!(
                "SELECT count(*) AS count FROM \"{relation}\" WHERE \"{name}\" IS NOT NULL AND \"{name}\" IS DISTINCT FROM ({default})"
            ),
        )?;
        if stored > 0 {
            lines.push(format!("{relation}.{name}: of {}", rows(stored)));
        }
    }
    Ok(lines)
}

/// Connections that instances of the service hold.
fn in_use(conn: &mut Conn) -> QueryResult<i64> {
    let of_service = [Door::Reader, Door::Slow, Door::Export, Door::Writer, Door::Worker, Door::Replica];
    let names = of_service.map(|door| format!("'{}'", door.application_name())).join(", ");
    count(
        conn,
        &format!(
            "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ({names})"
        ),
    )
}
