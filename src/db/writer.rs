//! The writing door: [`Writer::transaction`] is the only way to change anything.
//!
//! A transaction begins, commits and rolls back here and nowhere else. No network call belongs inside one.

use super::connect::Door;
use super::{Database, DbError, PoolState};
use diesel_async::pooled_connection::deadpool::{self, Object};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use std::time::Duration;

/// How long a request waits for a connection.
const WAIT: Duration = Duration::from_secs(3);

/// A connection inside a transaction.
pub type Transaction = AsyncPgConnection;

/// How a transaction ends whose work did not fail.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// What was done is kept.
    Commit,
    /// Nothing is kept.
    RollBack,
}

/// The door for writes.
#[derive(Clone)]
pub struct Writer {
    pool: Pool,
}

impl Writer {
    /// A door with at most `size` connections.
    pub fn new(database: &Database, size: usize) -> Result<Self, DbError> {
        Ok(Self { pool: pool(database, Door::Writer, size)? })
    }

    /// How the pool stands.
    pub fn state(&self) -> PoolState {
        self.pool.state()
    }

    /// Runs work that is a single statement, and so a transaction by itself, without the round trips to begin and
    /// commit one.
    pub async fn statement<T, E: From<DbError>>(
        &self,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = Lent::new(self.pool.get(WAIT).await?);
        let done = work(lent.connection()).await;
        lent.give_back();
        done
    }

    /// Runs `work` in one transaction: commits when it returns `Ok`, rolls back otherwise.
    ///
    /// Dropped half-way, the transaction is rolled back with its connection.
    pub async fn transaction<T, E: From<DbError>>(
        &self,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        self.ending(async |tx| Ok((work(tx).await?, End::Commit))).await
    }

    /// The same for work that says itself how its transaction ends.
    pub async fn ending<T, E: From<DbError>>(
        &self,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<(T, End), E>,
    ) -> Result<T, E> {
        type Manager = AnsiTransactionManager;
        let mut lent = Lent::new(self.pool.get(WAIT).await?);
        let connection = lent.connection();
        let database = |e: diesel::result::Error| E::from(DbError::from(e));
        <Manager as TransactionManager<AsyncPgConnection>>::begin_transaction(connection)
            .await
            .map_err(database)?;
        let outcome = work(connection).await;
        if let Ok((done, End::Commit)) = outcome {
            <Manager as TransactionManager<AsyncPgConnection>>::commit_transaction(connection)
                .await
                .map_err(database)?;
            lent.give_back();
            return Ok(done);
        }
        match <Manager as TransactionManager<AsyncPgConnection>>::rollback_transaction(connection).await {
            Ok(()) => lent.give_back(),
            Err(error) => log::warn!("could not roll back, so the connection is dropped: {error}"),
        }
        outcome.map(|(tried, _)| tried)
    }
}

/// Runs a part of a transaction that may fail by itself: nothing of it is kept then, and the transaction goes on.
pub async fn step<T, E: From<DbError>>(
    tx: &mut Transaction,
    work: impl AsyncFnOnce(&mut Transaction) -> Result<T, E>,
) -> Result<T, E> {
    type Manager = AnsiTransactionManager;
    let database = |e: diesel::result::Error| E::from(DbError::from(e));
    <Manager as TransactionManager<AsyncPgConnection>>::begin_transaction(tx).await.map_err(database)?;
    let done = work(tx).await;
    let ended = if done.is_ok() {
        <Manager as TransactionManager<AsyncPgConnection>>::commit_transaction(tx).await
    } else {
        <Manager as TransactionManager<AsyncPgConnection>>::rollback_transaction(tx).await
    };
    ended.map_err(database)?;
    done
}

/// A connection that goes back to its pool only when its user says that nothing is left open on it. Otherwise it is
/// closed, and the server ends what was begun.
pub(super) struct Lent(Option<Object<AsyncPgConnection>>);

impl Lent {
    pub(super) const fn new(connection: Object<AsyncPgConnection>) -> Self {
        Self(Some(connection))
    }

    // It is there until `give_back`, which takes `self`.
    #[allow(clippy::expect_used)]
    pub(super) fn connection(&mut self) -> &mut AsyncPgConnection {
        self.0.as_mut().expect("the connection is lent until it is given back")
    }

    pub(super) fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// A pool whose waiting is bounded.
#[derive(Clone)]
pub(super) struct Pool(deadpool::Pool<AsyncPgConnection>);

impl Pool {
    pub(super) async fn get(&self, wait: Duration) -> Result<Object<AsyncPgConnection>, DbError> {
        match tokio::time::timeout(wait, self.0.get()).await {
            Ok(connection) => Ok(connection?),
            Err(_) => Err(DbError::Away(format!("no connection came free in {} s", wait.as_secs()))),
        }
    }

    pub(super) fn state(&self) -> PoolState {
        let status = self.0.status();
        PoolState {
            limit: status.max_size,
            size: status.size,
            available: status.available,
            waiting: status.waiting,
        }
    }
}

/// Makes the pool of a door. A connection that broke is noticed when it is taken ([`RecyclingMethod::Fast`]).
pub(super) fn pool(database: &Database, door: Door, size: usize) -> Result<Pool, DbError> {
    let database = database.clone();
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let database = database.clone();
        Box::pin(async move { database.connect(door).await })
    });
    // The address is in `database`: the manager's own string, which it could show, stays empty.
    let manager = AsyncDieselConnectionManager::new_with_config("", config);
    let pool = deadpool::Pool::builder(manager).max_size(size).build();
    pool.map(Pool).map_err(|e| DbError::Away(e.to_string()))
}
