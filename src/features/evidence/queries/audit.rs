//! The Merkle tree over the rows of the audit trail of a day, read a block at a time.

use crate::domain::daily_log;
use crate::domain::hash_chain::Hash;
use crate::domain::merkle;
use crate::features::audit::canonical;
use crate::features::audit::queries::{AuditRow, day};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::pg::Pg;
use diesel_async::AsyncConnectionCore;

/// A block of rows.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its root.
    pub root: Hash,
    /// How many rows it has.
    pub rows: usize,
    /// Its first row and its last, to tell where something is wrong.
    pub ends: (String, String),
}

/// The blocks of the rows that were recorded from the first instant on and before the second.
pub async fn blocks<C>(conn: &mut C, span: (DateTime<Utc>, DateTime<Utc>)) -> QueryResult<Vec<Block>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let (mut blocks, mut after) = (vec![], None);
    loop {
        let most = i64::try_from(merkle::BLOCK).unwrap_or(i64::MAX);
        let rows = day::rows(conn, span, after, most).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(blocks) };
        after = Some((last.recorded_at, last.id));
        let leaf = |row: &AuditRow| daily_log::audit_leaf(&canonical::row(row));
        let root = merkle::root(&rows.iter().map(leaf).collect::<Vec<_>>());
        blocks.push(Block { root, rows: rows.len(), ends: (first.id.to_string(), last.id.to_string()) });
        if rows.len() < merkle::BLOCK {
            return Ok(blocks);
        }
    }
}
