//! Reads the agency tree and the calendars as they were known.

use crate::db::schema::reference_state;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::features::{agencies, calendar};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// The tree and the calendars of a snapshot as of `at`; `None` when nothing has changed since, and those of the versions
/// `kept` are the same.
///
/// What is read has the versions of the present and not its content, so no cache of the present may keep it.
pub(super) async fn reference(
    conn: &mut AsyncPgConnection,
    at: Instant,
    kept: (i64, i64),
) -> QueryResult<Option<(AgencyTree, Calendars)>> {
    use reference_state as r;
    let changed_since = r::changed_at.gt(at.utc());
    let (changed, tree, calendars): (bool, i64, i64) =
        r::table.select((changed_since, r::version, r::calendar_version)).first(conn).await?;
    if !changed && (tree, calendars) == kept {
        return Ok(None);
    }
    Ok(Some((agencies::queries::tree(conn).await?, calendar::queries::load(conn).await?)))
}
