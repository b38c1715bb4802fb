//! Reads and writes the dossier tables: `rows` has the shapes, `list` the filtered list, `write` the inserts, `dating` what a
//! change of a calendar moves.

pub mod dating;
pub mod list;
pub(super) mod receipt;
mod rows;
pub mod visible;
pub(super) mod write;

pub use rows::{DossierRow, EventRow, Listed, OfKind, ProcedureOf};

use crate::db::schema::{dossier_events, dossiers, procedure_versions};
use crate::domain::clock;
use crate::domain::vocabulary::EventKind;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join;
use uuid::Uuid;

/// The dossier with a code, whoever asks: for the public page, which shows nothing that is not public.
pub async fn by_code<C>(conn: &mut C, code: &str) -> QueryResult<Option<Listed>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let query = dossiers::table.inner_join(procedure_versions::table).filter(dossiers::code.eq(code));
    query.select(Listed::as_select()).first(conn).await.optional()
}

/// The dossier with a code, and the events that it was derived from, in order of recording. There are few, each is a
/// step of one handling. Both questions are asked at once.
pub async fn with_events(
    conn: &AsyncPgConnection,
    code: &str,
) -> QueryResult<Option<(Listed, Vec<EventRow>)>> {
    let id = dossiers::table.filter(dossiers::code.eq(code)).select(dossiers::id).single_value();
    let of_dossier = dossier_events::table.filter(dossier_events::dossier_id.nullable().eq(id));
    let events = of_dossier.order(dossier_events::seq).select(EventRow::as_select());
    let (mut first, mut second) = (conn, conn);
    let (listed, events) = try_join(by_code(&mut first, code), events.load(&mut second)).await?;
    let Some(listed) = listed else { return Ok(None) };
    // An event may have come after the dossier was read.
    let known = events.into_iter().filter(|event: &EventRow| event.seq <= listed.dossier.version).collect();
    Ok(Some((listed, known)))
}

/// The events of dossiers that may touch their clocks, in the order in which they happened.
pub async fn clock_events<C>(conn: &mut C, dossiers: &[Uuid]) -> QueryResult<Vec<EventRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let kinds = EventKind::ALL.iter().filter(|kind| clock::touches(**kind)).map(|kind| kind.as_str());
    dossier_events::table
        .filter(dossier_events::dossier_id.eq_any(dossiers))
        .filter(dossier_events::kind.eq_any(kinds.collect::<Vec<_>>()))
        .order((dossier_events::occurred_at, dossier_events::seq))
        .select(EventRow::as_select())
        .load(conn)
        .await
}

/// When the latest event of any dossier was recorded; for the clock of the demonstration.
pub async fn latest_record<C>(conn: &mut C) -> QueryResult<Option<chrono::DateTime<chrono::Utc>>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    dossiers::table.select(diesel::dsl::max(dossiers::last_recorded_at)).first(conn).await
}
