//! Reads and writes the dossier tables: `rows` has the shapes, `list` the filtered list, `write` the inserts.

pub mod list;
mod rows;
pub mod visible;
pub(super) mod write;

pub use rows::{DossierRow, EventRow, Listed, ProcedureOf};

use crate::db::schema::{dossier_events, dossiers, procedure_versions};
use crate::features::auth::Visible;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

/// The dossier with a code, whoever asks: for the public page, which shows nothing that is not public.
pub async fn by_code<C>(conn: &mut C, code: &str) -> QueryResult<Option<Listed>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let query = dossiers::table.inner_join(procedure_versions::table).filter(dossiers::code.eq(code));
    query.select(Listed::as_select()).first(conn).await.optional()
}

/// The dossier with a code, if the caller sees it.
pub async fn visible_by_code<C>(conn: &mut C, code: &str, visible: &Visible) -> QueryResult<Option<Listed>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    Ok(by_code(conn, code).await?.filter(|found| visible::sees(visible, &found.dossier)))
}

/// The events that a dossier was derived from, in order of recording: none that came after the row was read. There
/// are few, each is a step of one handling.
pub async fn events<C>(conn: &mut C, dossier: &DossierRow) -> QueryResult<Vec<EventRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let of_dossier = dossier_events::table.filter(dossier_events::dossier_id.eq(dossier.id));
    let query = of_dossier.filter(dossier_events::seq.le(dossier.version));
    query.order(dossier_events::seq).select(EventRow::as_select()).load(conn).await
}

/// When the latest event of any dossier was recorded; for the clock of the demonstration.
pub async fn latest_record<C>(conn: &mut C) -> QueryResult<Option<chrono::DateTime<chrono::Utc>>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    dossiers::table.select(diesel::dsl::max(dossiers::last_recorded_at)).first(conn).await
}
