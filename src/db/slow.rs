//! The slow door: small pools for freely filtered lists and counts, and for exports, so that none stands before a
//! fast read. Its sessions are read-only and plan each query afresh.
//!
//! An export lasts as long as its client takes to read it, so exports have connections of their own: a few slow
//! clients keep other exports waiting, and never a list.

use super::connect::Door;
use super::writer::{Pool, pool};
use super::{Database, DbError};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Object;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a request waits for a connection.
const WAIT: Duration = Duration::from_secs(5);

/// Rows in flight between the database and a client; what bounds the memory of an export.
const ROWS_IN_FLIGHT: usize = 256;

/// The door for slow reads.
#[derive(Clone)]
pub struct Slow {
    lists: Pool,
    exports: Pool,
}

/// Where an export puts its rows.
pub struct RowSender<Row>(mpsc::Sender<Result<Row, DbError>>);

/// The rows of an export, as they come. Ends early with an error when the database fails on the way.
pub struct Rows<Row> {
    ready: VecDeque<Result<Row, DbError>>,
    rest: Option<mpsc::Receiver<Result<Row, DbError>>>,
}

impl Slow {
    /// A door with at most `size` connections for lists and as many for exports.
    pub fn new(database: &Database, size: usize) -> Result<Self, DbError> {
        let (lists, exports) = (pool(database, Door::Slow, size)?, pool(database, Door::Export, size)?);
        Ok(Self { lists, exports })
    }

    /// Runs a query on a connection of its own.
    pub async fn read<T>(
        &self,
        query: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        let mut connection = self.lists.get(WAIT).await?;
        Ok(query(&mut connection).await?)
    }

    /// Streams rows from a connection of its own. `produce` sends them until [`RowSender::send`] says that nobody
    /// listens. Returns when the first row is there, so that a failing statement is an error and not a cut answer.
    pub async fn stream<Row: 'static>(
        &self,
        produce: impl AsyncFnOnce(&mut AsyncPgConnection, &RowSender<Row>) -> QueryResult<()> + 'static,
    ) -> Result<Rows<Row>, DbError> {
        let mut connection = self.exports.get(WAIT).await?;
        let (sender, mut rest) = mpsc::channel(ROWS_IN_FLIGHT);
        let sender = RowSender(sender);
        tokio::task::spawn_local(async move {
            let produced = produce(&mut connection, &sender).await;
            if sender.0.is_closed() {
                // The client left: the rows still on their way must not reach the next user of the connection.
                drop(Object::take(connection));
            } else if let Err(error) = produced {
                // A failure to send means that the client left meanwhile.
                let _ = sender.0.send(Err(error.into())).await;
            }
        });
        match rest.recv().await {
            Some(Err(error)) => Err(error),
            first => Ok(Rows { ready: first.into_iter().collect(), rest: Some(rest) }),
        }
    }
}

impl<Row> RowSender<Row> {
    /// Passes a row on; false when nobody listens any more.
    pub async fn send(&self, row: Row) -> bool {
        self.0.send(Ok(row)).await.is_ok()
    }
}

impl<Row> Rows<Row> {
    /// Rows that are all there, such as those of a page.
    pub fn of(rows: Vec<Row>) -> Self {
        Self { ready: rows.into_iter().map(Ok).collect(), rest: None }
    }

    /// The next row.
    pub async fn next(&mut self) -> Option<Result<Row, DbError>> {
        match self.ready.pop_front() {
            Some(row) => Some(row),
            None => self.rest.as_mut()?.recv().await,
        }
    }
}
