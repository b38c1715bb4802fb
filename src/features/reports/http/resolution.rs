//! GET /v1/reports/resolution.

use super::printed::Reader;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::reports::json::{PRINTED, ReportFilter, ResolutionBody, RowBody};
use crate::features::reports::numbers::Numbers;
use crate::features::reports::printed::{Printed, Span};
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::export;
use crate::http::format::Format;
use crate::http::input::Input;
use actix_web::{HttpResponse, get, web};
use futures_util::future::try_join;

/// Name of the files that hold the report.
const NAME: &str = "resolution";

/// Report how procedures were handled
///
/// Form II.06 of TT 01/2020/TT-VPCP for any period of up to a year: what came in, what ended and what is pending, by field, agency,
/// procedure or level. A dossier is where it was at the last instant of the period, whatever happened later; what was recorded later
/// about the period counts, and `late_recorded` names what it changed. Each cell is the number of dossiers at
/// `/v1/reports/resolution/cells/{row}/{column}` with the same parameters. As CSV or NDJSON: the rows, then the total. As XLSX: the form
/// as an office sends it, with the dossiers that ended late or are overdue on a second sheet. As HTML: one page with
/// charts, without scripts, that prints to one A4.
#[utoipa::path(
    operation_id = "report_resolution", tag = "reports", params(ReportFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "The report.", content(
        (ResolutionBody = "application/json"), (RowBody = "application/x-ndjson"), (String = "text/html"),
    )))
)]
#[get("/v1/reports/resolution")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, format) =
        input.query_and_format(PRINTED, |asked: &ReportFilter| asked.format.map(Format::from))?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let asked = filter.asked(&caller, as_of.now)?;
    let to = Reader { state: &state, as_of: &as_of, caller: &caller };
    // Beside each other: a page asks for twice as much.
    let months = async {
        match format {
            Format::Html => to.months(&asked).await,
            _ => Ok(vec![]),
        }
    };
    let numbers = Numbers::read(&state.slow, as_of.known, &asked, filter.by());
    let (numbers, months) = try_join(numbers, months).await?;
    let names = state.names.with(numbers.versions(), &state.reader).await?;
    let rows = numbers.rows(&names, &caller.tree);
    let agency = caller.agency_meant(filter.agency.as_deref());
    let body = ResolutionBody::new(asked.frame, rows, agency, &numbers);
    if format == Format::Json {
        let mut response = HttpResponse::Ok().json(&body);
        caching::set(&mut response, &body.tag());
        return Ok(response);
    }
    if matches!(format, Format::Xlsx | Format::Html) {
        let (table, _) = numbers.table(rows);
        let printed = Printed {
            form: body.form,
            agency: agency.map(|agency| agency.name.clone()).unwrap_or_default(),
            span: Span { period: (body.from, body.to), as_of: body.as_of },
            by: body.by,
            table,
            sealed: None,
        };
        return match format {
            Format::Html => {
                let counts = numbers.by_agency(&state.slow, as_of.known, &asked).await?;
                to.page(&asked, &printed, (&months, &counts)).await
            }
            _ => to.workbook(&asked, printed).await,
        };
    }
    let rows: Vec<RowBody> = body.rows.into_iter().chain([body.total]).collect();
    export::page(format, NAME, rows).await
}
