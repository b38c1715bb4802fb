//! Reads the procedure tables; `limits` has the time limits, `names` what dossiers show of them, `write` the inserts.

mod limits;
mod names;
pub(super) mod write;

pub use names::{ProcedureName, catalogue_version, names};

use crate::db::fingerprint::Fingerprint;
use crate::db::page::Page;
use crate::db::schema::{procedure_agencies, procedure_versions};
use crate::db::{RowSender, WholeList, like};
use crate::domain::agency_tree::AgencyId;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::Level;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count_star, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// A version of a procedure, as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = procedure_versions)]
pub struct VersionRow {
    /// Internal number.
    pub id: i32,
    /// Code of the procedure.
    pub procedure_code: String,
    /// Number within the procedure.
    pub version: i32,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
    /// Name of the field.
    pub field_name: String,
    /// Levels that handle it.
    pub levels: Vec<Level>,
    /// Whether it is sample data.
    pub sample: bool,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// First day no longer in force.
    pub effective_to: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A version with its limits and competent agencies.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// The version.
    pub row: VersionRow,
    /// Its limits.
    pub limits: Vec<CaseLimit>,
    /// Its competent agencies; none: any agency of its levels.
    pub agencies: Vec<AgencyId>,
}

impl Procedure {
    /// Its position in the list.
    pub fn key(&self) -> String {
        self.row.procedure_code.clone()
    }
}

impl From<&VersionRow> for ProcedureName {
    fn from(row: &VersionRow) -> Self {
        let (procedure_code, name, field) = (row.procedure_code.clone(), row.name.clone(), row.field.clone());
        Self { procedure_code, version: row.version, name, field }
    }
}

/// Filters of a list of procedures.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words of the name, folded, or the beginning of the code.
    pub words: Vec<String>,
    /// One of these fields.
    pub field: Option<Vec<String>>,
    /// Handled at one of these levels.
    pub level: Option<Vec<Level>>,
    /// Decided by this agency: listed, or of a level of the procedure when none is listed.
    pub agency: Option<(AgencyId, Level)>,
    /// In force on this day.
    pub in_force_on: NaiveDate,
}

/// Rows that an export reads at once, for limits and agencies come with queries of their own.
const ROWS_AT_ONCE: i64 = 200;

type Versions<'a> = diesel::dsl::IntoBoxed<'a, procedure_versions::table, Pg>;

fn filtered(filter: &Filter) -> Versions<'_> {
    use procedure_versions as v;
    let day = filter.in_force_on;
    let mut query = v::table.into_boxed().filter(v::effective_from.le(day));
    query = query.filter(v::effective_to.is_null().or(v::effective_to.gt(day)));
    for word in &filter.words {
        let escaped = like::literal(word);
        let by_name = v::name_folded.like(format!("%{escaped}%"));
        query = query.filter(by_name.or(v::procedure_code.like(format!("{}%", escaped.to_uppercase()))));
    }
    if let Some(fields) = &filter.field {
        query = query.filter(v::field.eq_any(fields));
    }
    if let Some(levels) = &filter.level {
        let levels: Vec<&str> = levels.iter().map(|level| level.as_str()).collect();
        query = query.filter(v::levels.overlaps_with(levels));
    }
    if let Some((agency, level)) = filter.agency {
        let listed = procedure_agencies::table.filter(procedure_agencies::procedure_version_id.eq(v::id));
        let named = diesel::dsl::exists(listed.filter(procedure_agencies::agency_id.eq(agency)));
        let open =
            diesel::dsl::not(diesel::dsl::exists(listed)).and(v::levels.contains(vec![level.as_str()]));
        query = query.filter(named.or(open));
    }
    query
}

/// A page of procedures by code.
pub async fn list<C>(conn: &mut C, filter: &Filter, page: &Page<String>) -> QueryResult<Vec<Procedure>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let mut query = filtered(filter).order(procedure_versions::procedure_code).limit(page.fetch());
    if let Some(after) = &page.after {
        query = query.filter(procedure_versions::procedure_code.gt(after));
    }
    let rows: Vec<VersionRow> = query.select(VersionRow::as_select()).load(conn).await?;
    complete(conn, rows).await
}

/// The whole list.
pub struct Whole(pub Filter);

impl WholeList for Whole {
    type Row = Procedure;

