//! The list of procedures, the same for those with a key and for the public.

use super::json::{ProcedureBody, ProcedureFilter};
use super::queries::{self, Filter};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::ids::ProcedureCode;
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::text::fold;
use crate::features::State;
use crate::http::error::{Code, Problem};
use crate::http::input::Input;
use crate::http::page::Binding;
use actix_web::{HttpRequest, HttpResponse};

/// Answers with a page. `caller` binds its cursor: a key, or nobody.
pub async fn page(
    tree: &AgencyTree,
    caller: &str,
    request: &HttpRequest,
    input: &Input,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let asked: ProcedureFilter = input.query()?;
    let binding = Binding::of(request, input, caller);
    let page = binding.page::<String>(asked.limit, asked.cursor.as_deref())?;
    if page.after.as_deref().is_some_and(|code| ProcedureCode::parse(code).is_err()) {
        return Err(Problem::new(Code::CursorMismatch));
    }
    let count = asked.count;
    let filter = read_filter(asked, tree, state)?;
    let (rows, total) = state
        .slow
        .snapshot(async |conn| {
            let rows = queries::list(conn, &filter, &page).await?;
            let total = if count.is_some() { Some(queries::count(conn, &filter).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, |procedure| procedure.row.procedure_code.clone());
    Ok(binding.answer(rows.iter().map(|p| ProcedureBody::new(p, tree)).collect(), next, total))
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
