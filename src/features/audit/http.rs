//! The handler of `/v1/audit`.

use super::json::{AuditBody, AuditFilter};
use super::queries::list;
use crate::features::State;
use crate::features::auth::queries::list::below;
use crate::features::auth::scope::AuditRead;
use crate::features::auth::{Authorized, Principal, Visible};
use crate::http::error::Problem;
use crate::http::export::Whole;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// Name of the files that hold the list.
const NAME: &str = "audit";

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_all);
}

/// List the audit trail
///
/// Every change, newest first: who, what, when, from where, why, by which request, and what it was before where a value was overwritten. It
/// holds no personal data. A key that sees every agency is shown all of it. A key with roots is shown what keys did whose roots all lie
/// within its own, itself included; never what commands, the service by itself or keys above did, even to an agency of its own.
#[utoipa::path(
    operation_id = "list_audit", tag = "audit", params(AuditFilter), security(("key" = ["audit:read"])),
    responses((status = 200, description = "A page of the audit trail.", body = PageOf<AuditBody>))
)]
#[get("/v1/audit")]
async fn list_all(
    caller: Authorized<AuditRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<list::Key>::of::<AuditFilter>(&request, &input, &caller.key_id)?;
    let filter = asked.read(actors(&caller, &state).await?)?;
    if list.is_whole {
        let whole = Whole { request: &request, format: list.format, name: NAME, view: "", as_of: None };
        return whole.answer(&state.slow, list::Whole(filter), async || Ok(AuditBody::new)).await;
    }
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let rows = list::page(conn, &filter, &list.page).await?;
            Ok((rows, if list.count { Some(list::count(conn, &filter).await?) } else { None }))
        })
        .await?;
    let (rows, next) = list.page.cut(rows, |row| (row.recorded_at.into(), row.id));
    list.answer(NAME, rows.into_iter().map(AuditBody::new).collect(), next, total).await
}

/// Those whose doings the caller is shown; `None`: all.
async fn actors(caller: &Principal, state: &State) -> Result<Option<Vec<String>>, Problem> {
    let Visible::Of(governed) = &caller.governed else { return Ok(None) };
    let governed: Vec<_> = governed.iter().copied().collect();
    let keys = state.slow.read(async |conn| below(conn, &governed).await).await?;
    Ok(Some(keys.iter().map(|id| format!("key:{id}")).collect()))
}
