//! GET /v1/compliance.

use super::read;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::disclosure::assess::Counts;
use crate::features::disclosure::json::{ComplianceBody, ComplianceFilter};
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// List compliance by agency
///
/// How each agency that the key sees discloses what it is to disclose, without the agencies below it, by code. The states are exclusive and
/// sum to `in_force`; each number is that of `/v1/agencies/{code}/procedures` with the same `state` and period.
#[utoipa::path(
    operation_id = "list_compliance", tag = "disclosure", params(ComplianceFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "A page of agencies.", body = PageOf<ComplianceBody>))
)]
#[get("/v1/compliance")]
pub(super) async fn list(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (mut asked, list) = List::<String>::of::<ComplianceFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let period = asked.period(as_of.now.local_date())?;
    let mut agencies = asked.agencies(&caller, period)?;
    let total = list.narrow(&mut agencies, |id| caller.tree.code(*id).to_owned());
    let known = read(&state, &as_of, &agencies, period).await?;
    let seen = agencies.iter().filter_map(|id| caller.tree.get(*id));
    let show = |agency| {
        ComplianceBody::new(
            agency,
            &Counts::of(agency, &caller.tree, &known, &caller.calendars, period),
            &asked,
        )
    };
    let rows: Vec<ComplianceBody> = seen.map(show).collect();
    list.from_narrowed("compliance", rows, total, |row| row.agency.code.clone()).await
}
