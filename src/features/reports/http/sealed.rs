//! POST and GET /v1/reports, GET /v1/reports/{id} and what is below it.

use super::cells::Opened;
use crate::db::Answer;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::report::Frame;
use crate::domain::vocabulary::{Column, ReportBy};
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::{ReportsRead, ReportsSeal};
use crate::features::auth::{Authorized, Principal, Visible};
use crate::features::reports::actions::seal::{self as actions, Correcting, CorrectionStamp, Sealing, Stamp};
use crate::features::reports::json::{
    ComparisonBody, CorrectionBody, PlaceBody, PostCorrection, PostReport, ReportList, ResolutionBody,
    RowBody, SealedBody, SealedCellFilter, SummaryBody, With, agencies, agency_of,
};
use crate::features::reports::numbers::Numbers;
use crate::features::reports::queries::places;
use crate::features::reports::queries::sealed::{self as queries, CorrectionRow, Filter, Key, ReportRow};
use crate::features::reports::queries::sums::Asked;
use crate::features::reports::table::Rows;
use crate::http::error::{Code, Problem};
use crate::http::etag::Tag;
use crate::http::format::Format;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write};
use crate::http::{caching, export};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

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
    let among = agencies(body.agency.as_deref(), place(), &then)?;
    let agency = agency_of(body.agency.as_deref(), &then);
    if let Some(agency) = agency {
        caller.require_governed(agency.id, place())?;
    }
    let asked = Asked { frame: Frame { period, now: as_of.now }, agencies: among };
    actions::require_over(asked.frame)?;
    let by = body.by.unwrap_or(ReportBy::Field);
    let numbers = Numbers::read(&state.slow, as_of.known, &asked).await?;
    let names = state.names.with(numbers.versions(), &state.reader).await?;
    let rows = Rows { by, names: &names, tree: &then.tree };
    let report = ResolutionBody::new(asked.frame, rows, agency, &numbers);
    let content = |stamp: &Stamp<'_>| SealedBody::content(report.clone(), stamp);
    let sealing = Sealing { asked: &asked, by, agency: agency.map(|agency| agency.id) };
    let given = actions::seal(&state.writer, &caller, now, &sealing, &terms, (content, made)).await?;
    Ok(write::respond(given))
}

/// The answer with a report that was sealed.
fn made(row: &ReportRow) -> Answer {
    // It was made of such a body.
    let body = SealedBody::new(row, &[]).ok();
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
    let agency = match asked.agency.as_deref() {
        Some(code) => {
            agencies(Some(code), Place::Parameter("agency".into()), &caller)?;
            caller.tree.find(code).map(|agency| agency.id)
        }
        None => None,
    };
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

/// A sealed report of which the caller sees every agency, with its corrections.
async fn found(id: &str, caller: &Principal, state: &State) -> Result<Found, Problem> {
    let id = Uuid::try_parse(id).map_err(|_| Refusal::NotFound)?;
    let (row, corrections) = state
        .reader
        .read(async |conn| {
            let row = queries::find(conn, id).await?;
            Ok((row, queries::corrections(conn, id).await?))
        })
        .await?;
    let seen = |row: &ReportRow| match (&row.agency_ids, &caller.visible) {
        (_, Visible::All) => true,
        (None, Visible::Of(_)) => false,
        (Some(agencies), Visible::Of(seen)) => agencies.iter().all(|agency| seen.contains(agency)),
    };
    let row = row.filter(seen).ok_or(Refusal::NotFound)?;
    let body = SealedBody::new(&row, &corrections).map_err(|why| {
        log::error!("the report {id} cannot be read: {why}");
        Problem::new(Code::Internal)
    })?;
    Ok(Found { row, corrections, body })
}

struct Found {
    row: ReportRow,
    corrections: Vec<CorrectionRow>,
    body: SealedBody,
}

impl Found {
    /// What was asked for when it was sealed, as of an instant.
    fn asked(&self, now: Instant) -> Asked {
        let period = Period { from: self.row.first_day, to: self.row.last_day };
        Asked { frame: Frame { period, now }, agencies: self.row.agency_ids.clone() }
    }
}

/// The format of a report.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportFormat {
    /// Format; by the `Accept` header when not given.
    #[param(inline)]
    pub format: Option<Format>,
}

