//! GET /v1/reports/resolution/cells/{row}/{column}.

use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::{Column, Level, ReportBy};
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::ReportsRead;
use crate::features::auth::{Authorized, Principal};
use crate::features::procedures::names::Names;
use crate::features::reports::json::{CellFilter, PlaceBody};
use crate::features::reports::listing::Listing;
use crate::features::reports::queries::places::{Cell, Key, PlacedRow};
use crate::features::reports::queries::sums::Asked;
use crate::features::reports::table::TOTAL;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "report-dossiers";

/// List the dossiers behind a number
///
/// The dossiers that a cell of `/v1/reports/resolution` counts, with the parameters of the report: as many as its number, the latest
/// receipt first. `row` is the key of a row, or `total`. Give the `as_of` of the report to see what it saw.
#[utoipa::path(
    operation_id = "list_report_dossiers", tag = "reports", security(("key" = ["reports:read"])),
    params(
        ("row" = String, Path, description = "Key of the row, or `total`.", example = "ho-tich"),
        ("column" = Column, Path, description = "The column.", example = "received_total"),
        CellFilter,
    ),
    responses((status = 200, description = "A page of dossiers.", body = PageOf<PlaceBody>))
)]
#[get("/v1/reports/resolution/cells/{row}/{column}")]
pub(super) async fn dossiers(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, list) = List::<Key>::of::<CellFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let asked = filter.asked(&caller, as_of.now)?;
    let row = (filter.by(), path.0.as_str(), path.1.as_str());
    Opened { request: &request, list: &list, as_of: &as_of, caller: &caller, state: &state }
        .answer(&asked, row)
        .await
}

/// A number that somebody opens.
pub(super) struct Opened<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The list as it was asked for.
    pub list: &'a List<Key>,
    /// As of when.
    pub as_of: &'a AsOf,
    /// Who asks, as they were then.
    pub caller: &'a Principal,
    /// What handlers work with.
    pub state: &'a State,
}

impl Opened<'_> {
    /// Answers with the dossiers behind a number: what rows are for, the key of the row, and the column.
    pub(super) async fn answer(
        &self,
        asked: &Asked,
        (by, row, column): (ReportBy, &str, &str),
    ) -> Result<HttpResponse, Problem> {
        let Self { request, list, as_of, caller, state } = *self;
        let names = state.names.fresh(&state.reader).await?;
        let column: Column = column.parse().map_err(|_| Refusal::NotFound)?;
        let cell = cell(asked, (by, row, column), &names, caller).ok_or(Refusal::NotFound)?;
        let (frame, tree, calendars) = (asked.frame, Arc::clone(&caller.tree), Arc::clone(&caller.calendars));
        let show = move |row: PlacedRow| {
            let procedure = names.of(row.procedure_version_id);
            PlaceBody::new(row, frame, procedure, &tree, &calendars)
        };
        Listing { request, list, as_of, slow: &state.slow, name: NAME }.answer(cell, show).await
    }
}

/// The cell of a row and a column; `None`: there is no such row.
fn cell(
    asked: &Asked,
    (by, row, column): (ReportBy, &str, Column),
    names: &Names,
    caller: &Principal,
) -> Option<Cell> {
    let (frame, agencies) = (asked.frame, asked.agencies.clone());
    let all = Cell { frame, column, by_index: None, agencies, versions: None };
    let meant = |id: &i32| asked.agencies.as_ref().is_none_or(|agencies| agencies.contains(id));
    let versions = |ids: Vec<i32>| (!ids.is_empty()).then_some(ids);
    match by {
        _ if row == TOTAL => Some(all),
        ReportBy::Field => {
            let versions = versions(names.versions_of(|name| name.field == row))?;
            Some(Cell { versions: Some(versions), ..all })
        }
        ReportBy::Procedure => {
            let versions = versions(names.versions_of(|name| name.procedure_code == row))?;
            Some(Cell { versions: Some(versions), ..all })
        }
        ReportBy::Agency => {
            let agency = caller.tree.find(row).filter(|agency| meant(&agency.id))?;
            Some(Cell { agencies: Some(vec![agency.id]), ..all })
        }
        ReportBy::Level => {
            let level: Level = row.parse().ok()?;
            let of_level = caller.tree.all().into_iter().filter(|agency| agency.level == level);
            let agencies = of_level.map(|agency| agency.id).filter(meant).collect();
            Some(Cell { agencies: Some(agencies), ..all })
        }
    }
}
