//! GET /v1/reports/{id}, its numbers opened, and its comparison.

use super::cells::Opened;
use super::printed::Reader;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::report::Frame;
use crate::domain::vocabulary::Column;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::ReportsRead;
use crate::features::auth::{Authorized, Principal, Visible};
use crate::features::reports::json::{
    ComparisonBody, PRINTED, PlaceBody, ReportFormat, RowBody, SealedBody, SealedCellFilter, With,
};
use crate::features::reports::numbers::by_agency;
use crate::features::reports::printed::{Printed, Span};
use crate::features::reports::queries::places;
use crate::features::reports::queries::sealed::{self as queries, CorrectionRow, ReportRow};
use crate::features::reports::queries::sums::Asked;
use crate::http::error::{Code, Problem};
use crate::http::export;
use crate::http::format::Format;
use crate::http::input::{Input, id_of};
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::future::try_join;

/// A sealed report of which the caller sees every agency, with its corrections.
pub(super) async fn found(id: &str, caller: &Principal, state: &State) -> Result<Found, Problem> {
    let id = id_of(id)?;
    let (found, corrections) = state
        .reader
        .read(async |conn| {
            let found = queries::find(conn, id).await?;
            Ok((found, queries::corrections(conn, id).await?))
        })
        .await?;
    let seen = |row: &ReportRow| match (&row.agency_ids, &caller.visible) {
        (_, Visible::All) => true,
        (None, Visible::Of(_)) => false,
        (Some(agencies), Visible::Of(seen)) => agencies.iter().all(|agency| seen.contains(agency)),
    };
    let (row, content) = found.filter(|(row, _)| seen(row)).ok_or(Refusal::NotFound)?;
    let body = SealedBody::new((&row, content), &corrections).map_err(|why| {
        log::error!("the report {id} cannot be read: {why}");
        Problem::new(Code::Internal)
    })?;
    Ok(Found { row, corrections, body })
}

/// A sealed report.
pub(super) struct Found {
    /// Its row.
    pub row: ReportRow,
    /// Its corrections.
    pub corrections: Vec<CorrectionRow>,
    /// What it says.
    pub body: SealedBody,
}

impl Found {
    /// What was asked for when it was sealed, as of an instant.
    pub(super) fn asked(&self, now: Instant) -> Asked {
        let period = Period { from: self.row.first_day, to: self.row.last_day };
        Asked { frame: Frame { period, now }, agencies: self.row.agency_ids.clone() }
    }

    /// Answers with its workbook or page, with its corrections.
    async fn printed(
        &self,
        caller: &Principal,
        state: &State,
        format: Format,
    ) -> Result<HttpResponse, Problem> {
        let at = self.corrections.last().map_or(self.row.as_of, |correction| correction.as_of).into();
        let as_of = AsOf { now: at, known: Some(at) };
        let then = as_of.caller(caller, state).await?;
        let agency = self.row.agency_id.and_then(|id| then.tree.get(id));
        let printed = Printed {
            form: self.body.form.clone(),
            agency: agency.map(|agency| agency.name.clone()).unwrap_or_default(),
            span: Span { period: (self.body.from, self.body.to), as_of: at },
            by: self.row.by,
            table: self.body.corrected(),
            sealed: Some((self.row.number, self.body.digest.clone(), self.corrections.len())),
        };
        let (to, asked) = (Reader { state, as_of: &as_of, caller: &then }, self.asked(at));
        if format == Format::Xlsx {
            return to.workbook(&asked, printed).await;
        }
        let counts = by_agency(&state.slow, as_of.known, &asked);
        let (counts, months) = try_join(counts, to.months(&asked)).await?;
        to.page(&asked, &printed, (&months, &counts)).await
    }
}

/// Get a sealed report
///
/// As it was sealed, with what was corrected since. As CSV or NDJSON: the rows, then the total, with the corrections in them; as XLSX: the
/// form as an office sends it, with them too; as HTML: one page with charts.
#[utoipa::path(
    operation_id = "get_report", tag = "reports", security(("key" = ["reports:read"])),
    params(("id" = Uuid, Path, description = "Id of the report.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), ReportFormat),
    responses((status = 200, description = "The report.", content(
        (SealedBody = "application/json"), (RowBody = "application/x-ndjson"), (String = "text/html"),
    )))
)]
#[get("/v1/reports/{id}")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (_, format) =
        input.query_and_format(PRINTED, |asked: &ReportFormat| asked.format.map(Format::from))?;
    let found = found(&id, &caller, &state).await?;
    if format == Format::Json {
        return Ok(HttpResponse::Ok().json(&found.body));
    }
    if matches!(format, Format::Xlsx | Format::Html) {
        return found.printed(&caller, &state, format).await;
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
