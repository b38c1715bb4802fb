//! The slow door: small pools for freely filtered lists and counts, and for exports, so that none stands before a
//! fast read. Its sessions are read-only and plan each query afresh.
//!
//! An export lasts as long as its client takes to read it, so exports have connections of their own: a few slow
//! clients keep other exports waiting, and never a list.

use super::connect::Door;
use super::writer::{Lent, Pool, pool};
use super::{Database, DbError, Export, PoolState};
use crate::domain::local_time::Instant;
use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use std::time::Duration;

/// How long a request waits for a connection.
const WAIT: Duration = Duration::from_secs(5);

/// One snapshot for all statements up to [`COMMIT`].
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
pub(super) const COMMIT: &str = "COMMIT";

/// Begins a snapshot of what is known, or of what was known at an instant. Then the same statements read the views of the
/// schema `as_of`, which have the names of the tables, until the transaction ends.
pub(super) fn begin(as_of: Option<Instant>) -> String {
    as_of.map_or_else(|| BEGIN.to_owned(), |instant| format!("{BEGIN}; {}", looking(instant)))
}

fn looking(instant: Instant) -> String {
    format!(
        "SELECT set_config('search_path', 'as_of, ' || current_setting('search_path'), true), \
         set_config('congkhai.as_of', '{instant}', true)"
    )
}

/// Lets the rest of a snapshot show what was known at an instant: what is read before and after it was stored by the same moment.
pub async fn look_back(conn: &mut AsyncPgConnection, instant: Instant) -> QueryResult<()> {
    conn.batch_execute(&looking(instant)).await
}

/// The door for slow reads.
#[derive(Clone)]
pub struct Slow {
    lists: Pool,
    exports: Pool,
}

impl Slow {
    /// A door with at most `size` connections for lists and as many for exports.
    pub fn new(database: &Database, size: usize) -> Result<Self, DbError> {
        let (lists, exports) = (pool(database, Door::Slow, size)?, pool(database, Door::Export, size)?);
        Ok(Self { lists, exports })
    }

    /// How the pools of lists and of exports stand.
    pub fn states(&self) -> [PoolState; 2] {
        [self.lists.state(), self.exports.state()]
    }

    /// Runs a query on a connection of its own.
    pub async fn read<T>(
        &self,
        query: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        let mut lent = Lent::new(self.lists.get(WAIT).await?);
        let answer = query(lent.connection()).await;
        lent.give_back();
        Ok(answer?)
    }

    /// Runs several queries that must agree, such as a page and its total, on one snapshot: of the present, or as of an
    /// earlier instant.
    pub async fn snapshot<T>(
        &self,
        as_of: Option<Instant>,
        queries: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        let mut lent = Lent::new(self.lists.get(WAIT).await?);
        let connection = lent.connection();
        connection.batch_execute(&begin(as_of)).await?;
        let answer = queries(connection).await?;
        connection.batch_execute(COMMIT).await?;
        lent.give_back();
        Ok(answer)
    }

    /// Runs work of an action that changes nothing, on one snapshot.
    pub async fn trying<T, E: From<DbError>>(
        &self,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = Lent::new(self.lists.get(WAIT).await?);
        let connection = lent.connection();
        connection.batch_execute(BEGIN).await.map_err(DbError::from)?;
        let answer = work(connection).await?;
        connection.batch_execute(COMMIT).await.map_err(DbError::from)?;
        lent.give_back();
        Ok(answer)
    }

    /// Begins an export: one snapshot, of the present or as of an instant, on a connection of its own.
    pub async fn export(&self, as_of: Option<Instant>) -> Result<Export, DbError> {
        Export::begin(Lent::new(self.exports.get(WAIT).await?), as_of).await
    }
}
