//! GET /v1/public/statistics.

use crate::domain::agency_tree::AgencyId;
use crate::features::State;
use crate::features::overdue::queries::mirror::Moment;
use crate::features::public::json::statistics::{Found, StatisticsBody, StatisticsFilter};
use crate::features::public::source::{self, Doors};
use crate::features::standing::queries as standing;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::collections::HashSet;

/// Name of the files that hold the list.
const NAME: &str = "statistics";

/// List the statistics of agencies
///
/// For each agency that decides, by code: the dossiers that were received and resolved in a period, how many of them early, on
/// time and late, and how long those of each procedure took. Agencies in force in the period, those without dossiers too.
#[utoipa::path(
    operation_id = "list_statistics", tag = "public", params(StatisticsFilter), security(()),
    responses((status = 200, description = "A page of agencies.", body = PageOf<StatisticsBody>))
)]
#[get("/v1/public/statistics")]
pub(super) async fn statistics(
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let make = async |doors: Doors<'_>| {
        let (asked, list) = List::<String>::of::<StatisticsFilter>(&request, &input, "public")?;
        let period = asked.period(now.local_date())?;
        let (tree, calendars) = state.fresh(doors.reader).await?;
        let agencies = asked.agencies(&tree)?;
        let (span, moment) = (period.instants(), Moment::new(now, &calendars));
        let found = doors
            .slow
            .snapshot(None, async |conn| {
                let received = standing::received(conn, &agencies, span).await?;
                let ended = standing::ended(conn, &agencies, span, &moment).await?;
                Ok(Found::new(received, ended, standing::took(conn, &agencies, span).await?))
            })
            .await?;
        let with_dossiers: HashSet<AgencyId> = found.agencies().collect();
        let mut shown: Vec<_> = agencies.iter().filter_map(|id| tree.get(*id)).collect();
        shown.retain(|agency| {
            with_dossiers.contains(&agency.id) || agency.validity.overlaps(period.from, period.to)
        });
        let total = list.narrow(&mut shown, |agency| agency.code.clone());
        let names = state.names.with(found.versions(), doors.reader).await?;
        let rows =
            shown.into_iter().map(|agency| StatisticsBody::new(agency, period, &found, &names)).collect();
        list.from_narrowed(NAME, rows, total, |row: &StatisticsBody| row.code.clone()).await
    };
    state.public.answer_in_turn(&request, now, async || source::read(&state, now, make).await).await
}
