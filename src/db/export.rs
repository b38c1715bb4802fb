//! Exports: a whole list from one snapshot, its fingerprint first, then its rows as the client takes them.
//!
//! What bounds their memory is the number of rows on their way. A connection comes from [`super::Slow`]; `http/export`
//! makes an answer of the rows.

use super::slow::{COMMIT, begin};
use super::writer::Lent;
use super::{DbError, Fingerprint};
use crate::domain::local_time::Instant;
use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::{Stream, TryStreamExt};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;
use tokio::sync::mpsc;

/// Rows that are passed on together.
const BATCH: usize = 64;

/// Batches between the database and a client; what bounds the memory of an export.
const BATCHES_IN_FLIGHT: usize = 4;

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

/// A list that can be exported.
pub trait WholeList: 'static {
    /// A row of it.
    type Row: 'static;

    /// What stands for its rows.
    fn fingerprint(&self, conn: &mut AsyncPgConnection) -> impl Future<Output = QueryResult<Fingerprint>>;

    /// Sends its rows, in their order, until the last or until [`RowSender::send`] says that nobody listens.
    fn send(
        &self,
        conn: &mut AsyncPgConnection,
        sender: &RowSender<Self::Row>,
    ) -> impl Future<Output = QueryResult<()>>;
}

/// An export that was begun. Dropped, it closes its connection.
pub struct Export(Lent);

impl Export {
    /// Begins one on a connection.
    pub(super) async fn begin(mut lent: Lent, as_of: Option<Instant>) -> Result<Self, DbError> {
        lent.connection().batch_execute(&begin(as_of)).await?;
        Ok(Self(lent))
    }

    /// What stands for the rows of a list in the snapshot.
    pub async fn fingerprint(&mut self, list: &impl WholeList) -> Result<Fingerprint, DbError> {
        Ok(list.fingerprint(self.0.connection()).await?)
    }

    /// Ends it without sending a row.
    pub async fn end(mut self) -> Result<(), DbError> {
        self.0.connection().batch_execute(COMMIT).await?;
        self.0.give_back();
        Ok(())
    }

    /// Sends the rows of a list. Returns when the first is there, so that a failing statement is an error and not a cut
    /// answer.
    pub async fn stream<List: WholeList>(self, list: List) -> Result<Rows<List::Row>, DbError> {
        let Self(mut lent) = self;
        let (parts, mut rest) = mpsc::channel(BATCHES_IN_FLIGHT);
        let sender = RowSender { parts, gathered: RefCell::default(), left: Cell::new(false) };
        tokio::task::spawn_local(async move {
            let produced = list.send(lent.connection(), &sender).await;
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
