//! What a proof is made of: the events of a dossier with their hashes, and the place of the latest one that is in a signed day.

use super::{SealColumns, SignedDay, log};
use crate::db::schema::{dossier_events, log_days, log_leaves};
use crate::domain::merkle;
use crate::features::dossiers::queries::EventRow;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// The events of a dossier that have hashes, in order.
pub async fn events<C>(conn: &mut C, dossier: Uuid) -> QueryResult<Vec<(EventRow, SealColumns)>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    dossier_events::table
        .filter(dossier_events::dossier_id.eq(dossier))
        .filter(dossier_events::hash.is_not_null())
        .order(dossier_events::seq)
        .select((EventRow::as_select(), SealColumns::as_select()))
        .load(conn)
        .await
}

/// An event in a signed day.
pub struct Logged {
    /// The day.
    pub day: SignedDay,
    /// Number of the event.
    pub seq: i32,
    /// Its place.
    pub position: i32,
    /// The leaves of its block, in order.
    pub block: Vec<log::Leaf>,
}

/// The latest event of a dossier that a signed day has.
pub async fn latest_logged<C>(conn: &mut C, code: &str) -> QueryResult<Option<Logged>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let found: Option<(i32, i32, SignedDay)> = log_leaves::table
        .inner_join(log_days::table)
        .filter(log_leaves::code.eq(code))
        .filter(log_days::root.is_not_null())
        .order(log_leaves::seq.desc())
        .select((log_leaves::seq, log_leaves::position, SignedDay::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((seq, position, day)) = found else { return Ok(None) };
    let size = i32::try_from(merkle::BLOCK).unwrap_or(i32::MAX);
    let block = log::leaves(conn, day.day, position - position % size, size.into()).await?;
    Ok(Some(Logged { day, seq, position, block }))
}
