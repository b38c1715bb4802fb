//! The slow door: small pools for freely filtered lists and counts, and for exports, so that none stands before a
//! fast read. Its sessions are read-only and plan each query afresh.
//!
//! An export lasts as long as its client takes to read it, so exports have connections of their own: a few slow
//! clients keep other exports waiting, and never a list.

use super::connect::Door;
use super::writer::{Lent, Pool, pool};
use super::{Database, DbError, PoolState};
use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::{Stream, TryStreamExt};
use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a request waits for a connection.
const WAIT: Duration = Duration::from_secs(5);

/// One snapshot for all statements up to [`COMMIT`].
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
const COMMIT: &str = "COMMIT";

/// Rows in flight between the database and a client; what bounds the memory of an export.
const ROWS_IN_FLIGHT: usize = 256;

/// The door for slow reads.
#[derive(Clone)]
pub struct Slow {
    lists: Pool,
    exports: Pool,
}

/// How long a client may take no row before its export is cut off.
const STALLED: Duration = Duration::from_mins(1);

/// Where an export puts its rows.
pub struct RowSender<Row> {
    rows: mpsc::Sender<Part<Row>>,
    left: Cell<bool>,
}

/// What comes out of an export.
enum Part<Row> {
    Row(Row),
    Failed(DbError),
    End,
}

/// The rows of an export, as they come. Ends with an error when the database fails on the way.
pub struct Rows<Row> {
    ready: VecDeque<Part<Row>>,
    rest: Option<mpsc::Receiver<Part<Row>>>,
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

    /// Runs several queries that must agree, such as a page and its total, on one snapshot.
    pub async fn snapshot<T>(
        &self,
        queries: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        let mut lent = Lent::new(self.lists.get(WAIT).await?);
        let connection = lent.connection();
        connection.batch_execute(BEGIN).await?;
        let answer = queries(connection).await?;
        connection.batch_execute(COMMIT).await?;
        lent.give_back();
        Ok(answer)
    }

    /// Begins an export: one snapshot, on a connection of its own.
    pub async fn export(&self) -> Result<Export, DbError> {
        let mut lent = Lent::new(self.exports.get(WAIT).await?);
        lent.connection().batch_execute(BEGIN).await?;
        Ok(Export(lent))
    }
}

/// An export that was begun. Dropped, it closes its connection.
pub struct Export(Lent);

impl Export {
    /// Runs a query in the snapshot, before its rows are sent.
    pub async fn read<T>(
        &mut self,
        query: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        Ok(query(self.0.connection()).await?)
    }

    /// Ends it without sending a row.
    pub async fn end(mut self) -> Result<(), DbError> {
        self.0.connection().batch_execute(COMMIT).await?;
        self.0.give_back();
        Ok(())
    }

    /// Sends rows. `produce` does so until [`RowSender::send`] says that nobody listens. Returns when the first row is
    /// there, so that a failing statement is an error and not a cut answer.
    pub async fn stream<Row: 'static>(
        self,
        produce: impl AsyncFnOnce(&mut AsyncPgConnection, &RowSender<Row>) -> QueryResult<()> + 'static,
    ) -> Result<Rows<Row>, DbError> {
        let Self(mut lent) = self;
        let (sender, mut rest) = mpsc::channel(ROWS_IN_FLIGHT);
        let sender = RowSender { rows: sender, left: Cell::new(false) };
        tokio::task::spawn_local(async move {
            let produced = produce(lent.connection(), &sender).await;
            if sender.left.get() {
                // Rows still on their way must not reach the next user of the connection, so it is closed.
                return;
            }
            let end = match Self(lent).end_after(produced).await {
                Ok(()) => Part::End,
                Err(error) => Part::Failed(error),
            };
            // A failure to send means that the client left meanwhile.
            let _ = sender.rows.send(end).await;
        });
        match rest.recv().await {
            Some(Part::Failed(error)) => Err(error),
            Some(first) => Ok(Rows { ready: VecDeque::from([first]), rest: Some(rest) }),
            None => Err(DbError::Away("an export ended before its first row".into())),
        }
    }

    async fn end_after(self, produced: QueryResult<()>) -> Result<(), DbError> {
        produced?;
        self.end().await
    }
}

impl<Row> RowSender<Row> {
    /// Passes rows on until the last, or until nobody takes them any more.
    pub async fn send_all(&self, rows: impl Stream<Item = QueryResult<Row>>) -> QueryResult<()> {
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.try_next().await? {
            if !self.send(row).await {
                break;
            }
        }
        Ok(())
    }

    /// Passes a row on; false when nobody takes it any more.
    pub async fn send(&self, row: Row) -> bool {
        let taken = tokio::time::timeout(STALLED, self.rows.send(Part::Row(row))).await;
        let taken = matches!(taken, Ok(Ok(())));
        self.left.set(!taken);
        taken
    }
}

impl<Row> Rows<Row> {
    /// Rows that are all there, such as those of a page.
    pub fn of(rows: Vec<Row>) -> Self {
        Self { ready: rows.into_iter().map(Part::Row).chain([Part::End]).collect(), rest: None }
    }

    /// The next row. The end is `None` only when it was reached: rows that stop short of it are an error.
    pub async fn next(&mut self) -> Option<Result<Row, DbError>> {
        let part = match (self.ready.pop_front(), self.rest.as_mut()) {
            (Some(part), _) => Some(part),
            (None, Some(rest)) => rest.recv().await,
            (None, None) => None,
        };
        match part {
            Some(Part::Row(row)) => Some(Ok(row)),
            Some(Part::Failed(error)) => Some(Err(error)),
            Some(Part::End) => None,
            None => Some(Err(DbError::Away("an export stopped short of its end".into()))),
        }
    }
}
