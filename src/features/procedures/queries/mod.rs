//! Reads the procedure tables; `list` has the list and the search, `limits` the time limits, `names` what dossiers show of
//! them, `write` the inserts.

mod limits;
mod list;
mod names;
pub(super) mod write;

pub use list::{Filter, Position, Whole, count, list};
pub use names::{ProcedureName, catalogue_version, names};

use crate::db::schema::{procedure_agencies, procedure_drafts, procedure_versions, procedures};
use crate::domain::agency_tree::AgencyId;
use crate::domain::catalogue::content::Content;
use crate::domain::catalogue::decision::Decision;
use crate::domain::catalogue::state::Dates;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::{Ending, Level, OnlineLevel};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
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
    /// Level of the online service.
    pub online_level: Option<OnlineLevel>,
    /// Day of its disclosure.
    pub published_on: NaiveDate,
    /// The decision that announces it.
    pub decision: Option<Decision>,
    /// How the procedure ended with it, if it did.
    pub ended_by: Option<Ending>,
    /// What replaces it.
    pub replaced_by: Option<String>,
    /// The decision by which it ended.
    pub end_decision: Option<Decision>,
    /// When its end was recorded.
    pub end_recorded_at: Option<DateTime<Utc>>,
}

impl VersionRow {
    /// What its state depends on.
    pub const fn dates(&self) -> Dates {
        Dates {
            effective_from: self.effective_from,
            effective_to: self.effective_to,
            published_on: self.published_on,
            ending: self.ended_by,
        }
    }
}

/// A draft, as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = procedure_drafts)]
pub struct DraftRow {
    /// The draft, as PUT takes it.
    pub content: serde_json::Value,
    /// When it was written.
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

impl From<&VersionRow> for ProcedureName {
    fn from(row: &VersionRow) -> Self {
        Self {
            procedure_code: row.procedure_code.clone(),
            version: row.version,
            name: row.name.clone(),
            field: row.field.clone(),
            field_name: row.field_name.clone(),
        }
    }
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
    versions.iter().find(|procedure| procedure.row.dates().in_force(day))
}

/// How often a procedure was changed, and its draft; `None` when there is no such procedure.
pub async fn standing<C>(conn: &mut C, code: &str) -> QueryResult<Option<(i32, Option<DraftRow>)>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let joined = procedures::table.left_join(procedure_drafts::table).filter(procedures::code.eq(code));
    let selected = joined.select((procedures::revision, Option::<DraftRow>::as_select()));
    selected.first(conn).await.optional()
}

/// A procedure with its versions, newest first, and what those say that are wanted.
pub struct WithVersions {
    /// How often it was changed.
    pub revision: i32,
    /// Its draft.
    pub draft: Option<DraftRow>,
    /// Its versions; of those that are wanted, what they say.
    pub versions: Vec<(Procedure, Option<Content>)>,
}

/// A procedure with its versions; `None` when there is none with this code. `wanted` says of which versions the content is read, by
/// their number and that of the newest.
pub async fn with_versions<C>(
    conn: &mut C,
    code: &str,
    wanted: impl Fn(i32, i32) -> bool,
) -> QueryResult<Option<WithVersions>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let Some((revision, draft)) = standing(conn, code).await? else { return Ok(None) };
    let (_, procedures) = versions_at(conn, code).await?;
    let newest = procedures.as_slice().first().map_or(0, |newest| newest.row.version);
    let mut versions = vec![];
    for procedure in procedures {
        let content = if wanted(procedure.row.version, newest) {
            Some(content(conn, procedure.row.id).await?)
        } else {
            None
        };
        versions.push((procedure, content));
    }
    Ok(Some(WithVersions { revision, draft, versions }))
}

/// What a version says to people.
pub async fn content<C>(conn: &mut C, version_id: i32) -> QueryResult<Content>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    procedure_versions::table.find(version_id).select(procedure_versions::content).first(conn).await
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
