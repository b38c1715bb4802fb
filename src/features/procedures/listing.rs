//! The list of procedures, the same for those with a key and for the public.

use super::json::{ProcedureBody, ProcedureFilter};
use super::queries::{self, Filter, Procedure};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::ids::ProcedureCode;
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::text::fold;
use crate::features::State;
use crate::http::error::{Code, Problem};
use crate::http::export::Whole;
use crate::http::input::Input;
use crate::http::list::List;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "procedures";

/// Answers with a page or the whole list. `caller` binds the cursors: a key, or nobody.
pub async fn answer(
    tree: &Arc<AgencyTree>,
    caller: &str,
    request: &HttpRequest,
    input: &Input,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<String>::of::<ProcedureFilter>(request, input, caller)?;
    let page = &list.page;
    if page.after.as_deref().is_some_and(|code| ProcedureCode::parse(code).is_err()) {
        return Err(Problem::new(Code::CursorMismatch));
    }
    let filter = read_filter(asked, tree, state)?;
    if list.is_whole {
        let tree = Arc::clone(tree);
        let whole = Whole { request, format: list.format, name: NAME, view: "", as_of: None };
        let show = async || Ok(move |procedure: Procedure| ProcedureBody::new(&procedure, &tree));
        return whole.answer(&state.slow, queries::Whole(filter), show).await;
    }
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let rows = queries::list(conn, &filter, page).await?;
            let total = if list.count { Some(queries::count(conn, &filter).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, Procedure::key);
    let items = rows.iter().map(|procedure| ProcedureBody::new(procedure, tree)).collect();
    list.answer(NAME, items, next, total).await
}

fn read_filter(asked: ProcedureFilter, tree: &AgencyTree, state: &State) -> Result<Filter, Refusal> {
    let agency = asked.agency.map(|code| {
        let unknown = || Refusal::parameter("agency", Rule::UnknownAgency, "no agency has this code");
        tree.find(&code).map(|agency| (agency.id, agency.level)).ok_or_else(unknown)
    });
    Ok(Filter {
        words: asked.q.map(|q| fold(&q).split(' ').take(20).map(Into::into).collect()).unwrap_or_default(),
        field: asked.field.map(|fields| fields.0),
        level: asked.level.map(|levels| levels.0),
        agency: agency.transpose()?,
        in_force_on: asked.in_force_on.map_or_else(|| state.clock.now().local_date(), Day::date),
    })
}
