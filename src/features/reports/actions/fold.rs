//! Folds what was recorded on days that are over into the counters: the leader's work. Done twice it does nothing more.

use crate::db::{DbError, Transaction, Writer};
use crate::features::evidence::queries::log;
use crate::features::reports::queries::fold;

/// Folds the days that are over and cannot get another record (see `evidence`); says how many rows of counters changed.
pub async fn step(writer: &Writer) -> Result<usize, DbError> {
    writer.transaction(async |tx| fold_settled(tx).await).await
}

async fn fold_settled(tx: &mut Transaction) -> Result<usize, DbError> {
    let Some(settled) = log::settled_through(tx).await? else { return Ok(0) };
    let counted = fold::lock_progress(tx).await?;
    if counted.is_some_and(|counted| counted >= settled) {
        return Ok(0);
    }
    let changed = fold::fold(tx, counted, settled).await?;
    fold::counted_through(tx, settled).await?;
    Ok(changed)
}
