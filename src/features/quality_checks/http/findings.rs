//! GET /v1/quality-checks/{check}.

use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::QualityCheck;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::procedures::names::Names;
use crate::features::quality_checks::json::{FindingRow, FindingsFilter};
use crate::features::quality_checks::queries::{self, FoundRow, Key};
use crate::http::error::Problem;
use crate::http::export::Whole;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::Arc;

/// Name of the files that hold a list.
const NAME: &str = "quality-checks";

/// List what a check of data quality finds
///
/// As many dossiers as its count in `/v1/quality-checks` with the same parameters, the latest receipt first, each with what the check saw.
#[utoipa::path(
    operation_id = "list_quality_findings", tag = "quality checks", security(("key" = ["reports:read"])),
    params(("check" = QualityCheck, Path, description = "The check.", example = "overdue_without_apology"), FindingsFilter),
    responses((status = 200, description = "A page of dossiers.", body = PageOf<FindingRow>))
)]
#[get("/v1/quality-checks/{check}")]
pub(super) async fn list(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    check: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let check: QualityCheck = check.parse().map_err(|_| Refusal::NotFound)?;
    let (asked, list) = List::<Key>::of::<FindingsFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let filter = asked.read(check, &caller, &as_of)?;
    let (tree, calendars, now) = (Arc::clone(&caller.tree), Arc::clone(&caller.calendars), as_of.now);
    let show = move |names: Arc<Names>| {
        move |row: FoundRow| {
            let procedure = names.of(row.dossier.procedure_version_id);
            FindingRow::new(row, check, procedure, (&tree, &calendars, now))
        }
    };
    if list.is_whole {
        let view = format!("{} {check}", as_of.view());
        let whole =
            Whole { request: &request, format: list.format, name: NAME, view: &view, as_of: as_of.known };
        let show = async || Ok(show(state.names.fresh(&state.reader).await?));
        return whole.answer(&state.slow, queries::Whole(filter), show).await;
    }
    let (rows, total) = state
        .slow
        .snapshot(as_of.known, async |conn| {
            let rows = queries::page(conn, &filter, &list.page).await?;
            let total = if list.count { Some(queries::count(conn, &filter).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = list.page.cut(rows, FoundRow::key);
    let versions = rows.iter().map(|row| row.dossier.procedure_version_id);
    let names = state.names.with(versions, &state.reader).await?;
    list.answer(NAME, rows.into_iter().map(show(names)).collect(), next, total).await
}
