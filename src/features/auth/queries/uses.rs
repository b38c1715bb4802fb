//! Notes when keys were used.

use crate::db::Transaction;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Array, Text, Timestamptz};
use diesel_async::RunQueryDsl;

/// Notes the uses of some keys, unless a later one is noted; says of how many. The rows are locked in one order, for other processes
/// do the same at the same time.
pub(in crate::features::auth) async fn note(
    tx: &mut Transaction,
    (ids, used_at): (Vec<String>, Vec<DateTime<Utc>>),
) -> QueryResult<usize> {
    let note = "WITH used AS (SELECT * FROM unnest($1, $2) AS u (id, at)),
            locked AS (SELECT id FROM api_keys WHERE id IN (SELECT id FROM used) ORDER BY id FOR NO KEY UPDATE)
        UPDATE api_keys k SET last_used_at = used.at FROM used JOIN locked USING (id)
        WHERE k.id = used.id AND (k.last_used_at IS NULL OR k.last_used_at < used.at)";
    diesel::sql_query(note)
        .bind::<Array<Text>, _>(ids)
        .bind::<Array<Timestamptz>, _>(used_at)
        .execute(tx)
        .await
}
