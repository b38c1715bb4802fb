//! The check of a database: walks every chain and every day of the log, and names what does not fit.
//!
//! Reads one snapshot, a chunk at a time. `fault` says what was found, `dossier` judges a chain, `day` a day of the log, `audit` the audit trail of a day, `roots` the roots
//! that somebody kept elsewhere.

mod audit;
mod day;
mod dossier;
mod fault;
mod roots;

pub use fault::{Fault, Place};
pub use roots::{BadRoots, Kept, read_roots};

use super::queries::SignedDay;
use super::queries::chain;
use crate::db::{DbError, Slow};
use crate::domain::sealing::DataKeys;
use crate::domain::signing::PublicKey;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

/// Dossiers of a chunk.
const CHUNK: i64 = 500;

/// Events without a dossier that are named.
const ORPHANS: i64 = 1_000;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Dossiers.
    pub dossiers: u64,
    /// Events with a hash.
    pub events: u64,
    /// Events from before there were hashes.
    pub unsealed: u64,
    /// Events whose personal data was erased with its salt.
    pub erased: u64,
    /// Encrypted personal data that was not compared, for its key was not given.
    pub unopened: u64,
    /// Days that are signed.
    pub days: u64,
    /// Events that these cover.
    pub leaves: u64,
    /// Rows of the audit trail that these cover.
    pub audit_rows: u64,
    /// Faults.
    pub faults: u64,
}

/// What a check is made with.
pub struct Check<'a> {
    /// The public keys that are trusted.
    pub keys: &'a [PublicKey],
    /// Roots that were kept elsewhere.
    pub kept: &'a [Kept],
    /// What opens personal data, to compare it with its digests; `None`: it is not compared.
    pub data_keys: Option<&'a DataKeys>,
}

/// Where faults go, as they are found.
pub type Tell<'a> = &'a mut dyn FnMut(Fault);

/// Checks a whole database and tells each fault.
pub async fn check(slow: &Slow, what: &Check<'_>, mut tell: impl FnMut(Fault)) -> Result<Counts, DbError> {
    slow.trying(async |conn| {
        let mut counts = Counts::default();
        let mut faults = 0;
        let mut tell = |fault: Fault| {
            faults += 1;
            tell(fault);
        };
        chain::take_time(conn).await?;
        let days = chain::days(conn).await?;
        chains(conn, (Known::of(&days), what.data_keys), &mut counts, &mut tell).await?;
        log(conn, &days, what, &mut counts, &mut tell).await?;
        counts.faults = faults;
        Ok(counts)
    })
    .await
}

/// What the signed days say of events at large.
#[derive(Clone, Copy)]
struct Known {
    /// From then on every event has a hash: a day after the first boundary, when the releases before had gone.
    sealed_since: Option<DateTime<Utc>>,
    /// Every event with a hash that was recorded before is in the log.
    logged_until: Option<DateTime<Utc>>,
}

impl Known {
    fn of(days: &[(NaiveDate, Option<SignedDay>)]) -> Self {
        let boundaries = || days.iter().filter_map(|(_, signed)| signed.as_ref()).map(|day| day.until);
        let sealed_since = boundaries().min().map(|first| first + TimeDelta::days(1));
        Self { sealed_since, logged_until: boundaries().max() }
    }
}

/// Checks the chains.
async fn chains(
    conn: &mut AsyncPgConnection,
    (known, keys): (Known, Option<&DataKeys>),
    counts: &mut Counts,
    tell: Tell<'_>,
) -> Result<(), DbError> {
    let mut after = Uuid::nil();
    loop {
        let chunk = chain::next(conn, after, CHUNK).await?;
        for whole in &chunk {
            dossier::check(whole, (known, keys), counts, tell);
            after = whole.dossier.id;
        }
        if chunk.is_empty() {
            break;
        }
    }
    for (dossier, seq) in chain::orphans(conn, ORPHANS).await? {
        let what = "belongs to a dossier that is gone";
        tell(Fault::event(&format!("dossier {dossier}"), seq, what));
    }
    Ok(())
}

/// Checks the days of the log, in order.
async fn log(
    conn: &mut AsyncPgConnection,
    days: &[(NaiveDate, Option<SignedDay>)],
    what: &Check<'_>,
    counts: &mut Counts,
    tell: Tell<'_>,
) -> Result<(), DbError> {
    day::sequence(days, tell);
    let mut before: Option<&SignedDay> = None;
    for signed in days.iter().filter_map(|(_, signed)| signed.as_ref()) {
        day::statement(signed, before, what.keys, tell);
        counts.leaves += day::leaves(conn, signed, tell).await?;
        counts.audit_rows += audit::rows(conn, signed, before, tell).await?;
        counts.days += 1;
        before = Some(signed);
    }
    roots::compare(what.kept, days, tell);
    Ok(())
}
