//! POST and GET /v1/reports, POST /v1/reports/{id}/corrections.

use super::sealed::found;
use crate::db::Answer;
use crate::domain::period::Period;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::report::Frame;
use crate::domain::vocabulary::ReportBy;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::{ReportsRead, ReportsSeal};
use crate::features::auth::{Authorized, Visible};
use crate::features::reports::actions::seal::{self as actions, Correcting, CorrectionStamp, Sealing, Stamp};
use crate::features::reports::json::{
    CorrectionBody, PostCorrection, PostReport, ReportList, ResolutionBody, SealedBody, SummaryBody,
};
use crate::features::reports::numbers::Numbers;
use crate::features::reports::queries::sealed::{self as queries, CorrectionRow, Filter, Key, ReportRow};
use crate::features::reports::queries::sums::Asked;
use crate::http::error::Problem;
use crate::http::export;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde_json::Value;

/// Name of the files that hold the list.
const NAME: &str = "reports";

/// Seal a report
///
/// Keeps the report of a period that is over as it is known a minute ago: it never changes, carries a digest, and each of its numbers opens to
/// its dossiers for ever. What turns out later is named by corrections. By a key that governs the agency.
#[utoipa::path(
    operation_id = "seal_report", tag = "reports", request_body = PostReport, security(("key" = ["reports:seal"])),
    responses((status = 201, description = "Sealed.", body = SealedBody, headers(("Location" = String, description = "Its address."))))
)]
#[post("/v1/reports")]
pub(super) async fn seal(
    caller: Authorized<ReportsSeal>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let Write { body, terms, .. } = Write::<PostReport>::of(&request, &input, &caller.key_id)?;
    let now = state.clock.now();
    let as_of = AsOf::asked(Some(actions::settled(now)), now)?;
    let then = as_of.caller(&caller, &state).await?;
    let place = || Place::Pointer("/agency".into());
    let period = Period::asked(body.from.date(), body.to.date());
    let period = period.map_err(|_| {
        let message = "must not be after `to`, and at most 365 days before it";
        Refusal::invalid("/from", Rule::InvalidValue, message)
    })?;
    let among = then.agencies_below(body.agency.as_deref(), &place())?;
    let agency = then.agency_meant(body.agency.as_deref());
    if let Some(agency) = agency {
        caller.require_governed(agency.id, place())?;
    }
    let asked = Asked { frame: Frame { period, now: as_of.now }, agencies: among };
    let by = body.by.unwrap_or(ReportBy::Field);
    let numbers = Numbers::read(&state.slow, as_of.known, &asked, by).await?;
    let names = state.names.with(numbers.versions(), &state.reader).await?;
    let rows = numbers.rows(&names, &then.tree);
    let report = ResolutionBody::new(asked.frame, rows, agency, &numbers);
    let content = |stamp: &Stamp<'_>| SealedBody::content(report.clone(), stamp);
    let sealing = Sealing { asked: &asked, by, agency: agency.map(|agency| agency.id) };
    let given = actions::seal(&state.writer, &caller, now, &sealing, &terms, (content, made)).await?;
    Ok(write::respond(given))
}

/// The answer with a report that was sealed.
fn made(row: &ReportRow, content: Value) -> Answer {
    // It was made of such a body.
    let body = SealedBody::new((row, content), &[]).ok();
    write::answer(StatusCode::CREATED, Some(format!("/v1/reports/{}", row.id)), None, &body)
}

/// List sealed reports
///
/// Those all of whose agencies the key sees, the latest first.
#[utoipa::path(
    operation_id = "list_reports", tag = "reports", params(ReportList), security(("key" = ["reports:read"])),
    responses((status = 200, description = "A page of reports.", body = PageOf<SummaryBody>))
)]
#[get("/v1/reports")]
pub(super) async fn all(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<Key>::of::<ReportList>(&request, &input, &caller.key_id)?;
    let place = Place::Parameter("agency".into());
    let named = asked.agency.as_deref().map(|code| caller.agency_named(code, &place)).transpose()?;
    let agency = named.map(|agency| agency.id);
    let seen = match &caller.visible {
        Visible::All => None,
        Visible::Of(agencies) => Some(agencies.iter().copied().collect()),
    };
    let filter = Filter { seen, agency };
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let rows = queries::page(conn, &filter, (!list.is_whole).then_some(&list.page)).await?;
            let total = if list.count { Some(queries::count(conn, &filter).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let show = |(row, corrections): &(ReportRow, i64)| {
        let agency = row.agency_id.map(|id| caller.tree.code(id).to_owned());
        SummaryBody::new(row, agency, *corrections)
    };
    if list.is_whole {
        // Reports are few: some a quarter for each agency.
        return export::page(list.format, NAME, rows.iter().map(show).collect()).await;
    }
    let (rows, next) = list.page.cut(rows, |(row, _)| (row.sealed_at.into(), row.id));
    list.answer(NAME, rows.iter().map(show).collect(), next, total).await
}

/// Correct a sealed report
///
/// Compares the report, with its corrections, with what is known a minute ago, and keeps what is otherwise as a numbered correction, with the
/// reason. The numbers are not sent: they are counted. The report itself stays as it is. By a key that governs every agency in it.
#[utoipa::path(
    operation_id = "correct_report", tag = "reports", request_body = PostCorrection, security(("key" = ["reports:seal"])),
    params(("id" = Uuid, Path, description = "Id of the report.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")),
    responses((status = 201, description = "Corrected.", body = CorrectionBody, headers(("Location" = String, description = "Address of the report."))))
)]
#[post("/v1/reports/{id}/corrections")]
pub(super) async fn correct(
    caller: Authorized<ReportsSeal>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let Write { body, terms, .. } = Write::<PostCorrection>::of(&request, &input, &caller.key_id)?;
    let (reason, now) = (body.check()?, state.clock.now());
    let found = found(&id, &caller, &state).await?;
    caller.require_owned(found.row.agency_ids.as_deref())?;
    let at = actions::settled(now);
    let asked = found.asked(at);
    let numbers = Numbers::read(&state.slow, Some(at), &asked, found.row.by).await?;
    let names = state.names.with(numbers.versions(), &state.reader).await?;
    let as_of = AsOf { now: at, known: Some(at) };
    let then = as_of.caller(&caller, &state).await?;
    let (table, _) = numbers.table(numbers.rows(&names, &then.tree));
    let content = |report: (&ReportRow, Value), before: &[CorrectionRow], stamp: &CorrectionStamp<'_>| {
        let said = SealedBody::new(report, before).ok()?.corrected();
        CorrectionBody::content((at, &reason), (&table, table.differences(&said)), stamp)
    };
    let location = format!("/v1/reports/{}", found.row.id);
    let show = |row: &CorrectionRow| {
        let body = CorrectionBody::new(row).ok();
        write::answer(StatusCode::CREATED, Some(location.clone()), None, &body)
    };
    let correcting = Correcting { id: found.row.id, as_of: at, reason: &reason };
    let given = actions::correct(&state.writer, &caller, now, &correcting, &terms, (content, show)).await?;
    Ok(write::respond(given))
}
