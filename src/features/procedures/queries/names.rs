//! What dossiers show of their procedure versions.

use crate::db::schema::{procedure_versions, reference_state};
use crate::domain::agency_tree::ById;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

/// A procedure version as it stands on a dossier. None of it ever changes.
#[derive(Clone, Debug, Default, Queryable, Selectable)]
#[diesel(table_name = procedure_versions)]
pub struct ProcedureName {
    /// Code of the procedure.
    pub procedure_code: String,
    /// Number of the version.
    pub version: i32,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
    /// Its name.
    pub field_name: String,
}

/// The present version of the catalogue.
pub async fn catalogue_version<C>(conn: &mut C) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reference_state::table.select(reference_state::catalogue_version).first(conn).await
}

/// All names by the number of their version, and the version of the catalogue, read first: what comes between is read
/// again next time.
pub async fn names<C>(conn: &mut C) -> QueryResult<(i64, ById<ProcedureName>)>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let version = catalogue_version(conn).await?;
    let all = procedure_versions::table.select((procedure_versions::id, ProcedureName::as_select()));
    let rows: Vec<(i32, ProcedureName)> = all.load(conn).await?;
    Ok((version, rows.into_iter().collect()))
}
