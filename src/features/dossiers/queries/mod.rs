//! Reads and writes the dossier tables: `rows` has the shapes, `point` finds by code, `list` is the filtered list, `write`
//! has the inserts.

pub mod list;
mod point;
pub(super) mod receipt;
mod rows;
pub mod visible;
pub(super) mod write;

pub use point::{ByCode, Found, WithEvents};
pub use rows::{DossierRow, EventRow, Listed};

use crate::db::schema::dossiers;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

/// When the latest event of any dossier was recorded; for the clock of the demonstration.
pub async fn latest_record<C>(conn: &mut C) -> QueryResult<Option<chrono::DateTime<chrono::Utc>>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    dossiers::table.select(diesel::dsl::max(dossiers::last_recorded_at)).first(conn).await
}
