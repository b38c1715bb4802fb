//! GET /v1/compliance/history.

use super::read;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::ReportsRead;
use crate::features::auth::{Authorized, Principal};
use crate::features::disclosure::assess::Counts;
use crate::features::disclosure::json::{HistoryBody, HistoryFilter, agencies};
use crate::http::error::Problem;
use crate::http::input::{Input, Several};
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{NaiveDate, TimeDelta};
use std::collections::BTreeSet;

/// List compliance day by day
///
/// How the agencies that are meant disclosed at the end of each day, all together, in order of time; today as it is now. Each row is the
/// sum of `/v1/compliance` at `compliance`: computed from what was recorded by then, so it does not change.
#[utoipa::path(
    operation_id = "list_compliance_history", tag = "disclosure", params(HistoryFilter), security(("key" = ["reports:read"])),
    responses((status = 200, description = "A page of days.", body = PageOf<HistoryBody>))
)]
#[get("/v1/compliance/history")]
pub(super) async fn list(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<NaiveDate>::of::<HistoryFilter>(&request, &input, &caller.key_id)?;
    let now = state.clock.now();
    let Period { from, to } = asked.period(now.local_date())?;
    // Who is named must be known and seen today, whatever was so then.
    caller.agencies_named("agency", asked.agency.clone(), |_, agency| BTreeSet::from([agency]))?;
    let mut days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to).collect();
    let total = list.narrow(&mut days, |day| *day);
    let mut rows = Vec::with_capacity(days.len());
    for day in days {
        rows.push(on(day, now, asked.agency.as_ref(), &caller, &state).await?);
    }
    list.from_narrowed("compliance-history", rows, total, |row| row.on).await
}

/// The row of a day.
async fn on(
    day: NaiveDate,
    now: Instant,
    named: Option<&Several<String>>,
    caller: &Principal,
    state: &State,
) -> Result<HistoryBody, Problem> {
    let ends = Instant::end_of(day) + TimeDelta::microseconds(-1);
    let as_of = AsOf::asked((ends < now).then_some(ends), now)?;
    let caller = as_of.caller(caller, state).await?;
    let period = Period::year_through(day);
    let was_seen = |code: &&String| caller.tree.find(code).is_some_and(|it| caller.visible.contains(it.id));
    let known = named.map(|codes| Several(codes.0.iter().filter(was_seen).cloned().collect()));
    let agencies = agencies(known, true, &caller, period)?;
    let known = read(state, &as_of, &agencies, period).await?;
    let mut sum = Counts::default();
    for agency in agencies.iter().filter_map(|id| caller.tree.get(*id)) {
        sum += Counts::of(agency, &caller.tree, &known, &caller.calendars, period);
    }
    let of = named.map(|codes| format!("agency={}&", codes.0.join(","))).unwrap_or_default();
    let at = as_of.known.map(|at| format!("&as_of={}", at.in_address()));
    let compliance = format!("/v1/compliance?{of}to={day}{}", at.unwrap_or_default());
    Ok(HistoryBody::new(day, agencies.len(), &sum, compliance))
}
