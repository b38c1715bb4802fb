//! The list of procedures: its filters, the search, its order.

use super::{Procedure, VersionRow, complete};
use crate::db::fingerprint::Fingerprint;
use crate::db::page::Page;
use crate::db::schema::{procedure_agencies, procedure_versions};
use crate::db::{RowSender, WholeList};
use crate::domain::agency_tree::AgencyId;
use crate::domain::catalogue::search::{Search, words};
use crate::domain::vocabulary::{Level, OnlineLevel};
use chrono::NaiveDate;
use diesel::dsl::{count_star, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};

/// Filters of a list of procedures.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What is searched for.
    pub search: Option<Search>,
    /// One of these fields.
    pub field: Option<Vec<String>>,
    /// Handled at one of these levels.
    pub level: Option<Vec<Level>>,
    /// Decided by this agency: listed, or of a level of the procedure when none is listed.
    pub agency: Option<(AgencyId, Level)>,
    /// With one of these levels of the online service.
    pub online_level: Option<Vec<OnlineLevel>>,
    /// In force on this day.
    pub in_force_on: NaiveDate,
    /// Disclosed by this day; `None`: or not.
    pub published_by: Option<NaiveDate>,
}

/// Where a procedure stands in the list: rank and length of what was searched in, then the code.
pub type Position = (i32, i32, String);

impl Filter {
    /// The position of a procedure. Without a search it is the code alone.
    pub fn position(&self, procedure: &Procedure) -> Position {
        let row = &procedure.row;
        let code = row.procedure_code.clone();
        let Some(search) = &self.search else { return (0, 0, code) };
        let text = words(&row.name).join(" ");
        // A name has at most 1,000 characters.
        let length = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
        (search.rank(&code, &text), length, code)
    }
}

define_sql_function! {
    /// Where a found procedure stands among the others; the rule is `Search::rank`.
    fn procedure_rank(code: Text, search_text: Text, asked_code: Text, asked_words: Text) -> Integer;
}

define_sql_function! {
    /// Whether a text has the words of a query; an index serves it.
    fn procedure_has_words(search_text: Text, query: Text) -> Bool;
}

/// Rows that an export reads at once, for limits and agencies come with queries of their own.
const ROWS_AT_ONCE: i64 = 200;

type Versions<'a> = diesel::dsl::IntoBoxed<'a, procedure_versions::table, Pg>;

fn filtered(filter: &Filter) -> Versions<'_> {
    use procedure_versions as v;
    let day = filter.in_force_on;
    let mut query = v::table.into_boxed().filter(v::effective_from.le(day));
    query = query.filter(v::effective_to.is_null().or(v::effective_to.gt(day)));
    if let Some(day) = filter.published_by {
        query = query.filter(v::published_on.le(day));
    }
    if let Some(search) = &filter.search {
        let has_words = procedure_has_words(v::search_text, search.ts_query());
        // A pattern of letters, digits and points has no wildcard, and the index on codes serves it.
        let has_code = v::procedure_code.like(format!("{}%", search.code));
        query = match (search.code.is_empty(), search.words.is_empty()) {
            (true, true) => query.filter(false.into_sql::<Bool>()),
            (false, true) => query.filter(has_code),
            (true, false) => query.filter(has_words),
            (false, false) if search.either => query.filter(has_code.or(has_words)),
            (false, false) => query.filter(has_code.and(has_words)),
        };
    }
    if let Some(levels) = &filter.online_level {
        let levels: Vec<&str> = levels.iter().map(|level| level.as_str()).collect();
        query = query.filter(v::online_level.eq_any(levels));
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

/// A page of procedures: by code, or with a search the nearest first.
pub async fn list<C>(conn: &mut C, filter: &Filter, page: &Page<Position>) -> QueryResult<Vec<Procedure>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use procedure_versions as v;
    let mut query = filtered(filter).limit(page.fetch());
    let rows: Vec<VersionRow> = if let Some(search) = &filter.search {
        let rank = || procedure_rank(v::procedure_code, v::search_text, &search.code, search.phrase());
        if let Some((after_rank, after_length, after_code)) = &page.after {
            let behind = v::procedure_code.gt(after_code);
            let behind = v::search_length.eq(*after_length).and(behind);
            let behind = v::search_length.gt(*after_length).or(behind);
            query = query.filter(rank().gt(*after_rank).or(rank().eq(*after_rank).and(behind)));
        }
        let order = || (rank(), v::search_length, v::procedure_code);
        // Of all that is found only the ids are sorted, and of the page alone whole rows.
        let nearest = v::table.filter(v::id.eq_any(query.order(order()).select(v::id)));
        nearest.order(order()).select(VersionRow::as_select()).load(conn).await?
    } else {
        if let Some((_, _, after_code)) = &page.after {
            query = query.filter(v::procedure_code.gt(after_code));
        }
        query.order(v::procedure_code).select(VersionRow::as_select()).load(conn).await?
    };
    complete(conn, rows).await
}

/// The whole list.
pub struct Whole(pub Filter);

impl WholeList for Whole {
    type Row = Procedure;

    /// A version never changes but for its end; what a day changes of its state is in the view of the answer.
    async fn fingerprint(&self, conn: &mut AsyncPgConnection) -> QueryResult<Fingerprint> {
        let digest = sql::<Nullable<BigInt>>(
            "bit_xor(hashtextextended(concat(effective_to, ended_by, replaced_by), id))",
        );
        let query = filtered(&self.0).select((count_star(), digest));
        Ok(query.first::<(i64, Option<i64>)>(conn).await?.into())
    }

    async fn send(&self, conn: &mut AsyncPgConnection, sender: &RowSender<Procedure>) -> QueryResult<()> {
        let mut page = Page { limit: ROWS_AT_ONCE, after: None };
        loop {
            let (rows, next) = page.cut(list(conn, &self.0, &page).await?, |row| self.0.position(row));
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
