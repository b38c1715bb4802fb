//! The fast door: one connection per actix worker, shared by all requests of that worker and pipelined.
//!
//! For point reads and the pages of the overdue feed: a slow query here stands before every other request of the
//! worker, so anything freely filtered goes through [`super::Slow`]. Autocommit reads; no transactions, for the
//! connection is shared. A lost connection is replaced and the read, which changes nothing, is tried once more. What
//! many requests ask alike is asked for all of them at once: `together`.

use super::connect::Door;
use super::together::{Question, Queue};
use super::{Database, DbError};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use tokio::sync::Mutex;

/// The reading door of one worker. Not shared between threads.
pub struct Reader {
    line: Rc<Line>,
    /// A [`Queue`] for each kind of question, by its type.
    queues: RefCell<HashMap<TypeId, Rc<dyn Any>>>,
}

/// The connection of a reader.
pub(super) struct Line {
    database: Database,
    shared: RefCell<Option<Rc<AsyncPgConnection>>>,
    connecting: Mutex<()>,
}

impl Reader {
    /// A reader that connects when it is first used.
    pub fn new(database: Database) -> Self {
        let line = Line { database, shared: RefCell::new(None), connecting: Mutex::new(()) };
        Self { line: Rc::new(line), queues: RefCell::default() }
    }

    /// Runs a query on the shared connection.
    pub async fn read<T>(
        &self,
        query: impl AsyncFn(&mut &AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        self.line.read(query).await
    }

    /// Finds what a key stands for, in one statement with the other requests that ask the same kind of question now.
    pub async fn find<Q: Question>(&self, key: Q::Key) -> Result<Option<Rc<Q::Answer>>, DbError> {
        self.queue::<Q>().find(&self.line, key).await
    }

    fn queue<Q: Question>(&self) -> Rc<Queue<Q>> {
        let mut queues = self.queues.borrow_mut();
        let kept = queues.entry(TypeId::of::<Q>()).or_insert_with(|| Rc::<Queue<Q>>::default());
        // Each type has a queue of its own type; a new one, which asks for itself alone, would be right as well.
        Rc::clone(kept).downcast().unwrap_or_default()
    }
}

impl Line {
    /// Runs a query; once more when the connection was lost.
    pub(super) async fn read<T>(
        &self,
        query: impl AsyncFn(&mut &AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        let connection = self.connection().await?;
        match query(&mut &*connection).await.map_err(DbError::from) {
            Err(DbError::Away(_)) => {
                self.forget(&connection);
                let fresh = self.connection().await?;
                let again = query(&mut &*fresh).await.map_err(DbError::from);
                if let Err(DbError::Away(_)) = &again {
                    self.forget(&fresh);
                }
                again
            }
            answer => answer,
        }
    }

    /// The shared connection; made by the first request that needs it while the others wait.
    async fn connection(&self) -> Result<Rc<AsyncPgConnection>, DbError> {
        if let Some(connection) = self.current() {
            return Ok(connection);
        }
        let _turn = self.connecting.lock().await;
        if let Some(connection) = self.current() {
            return Ok(connection);
        }
        let connection = Rc::new(self.database.connect(Door::Reader).await?);
        *self.shared.borrow_mut() = Some(Rc::clone(&connection));
        Ok(connection)
    }

    fn current(&self) -> Option<Rc<AsyncPgConnection>> {
        self.shared.borrow().as_ref().map(Rc::clone)
    }

    /// Drops a lost connection, unless another request has replaced it already.
    fn forget(&self, lost: &Rc<AsyncPgConnection>) {
        let mut shared = self.shared.borrow_mut();
        if shared.as_ref().is_some_and(|current| Rc::ptr_eq(current, lost)) {
            *shared = None;
        }
    }
}
