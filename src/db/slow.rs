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
use std::cell::{Cell, RefCell};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a request waits for a connection.
const WAIT: Duration = Duration::from_secs(5);

/// One snapshot for all statements up to [`COMMIT`].
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
const COMMIT: &str = "COMMIT";

/// Rows that are passed on together.
const BATCH: usize = 64;

/// Batches between the database and a client; what bounds the memory of an export.
const BATCHES_IN_FLIGHT: usize = 4;

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
    parts: mpsc::Sender<Part<Row>>,
    gathered: RefCell<Vec<Row>>,
    left: Cell<bool>,
}

/// What comes out of an export.
enum Part<Row> {
    Rows(Vec<Row>),
    Failed(DbError),
    End,
}

/// The rows of an export, as they come. Ends with an error when the database fails on the way.
pub struct Rows<Row> {
    ready: std::vec::IntoIter<Row>,
    rest: Rest<Row>,
}

/// What comes after the rows that are there.
enum Rest<Row> {
    Coming(mpsc::Receiver<Part<Row>>),
    Nothing,
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
        let (parts, mut rest) = mpsc::channel(BATCHES_IN_FLIGHT);
        let sender = RowSender { parts, gathered: RefCell::default(), left: Cell::new(false) };
        tokio::task::spawn_local(async move {
            let produced = produce(lent.connection(), &sender).await;
            if sender.left.get() {
                // Rows still on their way must not reach the next user of the connection, so it is closed.
                return;
            }
            let ended = Self(lent).end_after(produced).await;
            if !sender.pass_on().await {
                return;
            }
            let end = ended.map_or_else(Part::Failed, |()| Part::End);
            // A failure to send means that the client left meanwhile.
            let _ = sender.parts.send(end).await;
        });
        match rest.recv().await {
            Some(Part::Failed(error)) => Err(error),
            Some(Part::Rows(rows)) => Ok(Rows { ready: rows.into_iter(), rest: Rest::Coming(rest) }),
            Some(Part::End) => Ok(Rows::of(vec![])),
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

    /// Passes a row on, with those before it when there are enough; false when nobody takes them any more.
    pub async fn send(&self, row: Row) -> bool {
        self.gathered.borrow_mut().push(row);
        if self.gathered.borrow().len() < BATCH {
            return true;
        }
        self.pass_on().await
    }

    async fn pass_on(&self) -> bool {
        let rows = self.gathered.take();
        if rows.is_empty() {
            return true;
        }
        let taken = tokio::time::timeout(STALLED, self.parts.send(Part::Rows(rows))).await;
        let taken = matches!(taken, Ok(Ok(())));
        self.left.set(!taken);
        taken
    }
}

impl<Row> Rows<Row> {
    /// Rows that are all there, such as those of a page.
    pub fn of(rows: Vec<Row>) -> Self {
        Self { ready: rows.into_iter(), rest: Rest::Nothing }
    }

    /// The next row. The end is `None` only when it was reached: rows that stop short of it are an error.
    pub async fn next(&mut self) -> Option<Result<Row, DbError>> {
        loop {
            if let Some(row) = self.ready.next() {
                return Some(Ok(row));
            }
            let Rest::Coming(rest) = &mut self.rest else { return None };
            match rest.recv().await {
                Some(Part::Rows(rows)) => self.ready = rows.into_iter(),
                Some(Part::End) => self.rest = Rest::Nothing,
                Some(Part::Failed(error)) => return Some(Err(error)),
                None => return Some(Err(DbError::Away("an export stopped short of its end".into()))),
            }
        }
    }
}