    /// A version never changes but for its end.
    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let digest =
            sql::<Nullable<BigInt>>("bit_xor(hashtextextended(coalesce(effective_to::text, ''), id))");
        let query = filtered(&self.0).select((count_star(), digest));
        Ok(query.first::<(i64, Option<i64>)>(conn).await?.into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<Procedure>) -> QueryResult<()> {
        let mut page = Page { limit: ROWS_AT_ONCE, after: None };
        loop {
            let (rows, next) = page.cut(list(conn, &self.0, &page).await?, Procedure::key);
            for row in rows {
                if !sender.send(row).await {
                    return Ok(());
                }
            }
            match next {
                Some(key) => page.after = Some(key),
                None => return Ok(()),
            }
        }
    }
}

/// How many procedures fit.
pub async fn count<C>(conn: &mut C, filter: &Filter) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    filtered(filter).count().get_result(conn).await
}

/// The versions of a procedure, newest first, and the version of the catalogue, read first: a change that comes between
/// is read again next time.
pub async fn versions_at<C>(conn: &mut C, code: &str) -> QueryResult<(i64, Vec<Procedure>)>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let version = catalogue_version(conn).await?;
    let of_procedure = procedure_versions::table.filter(procedure_versions::procedure_code.eq(code));
    let newest_first = of_procedure.order(procedure_versions::version.desc());
    let rows = newest_first.select(VersionRow::as_select()).load(conn).await?;
    Ok((version, complete(conn, rows).await?))
}

/// All versions of the procedure of which one has this number.
pub async fn versions_with<C>(conn: &mut C, version: i32) -> QueryResult<Vec<Procedure>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let same = diesel::alias!(procedure_versions as same);
    let code = same.filter(same.field(procedure_versions::id).eq(version));
    let code = code.select(same.field(procedure_versions::procedure_code)).into_boxed();
    let of_procedure = procedure_versions::table.filter(procedure_versions::procedure_code.eq_any(code));
    let rows = of_procedure.select(VersionRow::as_select()).load(conn).await?;
    complete(conn, rows).await
}

/// Of the versions of a procedure, the one in force on a day. There is one at most.
pub fn in_force_on(versions: &[Procedure], day: NaiveDate) -> Option<&Procedure> {
    versions.iter().find(|procedure| {
        procedure.row.effective_from <= day && procedure.row.effective_to.is_none_or(|end| day < end)
    })
}

/// The limits of several versions, by the number of the version.
pub async fn limits_by_version<C>(conn: &mut C, versions: &[i32]) -> QueryResult<HashMap<i32, Vec<CaseLimit>>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let mut found: HashMap<i32, Vec<CaseLimit>> = HashMap::new();
    for (version, limit) in limits::of(conn, versions).await? {
        found.entry(version).or_default().push(limit);
    }
    Ok(found)
}

/// The newest version of a procedure, in force or not.
pub async fn newest<C>(conn: &mut C, code: &str) -> QueryResult<Option<Procedure>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let query = procedure_versions::table.filter(procedure_versions::procedure_code.eq(code));
    let newest = query.order(procedure_versions::version.desc());
    let row = newest.select(VersionRow::as_select()).first(conn).await.optional()?;
    one(conn, row).await
}

async fn one<C>(conn: &mut C, row: Option<VersionRow>) -> QueryResult<Option<Procedure>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    Ok(complete(conn, row.into_iter().collect()).await?.pop())
}

/// Adds limits and agencies: two queries, however many versions.
async fn complete<C>(conn: &mut C, rows: Vec<VersionRow>) -> QueryResult<Vec<Procedure>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
    let limits = limits::of(conn, &ids).await?;
    let agencies: Vec<(i32, AgencyId)> = procedure_agencies::table
        .filter(procedure_agencies::procedure_version_id.eq_any(&ids))
        .order(procedure_agencies::agency_id)
        .load(conn)
        .await?;
    let mut by_version: HashMap<i32, Procedure> = HashMap::new();
    for row in rows {
        by_version.insert(row.id, Procedure { row, limits: vec![], agencies: vec![] });
    }
    for (version, limit) in limits {
        if let Some(procedure) = by_version.get_mut(&version) {
            procedure.limits.push(limit);
        }
    }
    for (version, agency) in agencies {
        if let Some(procedure) = by_version.get_mut(&version) {
            procedure.agencies.push(agency);
        }
    }
    Ok(ids.into_iter().filter_map(|id| by_version.remove(&id)).collect())
}
