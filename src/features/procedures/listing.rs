//! The list of procedures, the same for those with a key and for the public.

use super::json::{Narrowed, ProcedureBody};
use super::queries::{self, Filter, Position, Procedure};
use crate::db::Slow;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::catalogue::search::Search;
use crate::domain::ids::ProcedureCode;
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule};
use crate::features::as_of::AsOf;
use crate::http::error::{Code, Problem};
use crate::http::export::Whole;
use crate::http::list::List;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "procedures";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A key, which sees everything.
    Key,
    /// The public, which sees what is disclosed by now.
    Public,
}

/// Answers with a page or the whole list, by the agency tree of then.
pub async fn answer(
    request: &HttpRequest,
    (list, asked): (List<Position>, Narrowed),
    (tree, as_of, who): (&Arc<AgencyTree>, &AsOf, Who),
    slow: &Slow,
) -> Result<HttpResponse, Problem> {
    let page = &list.page;
    if page.after.as_ref().is_some_and(|(_, _, code)| ProcedureCode::parse(code).is_err()) {
        return Err(Problem::new(Code::CursorMismatch));
    }
    let today = as_of.now.local_date();
    let filter = read_filter(asked, tree, today, (who == Who::Public).then_some(today))?;
    let (day, search) = (filter.in_force_on, filter.search.clone());
    let body = move |procedure: &Procedure, tree: &AgencyTree| {
        ProcedureBody::new(procedure, tree, day).found(search.as_ref())
    };
    if list.is_whole {
        let tree = Arc::clone(tree);
        // The day decides what the states are; a search shows where it matches.
        let view = format!("{day} {:?} {:?} {:?}", filter.published_by, filter.search, as_of.known);
        let whole = Whole { request, format: list.format, name: NAME, view: &view, as_of: as_of.known };
        let bodies = async || Ok(move |procedure: Procedure| body(&procedure, &tree));
        return whole.answer(slow, queries::Whole(filter), bodies).await;
    }
    let (rows, total) = slow
        .snapshot(as_of.known, async |conn| {
            let rows = queries::list(conn, &filter, page).await?;
            let total = if list.count { Some(queries::count(conn, &filter).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, |row| filter.position(row));
    let items = rows.iter().map(|procedure| body(procedure, tree)).collect();
    list.answer(NAME, items, next, total).await
}

fn read_filter(
    asked: Narrowed,
    tree: &AgencyTree,
    today: NaiveDate,
    published_by: Option<NaiveDate>,
) -> Result<Filter, Refusal> {
    let agency = asked.agency.map(|code| {
        let unknown = || Refusal::parameter("agency", Rule::UnknownAgency, "no agency has this code");
        tree.find(&code).map(|agency| (agency.id, agency.level)).ok_or_else(unknown)
    });
    Ok(Filter {
        search: asked.q.as_deref().and_then(Search::read),
        field: asked.field.map(|fields| fields.0),
        level: asked.level.map(|levels| levels.0),
        agency: agency.transpose()?,
        online_level: asked.online_level.map(|levels| levels.0),
        in_force_on: asked.in_force_on.map_or(today, Day::date),
        published_by,
    })
}
