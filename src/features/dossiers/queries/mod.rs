//! Reads and writes the dossier tables: `rows` has the shapes, `point` finds by code, `list` is the filtered list, `write`
//! has the inserts, `personal` those of personal data, `receipt` all of one receipt, `many` those of several dossiers, `sent_before` what was sent already, `dating` what a change of a calendar moves, `seal` what the hash chain adds.

pub mod dating;
pub mod list;
pub mod many;
pub mod personal;
mod point;
pub(super) mod receipt;
mod rows;
mod seal;
pub mod sent_before;
pub mod visible;
pub mod write;

pub use point::{ByCode, Found, WithEvents, known};
pub use rows::{DossierRow, EventRow, Listed, OfKind};
pub use seal::{Head, Seal, heads};

use crate::db::schema::{dossier_events, dossiers};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// The events of dossiers, in no order.
pub async fn events_of<C>(conn: &mut C, dossiers: &[Uuid]) -> QueryResult<Vec<EventRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let found = dossier_events::table.filter(dossier_events::dossier_id.eq_any(dossiers));
    found.select(EventRow::as_select()).load(conn).await
}

/// When the latest event of any dossier was recorded; for the clock of the demonstration.
pub async fn latest_record<C>(conn: &mut C) -> QueryResult<Option<chrono::DateTime<chrono::Utc>>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    dossiers::table.select(diesel::dsl::max(dossiers::last_recorded_at)).first(conn).await
}
