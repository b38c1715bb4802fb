//! GET /v1/reports/resolution.

use crate::domain::local_time::Instant;
use crate::domain::report::{Counts, Frame};
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::reports::json::{LateRecorded, ReportFilter, ResolutionBody, RowBody};
use crate::features::reports::queries::sums::{self, Alike, Asked};
use crate::features::reports::table::{Rows, Table};
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::export;
use crate::http::format::Format;
use crate::http::input::Input;
use actix_web::{HttpResponse, get, web};
use std::collections::HashMap;

/// Name of the files that hold the report.
const NAME: &str = "resolution";

/// Report how procedures were handled
///
/// Form II.06 of TT 01/2020/TT-VPCP for any period of up to a year: what came in, what ended and what is pending, by field, agency,
/// procedure or level. A dossier is where it was at the last instant of the period, whatever happened later; what was recorded later
/// about the period counts, and `late_recorded` names what it changed. Each cell is the number of dossiers at
/// `/v1/reports/resolution/cells/{row}/{column}` with the same parameters. As CSV, NDJSON or XLSX: the rows, then the total.
#[utoipa::path(
    operation_id = "report_resolution", tag = "reports", params(ReportFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "The report.", content(
        (ResolutionBody = "application/json"), (RowBody = "application/x-ndjson"),
    )))
)]
#[get("/v1/reports/resolution")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, format) = input.query_and_format(Format::ALL, |asked: &ReportFilter| asked.format)?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let asked = filter.asked(&caller, as_of.now)?;
    let (counts, then, events) = read(&state, &as_of, &asked).await?;
    let versions = counts.keys().chain(then.iter().flat_map(HashMap::keys)).map(|(_, version)| *version);
    let names = state.names.with(versions, &state.reader).await?;
    let rows = Rows { by: filter.by(), names: &names, tree: &caller.tree };
    let table = Table::of(rows, &counts);
    let differences = then.map(|then| table.differences(&Table::of(rows, &then))).unwrap_or_default();
    let late = LateRecorded::new(events, differences);
    let body =
        ResolutionBody::new((asked.frame, filter.by()), filter.agency.as_deref(), &caller, table, late);
    if format == Format::Json {
        let mut response = HttpResponse::Ok().json(&body);
        caching::set(&mut response, &body.tag());
        return Ok(response);
    }
    let rows: Vec<RowBody> = body.rows.into_iter().chain([body.total]).collect();
    export::page(format, NAME, rows).await
}

type Numbers = HashMap<Alike, Counts>;

/// The numbers; and when the period is over, those that were known at its end, and how many events came after.
async fn read(
    state: &State,
    as_of: &AsOf,
    asked: &Asked,
) -> Result<(Numbers, Option<Numbers>, i64), Problem> {
    let ends: Instant = asked.frame.ends();
    let is_over = ends <= asked.frame.now;
    let (counts, events) = state
        .slow
        .snapshot(as_of.known, async |conn| {
            let events = if is_over { sums::late_events(conn, asked).await? } else { 0 };
            Ok((sums::counts(conn, asked).await?, events))
        })
        .await?;
    if !is_over {
        return Ok((counts, None, events));
    }
    let then = Asked { frame: Frame { now: ends, ..asked.frame }, ..asked.clone() };
    let then = state.slow.snapshot(Some(ends), async |conn| sums::counts(conn, &then).await).await?;
    Ok((counts, Some(then), events))
}
