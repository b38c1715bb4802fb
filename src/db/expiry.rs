//! Deletes what has had its time.

use super::{DbError, Writer};
use crate::domain::local_time::Instant;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;

/// Rows deleted in one transaction: few enough that nobody waits for them.
const BATCH: usize = 1_000;

/// Deletes the idempotency keys of requests that came before an instant; says how many there were.
pub async fn idempotency_keys(writer: &Writer, before: Instant) -> Result<usize, DbError> {
    let mut deleted = 0;
    loop {
        let batch = writer.transaction(async |tx| {
            let rows = diesel::sql_query(
                "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM idempotency_keys WHERE created_at < $1
                    ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            );
            let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
            let rows = rows.bind::<Timestamptz, _>(before.utc()).bind::<BigInt, _>(limit);
            Ok::<_, DbError>(rows.execute(tx).await?)
        });
        let batch = batch.await?;
        deleted += batch;
        if batch < BATCH {
            return Ok(deleted);
        }
    }
}
