//! Handlers of `/v1/agencies`.

use super::actions;
use super::json::{AgencyBody, AgencyFilter, PutAgency};
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::ids::AgencyCode;
use crate::domain::refusal::{Refusal, Rule};
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{Admin, AnyKey};
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

/// List agencies
///
/// In the order of their codes.
#[utoipa::path(
    operation_id = "list_agencies", tag = "agencies", params(AgencyFilter), security(("key" = ["catalogue:read"])),
    responses((status = 200, description = "A page of agencies.", body = PageOf<AgencyBody>))
)]
#[get("/v1/agencies")]
async fn list(
    caller: Authorized<AnyKey>,
    request: HttpRequest,
    input: Input,
) -> Result<HttpResponse, Problem> {
    let (filter, list) = List::<String>::of::<AgencyFilter>(&request, &input, &caller.key_id)?;
    let tree = &caller.tree;
    let mut matching = matching(&filter, tree)?;
    let total = list.narrow(&mut matching, |agency| agency.code.clone());
    let rows = matching.into_iter().map(|agency| AgencyBody::new(agency, tree)).collect();
    list.from_narrowed("agencies", rows, total, |row| row.code.clone()).await
}

/// The agencies that fit a filter, by code.
fn matching<'a>(filter: &AgencyFilter, tree: &'a AgencyTree) -> Result<Vec<&'a Agency>, Refusal> {
    let find = |name: &str, code: &Option<String>| match code {
        None => Ok(None),
        Some(code) => match tree.find(code) {
            Some(agency) => Ok(Some(agency.id)),
            None => Err(Refusal::parameter(name, Rule::UnknownAgency, "no agency has this code")),
        },
    };
    let subtree = find("subtree_of", &filter.subtree_of)?.map(|root| tree.subtree(root));
    let parent = find("parent", &filter.parent)?;
    let mut all = tree.all();
    all.retain(|agency| {
        subtree.as_ref().is_none_or(|ids| ids.contains(&agency.id))
            && parent.is_none_or(|id| agency.parent == Some(id))
            && filter.level.as_ref().is_none_or(|levels| levels.0.contains(&agency.level))
            && filter.valid_on.is_none_or(|day| agency.validity.contains(day.date()))
    });
    Ok(all)
}

/// Get an agency
///
/// Any of its codes finds it, old or new.
#[utoipa::path(
    operation_id = "get_agency", tag = "agencies", security(("key" = ["catalogue:read"])),
    params(("code" = AgencyCode, Path, description = "Any code of the agency.", example = "H51.29.05")),
    responses((status = 200, description = "The agency.", body = AgencyBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/agencies/{code}")]
async fn get_one(
    caller: Authorized<AnyKey>,
    code: web::Path<String>,
    input: Input,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let agency = caller.tree.find(&code).ok_or(Refusal::NotFound)?;
    Ok(versioned(agency.version, &AgencyBody::new(agency, &caller.tree)))
}

/// Create or change an agency
///
/// Without `If-Match` it creates; a change needs `If-Match` with the agency's `ETag`. The main code of an agency
/// never changes. The parent must lie in the scope of the key.
#[utoipa::path(
    operation_id = "put_agency", tag = "agencies", request_body = PutAgency, security(("key" = ["admin"])),
    params(
        ("code" = AgencyCode, Path, description = "Main code of a new agency, any code of an existing one.", example = "H51.29.05"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the agency, to change it; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 200, description = "Changed.", body = AgencyBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
        (status = 201, description = "Created.", body = AgencyBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
        (status = 409),
    )
)]
#[put("/v1/agencies/{code}")]
async fn put_one(
    caller: Authorized<Admin>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PutAgency>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check(&code)?;
    let expects = |version| asked.if_match.check(version);
    let show = |agency: &Agency, tree: &AgencyTree| {
        let address = format!("/v1/agencies/{}", agency.code);
        write::put(agency.version, address, &AgencyBody::new(agency, tree))
    };
    let now = state.clock.now();
    let given = actions::put(&state.writer, &caller, now, body, &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}
