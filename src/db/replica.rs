//! A replica from which public pages may be read, while it is known to be not far behind.
//!
//! How far behind it is, is not measured by clocks, which differ, nor by the last transaction that it has replayed, which is old when
//! nobody writes. The primary is asked how far its log goes, and when; once the replica has replayed the log up to there, it shows at
//! least what was there then. So the answer is a bound that holds: never less than the truth.

use super::connect::Door;
use super::{Database, DbError, Slow};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer about the log is waited for. Who does not say how far behind it is, is not used.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the primary says: which cluster it is, and up to where its log is safe. Everything that was acknowledged is before that.
const WRITTEN: &str = "SELECT system_identifier AS cluster, true AS is_replica,
    pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint AS lsn FROM pg_control_system()";

/// What the replica says: the same of what it shows.
const REPLAYED: &str = "SELECT system_identifier AS cluster, pg_is_in_recovery() AS is_replica,
    pg_wal_lsn_diff(coalesce(pg_last_wal_replay_lsn(), '0/0'), '0/0')::bigint AS lsn FROM pg_control_system()";

#[derive(Clone, Copy, Debug, QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    cluster: i64,
    #[diesel(sql_type = Bool)]
    is_replica: bool,
    #[diesel(sql_type = BigInt)]
    lsn: i64,
}

/// A replica of the database.
pub struct Replica {
    database: Database,
    slow: Slow,
    most: Duration,
    asking: tokio::sync::Mutex<Asking>,
    seen: Mutex<Seen>,
}

/// Whom to ask: the primary and the replica, each on a connection of its own.
struct Asking {
    primary: Line,
    replica: Line,
}

struct Line {
    database: Database,
    connection: Option<AsyncPgConnection>,
}

/// Why a replica is not used.
#[derive(Debug, thiserror::Error)]
pub enum NotUsed {
    /// One of the two did not answer.
    #[error(transparent)]
    Database(#[from] DbError),
    /// It takes writes of its own.
    #[error("DATABASE_REPLICA_URL is no streaming replica: it is not in recovery")]
    NoReplica,
    /// It follows another primary.
    #[error("DATABASE_REPLICA_URL is a replica of another cluster than DATABASE_URL")]
    OfAnother,
}

impl Replica {
    /// A replica that is used while it is at most `most` behind. Connects to nothing yet.
    pub fn new(primary: &Database, replica: Database, size: usize, most: Duration) -> Result<Self, DbError> {
        let line = |database: &Database| Line { database: database.clone(), connection: None };
        let asking = Asking { primary: line(primary), replica: line(&replica) };
        let slow = Slow::new(&replica, size)?;
        Ok(Self {
            database: replica,
            slow,
            most,
            asking: tokio::sync::Mutex::new(asking),
            seen: Mutex::default(),
        })
    }

    /// Where it is.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Its door for lists and counts.
    pub fn slow(&self) -> &Slow {
        &self.slow
    }

    /// Looks how far it has come. To be called every second or so.
    pub async fn look(&self) -> Result<(), NotUsed> {
        let mut asking = self.asking.lock().await;
        // Before the question: what is acknowledged from now on need not be in the answer.
        let at = Instant::now();
        let written = asking.primary.ask(WRITTEN).await?;
        self.seen().written(at, written.lsn, self.most);
        let replayed = asking.replica.ask(REPLAYED).await.inspect_err(|_| self.leave())?;
        let unfit = match replayed {
            Place { is_replica: false, .. } => Some(NotUsed::NoReplica),
            Place { cluster, .. } if cluster != written.cluster => Some(NotUsed::OfAnother),
            Place { .. } => None,
        };
        if let Some(why) = unfit {
            self.leave();
            return Err(why);
        }
        self.seen().replayed(replayed.lsn);
        Ok(())
    }

    /// How far behind it is at most; `None`: too far, or nobody knows.
    pub fn behind(&self) -> Option<Duration> {
        self.seen().behind(Instant::now()).filter(|behind| *behind <= self.most)
    }

    /// A read failed: it is not used until the next look.
    pub fn leave(&self) {
        self.seen().shows = None;
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    async fn ask(&mut self, question: &str) -> Result<Place, DbError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.connect(Door::Replica).await?,
        };
        // What fails is dropped with its connection.
        let answer = tokio::time::timeout(PATIENCE, diesel::sql_query(question).get_result(&mut connection));
        let place = answer.await.map_err(|_| DbError::Away("no answer about the log in time".into()))??;
        self.connection = Some(connection);
        Ok(place)
    }
}

/// What was seen of the two logs.
#[derive(Default)]
struct Seen {
    /// How far the log of the primary went, and when it was asked; oldest first.
    written: VecDeque<(Instant, i64)>,
    /// The latest instant of which the replica shows everything.
    shows: Option<Instant>,
}

impl Seen {
    fn written(&mut self, at: Instant, place: i64, most: Duration) {
        // What is older makes nothing usable any more.
        while self.written.front().is_some_and(|(then, _)| at.duration_since(*then) > most) {
            self.written.pop_front();
        }
        self.written.push_back((at, place));
    }

    fn replayed(&mut self, place: i64) {
        self.shows = self.written.iter().rev().find(|(_, written)| *written <= place).map(|(at, _)| *at);
    }

    fn behind(&self, now: Instant) -> Option<Duration> {
        self.shows.map(|at| now.saturating_duration_since(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_secs(10);

    /// Seconds behind after looks at the primary and the replica, one in each second, when the last is two seconds old.
    fn behind(looks: &[(i64, i64)]) -> Option<u64> {
        let begin = Instant::now();
        let mut seen = Seen::default();
        let mut at = begin;
        for (second, (written, replayed)) in looks.iter().enumerate() {
            at = begin + Duration::from_secs(second as u64);
            seen.written(at, *written, MOST);
            seen.replayed(*replayed);
        }
        seen.behind(at + Duration::from_secs(2)).map(|behind| behind.as_secs())
    }

    #[test]
    fn it_is_as_far_behind_as_the_last_place_that_it_has_passed() {
        for (looks, expected) in [
            (&[(100, 100)][..], Some(2)),
            // Nobody writes: nothing gets old.
            (&[(100, 100), (100, 100), (100, 100), (100, 100)], Some(2)),
            // It follows with a second between.
            (&[(100, 100), (200, 150), (300, 250), (400, 350)], Some(3)),
            // It stands still.
            (&[(100, 100), (200, 100), (300, 100), (400, 100)], Some(5)),
            // It has caught up.
            (&[(100, 100), (200, 100), (300, 100), (400, 400)], Some(2)),
            // It was further behind from the first look on than anybody knows.
            (&[(100, 90), (200, 90)], None),
            (&[], None),
        ] {
            assert_eq!(behind(looks), expected, "{looks:?}");
        }
        let still: Vec<(i64, i64)> = (0..20).map(|n| (100 + n, 100)).collect();
        assert_eq!(behind(&still), None, "what is too old is forgotten");
    }
}