/// Get a sealed report
///
/// As it was sealed, with what was corrected since. As CSV, NDJSON or XLSX: the rows, then the total, with the corrections in them.
#[utoipa::path(
    operation_id = "get_report", tag = "reports", security(("key" = ["reports:read"])),
    params(("id" = Uuid, Path, description = "Id of the report.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), ReportFormat),
    responses((status = 200, description = "The report.", content(
        (SealedBody = "application/json"), (RowBody = "application/x-ndjson"),
    )))
)]
#[get("/v1/reports/{id}")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (_, format) = input.query_and_format(Format::ALL, |asked: &ReportFormat| asked.format)?;
    let found = found(&id, &caller, &state).await?;
    if format == Format::Json {
        let mut response = HttpResponse::Ok().json(&found.body);
        let last = found.body.corrections.last().map_or(&found.body.digest, |correction| &correction.digest);
        caching::set(&mut response, &Tag::of_stream(last.as_bytes()));
        return Ok(response);
    }
    let table = found.body.corrected();
    let total = table.total_row();
    export::page(format, "report", table.rows.into_iter().chain([total]).map(RowBody::from).collect()).await
}

/// List the dossiers behind a number of a sealed report
///
/// The dossiers that a cell counts, as they were known when the report was sealed, or corrected; the latest receipt first.
#[utoipa::path(
    operation_id = "list_sealed_report_dossiers", tag = "reports", security(("key" = ["reports:read"])),
    params(
        ("id" = Uuid, Path, description = "Id of the report.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"),
        ("row" = String, Path, description = "Key of the row, or `total`.", example = "ho-tich"),
        ("column" = Column, Path, description = "The column.", example = "received_total"),
        SealedCellFilter,
    ),
    responses((status = 200, description = "A page of dossiers.", body = PageOf<PlaceBody>))
)]
#[get("/v1/reports/{id}/cells/{row}/{column}")]
pub(super) async fn dossiers(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (filter, list) = List::<places::Key>::of::<SealedCellFilter>(&request, &input, &caller.key_id)?;
    let found = found(&path.0, &caller, &state).await?;
    let at = match filter.correction {
        None => found.row.as_of,
        Some(number) => {
            let correction = found.corrections.iter().find(|correction| correction.number == number);
            let unknown =
                || Refusal::parameter("correction", Rule::InvalidValue, "the report has no such correction");
            correction.ok_or_else(unknown)?.as_of
        }
    };
    let as_of = AsOf { now: at.into(), known: Some(at.into()) };
    let then = as_of.caller(&caller, &state).await?;
    let row = (found.row.by, path.1.as_str(), path.2.as_str());
    Opened { request: &request, list: &list, as_of: &as_of, caller: &then, state: &state }
        .answer(&found.asked(as_of.now), row)
        .await
}

/// Correct a sealed report
///
/// Compares the report, with its corrections, with what is known a minute ago, and keeps what is otherwise as a numbered correction, with the
/// reason. The numbers are not sent: they are counted. The report itself stays as it is.
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
    if let Some(agency) = found.row.agency_id {
        caller.require_governed(agency, Place::whole())?;
    }
    let at = actions::settled(now);
    let asked = found.asked(at);
    let numbers = Numbers::read(&state.slow, Some(at), &asked).await?;
    let names = state.names.with(numbers.versions(), &state.reader).await?;
    let as_of = AsOf { now: at, known: Some(at) };
    let then = as_of.caller(&caller, &state).await?;
    let (table, _) = numbers.table(Rows { by: found.row.by, names: &names, tree: &then.tree });
    let content = |row: &ReportRow, before: &[CorrectionRow], stamp: &CorrectionStamp<'_>| {
        let said = SealedBody::new(row, before).ok()?.corrected();
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

/// Compare two sealed reports
///
/// Every cell of both, with their corrections, and by how much they differ. Their rows must be for the same.
#[utoipa::path(
    operation_id = "compare_reports", tag = "reports", security(("key" = ["reports:read"])),
    params(("id" = Uuid, Path, description = "Id of the report.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), With),
    responses((status = 200, description = "Both reports.", body = ComparisonBody))
)]
#[get("/v1/reports/{id}/comparison")]
pub(super) async fn compare(
    caller: Authorized<ReportsRead>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: With = input.query()?;
    let report = found(&id, &caller, &state).await?.body;
    let unknown = |_| Problem::from(Refusal::parameter("with", Rule::InvalidValue, "no report has this id"));
    let with = found(&asked.with, &caller, &state).await.map_err(unknown)?.body;
    if with.by != report.by {
        let message = format!("must be the id of a report by {}", report.by);
        return Err(Refusal::parameter("with", Rule::InvalidValue, message).into());
    }
    Ok(HttpResponse::Ok().json(ComparisonBody::new(&report, &with)))
}
