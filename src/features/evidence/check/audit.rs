//! Judges the audit trail of a day against what is signed of it.

use super::{Fault, Tell};
use crate::db::DbError;
use crate::domain::hash_chain::Hash;
use crate::domain::merkle;
use crate::features::evidence::queries::SignedDay;
use crate::features::evidence::queries::audit::{self, Block};
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;

/// Checks the rows of a day against its root, and says how many there are. A day that was signed before the audit trail was covered has
/// none to be judged.
pub(super) async fn rows(
    conn: &mut AsyncPgConnection,
    signed: &SignedDay,
    before: Option<&SignedDay>,
    tell: Tell<'_>,
) -> Result<u64, DbError> {
    let Some(root) = &signed.audit_root else { return Ok(0) };
    let from = before.map_or(DateTime::<Utc>::UNIX_EPOCH, |before| before.until);
    let found = audit::blocks(conn, (from, signed.until)).await?;
    let rows = found.iter().map(|block| block.rows as u64).sum();
    let roots: Vec<Hash> = found.iter().map(|block| block.root).collect();
    if Hash::read(root) != Some(merkle::root(&roots)) || signed.audit_rows != i64::try_from(rows).ok() {
        let what = format!(
            "{rows} rows do not give the signed root of {}: {}some were changed, removed or inserted",
            signed.audit_rows.unwrap_or(0),
            place(signed, &found)
        );
        tell(Fault::day(signed.day, "audit_log", what));
    } else if signed.audit_block_roots().as_ref() != Some(&roots) {
        tell(Fault::day(
            signed.day,
            "log_days",
            "has other audit_blocks than its rows make: the row was changed",
        ));
    }
    Ok(rows)
}

/// The first block that is not as it was: what comes after it may have moved.
fn place(signed: &SignedDay, found: &[Block]) -> String {
    let stored = signed.audit_block_roots().unwrap_or_default();
    let other = found.iter().enumerate().find(|(i, block)| stored.get(*i) != Some(&block.root));
    other
        .map_or_else(String::new, |(_, Block { ends: (first, last), .. })| format!("from {first} to {last} "))
}
