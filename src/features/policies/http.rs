//! Handlers of `/v1/policies`.

use super::actions;
use super::json::{PolicyBody, PolicyFilter, PutPolicy};
use super::queries::PolicyRow;
use crate::domain::ids::Slug;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{AnyKey, CalendarWrite};
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(get_one).service(put_one);
}

/// List policies
///
/// The choices that were made where law, practice and the national index differ, by name. What no policy decides is as
/// the law has it (docs/deadlines.md).
#[utoipa::path(
    operation_id = "list_policies", tag = "policies", params(PolicyFilter), security(("key" = ["catalogue:read"])),
    responses((status = 200, description = "A page of policies.", body = PageOf<PolicyBody>))
)]
#[get("/v1/policies")]
async fn list(
    caller: Authorized<AnyKey>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, list) = List::<String>::of::<PolicyFilter>(&request, &input, &caller.key_id)?;
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let mut fitting: Vec<&PolicyRow> = policies.rows.iter().filter(|row| filter.fits(row)).collect();
    let total = list.narrow(&mut fitting, |row| row.name.clone());
    let rows = fitting.into_iter().map(|row| PolicyBody::new(row, &caller.tree)).collect();
    list.from_narrowed("policies", rows, total, |row| row.name.clone()).await
}

/// Get a policy
#[utoipa::path(
    operation_id = "get_policy", tag = "policies", security(("key" = ["catalogue:read"])),
    description = "The policy with a name.",
    params(("name" = Slug, Path, description = "Name of the policy.", example = "supplement-shift")),
    responses((status = 200, description = "The policy.", body = PolicyBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/policies/{name}")]
async fn get_one(
    caller: Authorized<AnyKey>,
    name: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let row = policies.rows.iter().find(|row| row.name == *name).ok_or(Refusal::NotFound)?;
    Ok(versioned(row.version, &PolicyBody::new(row, &caller.tree)))
}

/// Create or change a policy
///
/// Holds for dossiers that are received after it was written, on a day on which it is valid; those received before keep what
/// they have. Without `If-Match` it creates; a change needs `If-Match` with the policy's `ETag`. One without an agency
/// is everybody's and needs a key without roots.
#[utoipa::path(
    operation_id = "put_policy", tag = "policies", request_body = PutPolicy, security(("key" = ["calendar:write"])),
    params(
        ("name" = Slug, Path, description = "Name of the policy.", example = "supplement-shift"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the policy, to change it; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 200, description = "Changed.", body = PolicyBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
        (status = 201, description = "Created.", body = PolicyBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
    )
)]
#[put("/v1/policies/{name}")]
async fn put_one(
    caller: Authorized<CalendarWrite>,
    request: HttpRequest,
    name: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PutPolicy>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check(&name)?;
    let expects = |version| asked.if_match.check(version);
    let show = |row: &PolicyRow| {
        write::put(row.version, format!("/v1/policies/{}", row.name), &PolicyBody::new(row, &caller.tree))
    };
    let now = state.clock.now();
    let given = actions::put(&state.writer, &caller, now, &body, &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}
