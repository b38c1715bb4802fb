//! GET /v1/reports/disclosure.

use super::printed;
use crate::domain::local_time::Instant;
use crate::domain::refusal::Place;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::reports::disclosure::{Asked, Report};
use crate::features::reports::json::{DisclosureBody, DisclosureFilter, DisclosureRowBody, PRINTED};
use crate::features::reports::page;
use crate::features::reports::workbook;
use crate::http::caching;
use crate::http::error::Problem;
use crate::http::etag::Tag;
use crate::http::export;
use crate::http::format::Format;
use crate::http::input::Input;
use actix_web::{HttpResponse, get, web};
use chrono::TimeDelta;

/// Name of the files that hold the report.
const NAME: &str = "disclosure";

/// Report how procedures are disclosed
///
/// For the Committee, by agency: compliance, how soon events are recorded, who is silent, what is overdue and in what nothing happens, how far
/// reviews are, and which reminders were answered. Everything is as it was at the end of the period, or as of `as_of` when that is earlier:
/// the numbers are those of `/v1/compliance`, `/v1/agencies/activity`, `/v1/overdue/summary`, `/v1/reviews/{id}/agencies` and
/// `/v1/reminders`. As CSV or NDJSON: the agencies, then the total. As XLSX: a sheet to print and sign. As HTML: one page, without scripts.
#[utoipa::path(
    operation_id = "report_disclosure", tag = "reports", params(DisclosureFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "The report.", content(
        (DisclosureBody = "application/json"), (DisclosureRowBody = "application/x-ndjson"), (String = "text/html"),
    )))
)]
#[get("/v1/reports/disclosure")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, format) =
        input.query_and_format(PRINTED, |asked: &DisclosureFilter| asked.format.map(Format::from))?;
    let as_of = AsOf::asked(filter.as_of, state.clock.now())?;
    let asks = as_of.caller(&caller, &state).await?;
    let period = filter.period(as_of.now.local_date())?;
    let (named, place) = (filter.agency.as_deref(), Place::Parameter("agency".into()));
    // Who is named must be known as of the answer, whatever was so at the end of the period.
    asks.agencies_below(named, &place)?;
    let agency = asks.agency_meant(named);
    let end = Instant::end_of(period.to) + TimeDelta::microseconds(-1);
    let as_of = if end < as_of.now { AsOf { now: end, known: Some(end) } } else { as_of };
    let caller = as_of.caller(&caller, &state).await?;
    let was_seen =
        named.is_none_or(|code| caller.tree.find(code).is_some_and(|it| caller.visible.contains(it.id)));
    let among = if was_seen { caller.agencies_below(named, &place)? } else { Some(vec![]) };
    let asked = Asked { as_of: &as_of, caller: &caller, agency, among: among.as_deref(), period };
    let report = Report::read(&state, asked).await?;
    let body = DisclosureBody::new(agency, &report);
    match format {
        Format::Json => {
            let mut response = HttpResponse::Ok().json(&body);
            caching::set(&mut response, &body.tag());
            Ok(response)
        }
        Format::Html => Ok(printed::page(page::disclosure::write(&report))),
        Format::Xlsx => {
            // Two workbooks of the same report differ in their time of making.
            let tag = Tag::of_stream(format!("{report:?}").as_bytes());
            let mut response = export::written(NAME, move || workbook::disclosure::write(&report)).await?;
            caching::set(&mut response, &tag);
            Ok(response)
        }
        _ => {
            let rows: Vec<DisclosureRowBody> = body.rows.into_iter().chain([body.total]).collect();
            export::page(format, NAME, rows).await
        }
    }
}
