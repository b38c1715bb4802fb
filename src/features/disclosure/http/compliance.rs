//! GET /v1/compliance.

use super::read;
use crate::domain::agency_tree::{Agency, AgencyId, ById};
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
use std::collections::BTreeSet;

/// List compliance by agency
///
/// How each agency that the key sees discloses what it is to disclose, by code: by itself, or with `below=true` together with the agencies
/// below it that the key sees. The states are exclusive and sum to `in_force`. Each number opens to its list: `violations` with the `state`.
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
    let everyone = agencies.clone();
    let total = list.narrow(&mut agencies, |id| caller.tree.code(*id).to_owned());
    let with = |id: AgencyId| {
        if asked.with_below() { caller.tree.subtree(id) } else { BTreeSet::from([id]) }
    };
    let meant: BTreeSet<AgencyId> = agencies.iter().flat_map(|id| with(*id)).collect();
    let counted: Vec<AgencyId> = everyone.into_iter().filter(|id| meant.contains(id)).collect();
    let known = read(&state, &as_of, &counted, period).await?;
    let own = |id: &AgencyId| {
        let agency = caller.tree.get(*id)?;
        Some((*id, Counts::of(agency, &caller.tree, &known, &caller.calendars, period)))
    };
    let own: ById<Counts> = counted.iter().filter_map(own).collect();
    let show = |agency: &Agency| {
        let mut counts = Counts::default();
        with(agency.id).iter().filter_map(|id| own.get(id)).for_each(|more| counts += *more);
        ComplianceBody::new(agency, &counts, &asked)
    };
    let rows = agencies.iter().filter_map(|id| caller.tree.get(*id)).map(show).collect();
    list.from_narrowed("compliance", rows, total, |row: &ComplianceBody| row.agency.code.clone()).await
}
