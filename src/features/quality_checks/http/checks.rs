//! GET /v1/quality-checks.

use crate::domain::vocabulary::QualityCheck;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::quality_checks::json::{ChecksBody, ChecksFilter, Counted, Said};
use crate::features::quality_checks::queries::{self, Filter};
use crate::http::caching;
use crate::http::error::{Language, Problem};
use crate::http::input::Input;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// Count what the checks of data quality find
///
/// Gaps in the record of dossiers, and the patterns that hide lateness, each with its threshold and the text that it rests on, by the agency
/// that decides. What judges how open dossiers stand looks at all of them; the others at what was received, or ended, in the period. `name` and
/// `explanation` are in Vietnamese with `Accept-Language: vi`, else in English. A finding is something to look at, and no verdict.
#[utoipa::path(
    operation_id = "list_quality_checks", tag = "quality checks", params(ChecksFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "Every check with its counts.", body = ChecksBody))
)]
#[get("/v1/quality-checks")]
pub(super) async fn list(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: ChecksFilter = input.query()?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let filter = asked.read(&caller, &as_of)?;
    let counted = state
        .slow
        .snapshot(as_of.known, async |conn| {
            let mut counted: Vec<Counted> = vec![];
            for check in QualityCheck::ALL {
                let filter = Filter { check: *check, ..filter.clone() };
                counted.push((*check, queries::by_agency(conn, &filter).await?));
            }
            Ok(counted)
        })
        .await?;
    let said: Said = match Language::of(request.headers()) {
        Language::Vietnamese => |(vi, _)| vi,
        Language::English => |(_, en)| en,
    };
    let agency = caller.agency_meant(asked.agency.as_deref());
    let body = ChecksBody::new(counted, (filter.period, &as_of), (agency, &caller.tree), said);
    let mut response = HttpResponse::Ok().json(&body);
    caching::set(&mut response, &body.tag());
    Ok(response)
}
