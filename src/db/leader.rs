//! One leader among the processes that use a database: whoever holds an advisory lock, on a connection of its own.
//!
//! A process that loses the connection loses the lock, at once on the server and with the next question here. In
//! between two may believe that they lead, so what a leader does must do no harm when it is done twice.

use super::connect::Door;
use super::{Database, DbError};
use diesel::define_sql_function;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use std::time::Duration;

/// Names the advisory lock: any number that nothing else in the database uses.
const LOCK: i64 = 0x636f_6e67_6b68_6c65;

/// How long an answer is waited for. A connection that was cut off without a word must not hold up the worker.
const PATIENCE: Duration = Duration::from_secs(5);

define_sql_function! {
    /// Takes the lock for this session when no other has it.
    fn pg_try_advisory_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// A candidate.
pub struct Leader {
    database: Database,
    session: Option<Session>,
}

struct Session {
    connection: AsyncPgConnection,
    leads: bool,
}

impl Leader {
    /// A candidate that has not asked yet.
    pub fn new(database: Database) -> Self {
        Self { database, session: None }
    }

    /// Whether this process leads. Becomes the leader when there is none.
    pub async fn ask(&mut self) -> Result<bool, DbError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session { connection: self.database.connect(Door::Worker).await?, leads: false },
        };
        // What fails is dropped with its connection, and the next question begins anew.
        let answer = tokio::time::timeout(PATIENCE, session.ask()).await;
        let leads = answer.map_err(|_| DbError::Away("no answer about the leader in time".into()))??;
        self.session = Some(session);
        Ok(leads)
    }
}

impl Session {
    async fn ask(&mut self) -> Result<bool, DbError> {
        if self.leads {
            // The lock lasts as long as the session; so it is enough that the session answers.
            self.connection.batch_execute("SELECT 1").await?;
        } else {
            self.leads = diesel::select(pg_try_advisory_lock(LOCK)).get_result(&mut self.connection).await?;
        }
        Ok(self.leads)
    }
}
