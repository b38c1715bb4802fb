//! GET /v1/agencies/{code}/procedures, GET and PUT /v1/agencies/{code}/procedures/{procedure}.

use super::read;
use crate::domain::agency_tree::Agency;
use crate::domain::ids::{AgencyCode, ProcedureCode};
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::as_of::{AsOf, AsOfParameter};
use crate::features::auth::scope::{AnyKey, CatalogueWrite};
use crate::features::auth::{Authorized, Principal};
use crate::features::disclosure::actions;
use crate::features::disclosure::assess::{self, Item};
use crate::features::disclosure::json::{DisclosureBody, ItemBody, ItemFilter, PutDisclosure};
use crate::features::disclosure::queries::DisclosureRow;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
use actix_web::{HttpRequest, HttpResponse, get, put, web};

/// Name of the files that hold the list.
const NAME: &str = "agency-procedures";

/// List the procedures of an agency
///
/// Those in force on the last day of the period that the agency decides or was assigned, and those of which it recorded anything, by
/// code: what it discloses, through when it is to disclose, and how it stands.
#[utoipa::path(
    operation_id = "list_agency_procedures", tag = "disclosure", security(("key" = ["catalogue:read"])),
    params(("code" = AgencyCode, Path, description = "Any code of the agency.", example = "H51.29.05"), ItemFilter),
    responses((status = 200, description = "A page of procedures.", body = PageOf<ItemBody>))
)]
#[get("/v1/agencies/{code}/procedures")]
pub(super) async fn list(
    caller: Authorized<AnyKey>,
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<String>::of::<ItemFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let period = asked.period(as_of.now.local_date())?;
    let agency = seen(&caller, &code)?;
    let known = read(&state, &as_of, &[agency.id], period).await?;
    let items = assess::of_agency(agency, &known, &caller.calendars, period);
    let mut fitting: Vec<Item<'_>> = items.filter(|item| asked.fits(item)).collect();
    let total = list.narrow(&mut fitting, |item| item.version.procedure_code.clone());
    let rows = fitting.iter().map(ItemBody::new).collect();
    list.from_narrowed(NAME, rows, total, |row: &ItemBody| row.procedure_code.clone()).await
}

/// Get a procedure of an agency
///
/// As the list shows it, with the `ETag` that a change needs.
#[utoipa::path(
    operation_id = "get_agency_procedure", tag = "disclosure", security(("key" = ["catalogue:read"])),
    params(
        ("code" = AgencyCode, Path, description = "Any code of the agency.", example = "H51.29.05"),
        ("procedure" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"), AsOfParameter,
    ),
    responses((status = 200, description = "The procedure.", body = ItemBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/agencies/{code}/procedures/{procedure}")]
pub(super) async fn get_one(
    caller: Authorized<AnyKey>,
    path: web::Path<(String, String)>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: AsOfParameter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let nothing = ItemFilter::default();
    let period = nothing.period(as_of.now.local_date())?;
    let (code, procedure) = path.into_inner();
    let agency = seen(&caller, &code)?;
    let known = read(&state, &as_of, &[agency.id], period).await?;
    let found = assess::of_agency(agency, &known, &caller.calendars, period)
        .find(|item| item.version.procedure_code == procedure)
        .ok_or(Refusal::NotFound)?;
    let version = found.own.map_or(0, |own| own.version);
    Ok(versioned(version, &ItemBody::new(&found)))
}

/// Record what an agency discloses
///
/// Which version of a procedure it disclosed and when, when it last verified that, and whether it is to disclose the procedure at all; by a
/// key that governs the agency. Without `If-Match` it records the first; a change needs `If-Match` with the `ETag`. Nothing is
/// overwritten: answers as of an earlier instant stay as they were.
#[utoipa::path(
    operation_id = "put_agency_procedure", tag = "disclosure", request_body = PutDisclosure, security(("key" = ["catalogue:write"])),
    params(
        ("code" = AgencyCode, Path, description = "Any code of the agency.", example = "H51.29.05"),
        ("procedure" = ProcedureCode, Path, description = "Code of the procedure.", example = "1.004873"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the procedure of the agency, to change it; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 200, description = "Changed.", body = DisclosureBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
        (status = 201, description = "Recorded.", body = DisclosureBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
    )
)]
#[put("/v1/agencies/{code}/procedures/{procedure}")]
pub(super) async fn put_one(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PutDisclosure>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check(&path.0, &path.1)?;
    let expects = |version| asked.if_match.check(version);
    let show = |row: &DisclosureRow| {
        let agency = caller.tree.code(row.agency_id);
        let location = format!("/v1/agencies/{agency}/procedures/{}", row.procedure_code);
        write::put(row.version, location, &DisclosureBody::new(row, agency))
    };
    let now = state.clock.now();
    let given = actions::put(&state.writer, &caller, now, &body, &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}

/// An agency that the caller sees.
fn seen<'a>(caller: &'a Principal, code: &str) -> Result<&'a Agency, Refusal> {
    let found = caller.tree.find(code).filter(|agency| caller.visible.contains(agency.id));
    found.ok_or(Refusal::NotFound)
}
