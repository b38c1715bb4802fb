//! The fast door: one connection per actix worker, shared by all requests of that worker and pipelined.
//!
//! For point reads and the pages of the overdue feed: a slow query here stands before every other request of the
//! worker, so anything freely filtered goes through [`super::Slow`]. Autocommit reads; no transactions, for the
//! connection is shared. A lost connection is replaced and the read, which changes nothing, is tried once more.

use super::connect::Door;
use super::{Database, DbError};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::Mutex;

/// The reading door of one worker. Not shared between threads.
pub struct Reader {
    database: Database,
    shared: RefCell<Option<Rc<AsyncPgConnection>>>,
    connecting: Mutex<()>,
}

impl Reader {
    /// A reader that connects when it is first used.
    pub fn new(database: Database) -> Self {
        Self { database, shared: RefCell::new(None), connecting: Mutex::new(()) }
    }

    /// Runs a query on the shared connection.
    pub async fn read<T>(
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
