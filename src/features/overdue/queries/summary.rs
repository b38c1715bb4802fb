//! Counts what is overdue, and what is open, of the same agencies, procedure version and due day.

use super::mirror::Moment;
use super::{Filter, overdue};
use crate::db::schema::dossiers;
use crate::domain::agency_tree::AgencyId;
use crate::features::auth::Visible;
use crate::features::dossiers::queries::visible;
use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Date, Integer, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Dossiers that are alike.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Alike {
    /// Agency that decides them.
    pub competent: AgencyId,
    /// Agency that holds them.
    pub holder: AgencyId,
    /// Their procedure version.
    pub version: i32,
    /// Their due day.
    pub due_on: Option<NaiveDate>,
    /// How many there are.
    pub count: i64,
}

/// What is open, and what is overdue, on the snapshot of the connection. The filter narrows both; how late they are and
/// whether somebody apologised narrows what is overdue.
pub async fn counts(
    conn: &mut AsyncPgConnection,
    filter: &Filter,
    visible: &Visible,
    moment: &Moment,
) -> QueryResult<(Vec<Alike>, Vec<Alike>)> {
    use dossiers as d;
    let alike = (d::competent_agency_id, d::holder_agency_id, d::procedure_version_id, d::due_on);
    let open = visible::seen(visible, &filter.narrow).filter(d::ended_at.is_null());
    let open = Counted(open.select(alike)).load(conn).await?;
    let late = Counted(overdue(filter, visible, moment).select(alike)).load(conn).await?;
    Ok((open, late))
}

/// Counts equal rows of a query of four columns. Diesel groups no query that was put together at run time.
struct Counted<Rows>(Rows);

impl<Rows> QueryId for Counted<Rows> {
    type QueryId = ();
    // Known by its text, as the query in it is.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Rows> Query for Counted<Rows> {
    type SqlType = (Integer, Integer, Integer, Nullable<Date>, BigInt);
}

impl<Rows: QueryFragment<Pg>> QueryFragment<Pg> for Counted<Rows> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT a, b, c, d, count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS alike (a, b, c, d) GROUP BY a, b, c, d");
        Ok(())
    }
}
