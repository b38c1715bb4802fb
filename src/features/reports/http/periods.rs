//! GET /v1/reports/periods.

use crate::domain::refusal::{Refusal, Rule};
use crate::domain::report::{Basis, bases};
use crate::domain::vocabulary::{PeriodBasis, PeriodKind};
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::ReportsRead;
use crate::features::reports::json::{PeriodBody, PeriodList, YEARS};
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{Datelike, NaiveDate};

/// List standard periods
///
/// The periods of a year for which reports are made: from the 15th as NĐ 09/2019/NĐ-CP closes them, and of the calendar as QĐ 766/QĐ-TTg
/// counts. Any other period of up to a year can be reported too.
#[utoipa::path(
    operation_id = "list_report_periods", tag = "reports", params(PeriodList), security(("key" = ["reports:read"])),
    responses((status = 200, description = "A page of periods.", body = PageOf<PeriodBody>))
)]
#[get("/v1/reports/periods")]
pub(super) async fn periods(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    type Key = (PeriodBasis, PeriodKind, NaiveDate);
    let (asked, list) = List::<Key>::of::<PeriodList>(&request, &input, &caller.key_id)?;
    let year = asked.year.unwrap_or_else(|| state.clock.now().local_date().year());
    if !YEARS.contains(&year) {
        let message = format!("must be {} to {}", YEARS.start(), YEARS.end());
        return Err(Refusal::parameter("year", Rule::InvalidValue, message).into());
    }
    let shown = |basis: &'static Basis| {
        basis.of_year(year).into_iter().map(move |period| PeriodBody::new(basis, &period))
    };
    let mut periods: Vec<PeriodBody> = bases().iter().flat_map(shown).collect();
    periods.retain(|it| asked.kind.is_none_or(|kind| it.kind == kind));
    periods.retain(|it| asked.basis.is_none_or(|basis| it.basis == basis));
    let total = list.narrow(&mut periods, PeriodBody::key);
    list.from_narrowed("report-periods", periods, total, PeriodBody::key).await
}
