//! Reads what the checks find: `conditions` has one condition for each, which the counts, the pages and the exports here share; `bulk` reads
//! what one of them needs to know first. All statements of an answer run on one snapshot.

mod bulk;
mod conditions;

use crate::db::fingerprint::{self, Fingerprint};
use crate::db::page::Page;
use crate::db::schema::dossiers;
use crate::db::{RowSender, WholeList};
use crate::domain::agency_tree::AgencyId;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::vocabulary::{Channel, QualityCheck, QualitySpan, Status};
use crate::features::auth::Visible;
use crate::features::dossiers::queries::visible::{self, Dossiers, Narrow};
use crate::features::overdue::queries::mirror::Moment;
use bulk::Bulk;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count_star, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::TryStreamExt;
use std::sync::Arc;
use uuid::Uuid;

/// Position in a list: receipt, or submission, and id of a dossier.
pub type Key = (Instant, Uuid);

/// What a check is asked for.
#[derive(Clone)]
pub struct Filter {
    /// The check.
    pub check: QualityCheck,
    /// The period.
    pub period: Period,
    /// What any list can be narrowed to.
    pub narrow: Narrow,
    /// What the caller sees.
    pub visible: Visible,
    /// The moment by which it is judged.
    pub moment: Moment,
    /// The calendars at that moment.
    pub calendars: Arc<Calendars>,
}

impl Filter {
    /// More than how many working days or times; 0 of a check without.
    fn threshold(&self) -> usize {
        let threshold = self.check.threshold(self.now().local_date());
        threshold.and_then(|it| usize::try_from(it.value).ok()).unwrap_or(0)
    }

    fn now(&self) -> Instant {
        self.moment.now.into()
    }
}

/// A dossier in which a check finds something.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
#[allow(missing_docs)] // The columns are explained in the migrations.
pub struct DossierFound {
    pub id: Uuid,
    pub code: String,
    pub procedure_version_id: i32,
    pub channel: Channel,
    pub receiving_agency_id: AgencyId,
    pub competent_agency_id: AgencyId,
    pub status: Status,
    pub submitted_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    pub filed_at: DateTime<Utc>,
    pub due_on: Option<NaiveDate>,
    pub ended_at: Option<DateTime<Utc>>,
    pub appointed_at: Option<DateTime<Utc>>,
    pub last_event_at: DateTime<Utc>,
}

/// The same with what was seen that its columns do not tell.
#[derive(Clone, Debug)]
pub struct FoundRow {
    /// The dossier.
    pub dossier: DossierFound,
    /// Pairs of days.
    pub days: Vec<(NaiveDate, NaiveDate)>,
    /// A number.
    pub number: Option<i64>,
}

impl FoundRow {
    /// Its position in a list.
    pub fn key(&self) -> Key {
        (self.dossier.filed_at.into(), self.dossier.id)
    }

    fn new((dossier, first, second, number): Loaded, bulk: &Bulk) -> Self {
        let in_bulk = bulk.on(dossier.competent_agency_id, dossier.ended_at.map(Instant::from));
        Self {
            dossier,
            days: first.into_iter().zip(second).collect(),
            number: number.map(i64::from).or(in_bulk),
        }
    }
}

type Loaded = (DossierFound, Vec<NaiveDate>, Vec<NaiveDate>, Option<i32>);

/// What a condition needs to know first.
async fn bulk(conn: &mut AsyncPgConnection, filter: &Filter) -> QueryResult<Bulk> {
    let now = filter.now();
    let threshold = filter.check.threshold(now.local_date());
    let Some((percent, least)) = threshold.and_then(|it| Some((it.value, it.least?))) else {
        return Ok(Bulk::default());
    };
    let agencies = filter.narrow.competent.as_ref();
    let (period, calendars) = (filter.period, &*filter.calendars);
    Bulk::read(conn, &bulk::Asked { period, now, least: (percent, least), agencies, calendars }).await
}

/// The dossiers in which a check finds something.
fn found<'a>(filter: &Filter, bulk: &Bulk) -> Dossiers<'a> {
    let query = visible::seen(&filter.visible, &filter.narrow).filter(conditions::finds(filter, bulk));
    if filter.check.span() == Some(QualitySpan::Received) {
        let (from, to) = filter.period.instants();
        return query.filter(dossiers::filed_at.ge(from).and(dossiers::filed_at.lt(to)));
    }
    query
}

/// The latest receipt first.
fn ordered<'a>(filter: &Filter, bulk: &Bulk) -> Dossiers<'a> {
    found(filter, bulk).order((dossiers::filed_at.desc(), dossiers::id.desc()))
}

/// What a row is made of.
macro_rules! row {
    ($filter:expr) => {{
        let (first, second, number) = conditions::seen_in($filter.check);
        (
            DossierFound::as_select(),
            sql::<Array<Date>>(first),
            sql::<Array<Date>>(second),
            sql::<Nullable<Integer>>(number),
        )
    }};
}

/// A page of a list.
pub async fn page(
    conn: &mut AsyncPgConnection,
    filter: &Filter,
    page: &Page<Key>,
) -> QueryResult<Vec<FoundRow>> {
    use dossiers as d;
    let bulk = bulk(conn, filter).await?;
    let mut query = ordered(filter, &bulk).limit(page.fetch());
    if let Some((at, id)) = page.after.map(|(at, id)| (at.utc(), id)) {
        // No row comparison in Diesel: this form keeps the bound of the index.
        query = query.filter(d::filed_at.le(at).and(d::filed_at.lt(at).or(d::id.lt(id))));
    }
    let rows: Vec<Loaded> = query.select(row!(filter)).load(conn).await?;
    Ok(rows.into_iter().map(|row| FoundRow::new(row, &bulk)).collect())
}

/// How many dossiers are in a list.
pub async fn count(conn: &mut AsyncPgConnection, filter: &Filter) -> QueryResult<i64> {
    let bulk = bulk(conn, filter).await?;
    found(filter, &bulk).count().get_result(conn).await
}

/// How many dossiers of a list each agency decides; those that decide none are left out.
pub async fn by_agency(conn: &mut AsyncPgConnection, filter: &Filter) -> QueryResult<Vec<(AgencyId, i64)>> {
    let bulk = bulk(conn, filter).await?;
    Counted(found(filter, &bulk).select(dossiers::competent_agency_id)).load(conn).await
}

/// Counts equal rows of a query of one column. Diesel groups no query that was put together at run time.
struct Counted<Rows>(Rows);

impl<Rows> QueryId for Counted<Rows> {
    type QueryId = ();
    // Known by its text, as the query in it is.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Rows> Query for Counted<Rows> {
    type SqlType = (Integer, BigInt);
}

impl<Rows: QueryFragment<Pg>> QueryFragment<Pg> for Counted<Rows> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT agency, count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS found (agency) GROUP BY agency");
        Ok(())
    }
}

/// A whole list.
pub struct Whole(pub Filter);

impl WholeList for Whole {
    type Row = FoundRow;

    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let bulk = bulk(conn, &self.0).await?;
        let digest = fingerprint::all_of(fingerprint::hash_of(dossiers::id, dossiers::version));
        let query = found(&self.0, &bulk).select((count_star(), digest));
        Ok(query.first::<(i64, Option<i64>)>(conn).await?.into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<FoundRow>) -> QueryResult<()> {
        let bulk = bulk(conn, &self.0).await?;
        let query = ordered(&self.0, &bulk).select(row!(self.0));
        let rows = query.load_stream::<Loaded>(conn).await?;
        sender.send_all(rows.map_ok(|row| FoundRow::new(row, &bulk))).await
    }
}
