//! GET /v1/due-soon, /v1/stale, /v1/late, /v1/unanswered.

use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::DossiersRead;
use crate::features::auth::{Authorized, Principal};
use crate::features::overdue::json::{
    DueSoonFilter, FeedFilter, LateFilter, LatenessRow, StaleFilter, UnansweredFilter,
};
use crate::features::overdue::queries::feeds::{self, FeedRow, Key};
use crate::features::overdue::queries::mirror::Moment;
use crate::features::procedures::names::Names;
use crate::http::error::Problem;
use crate::http::export::Whole;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::Arc;

/// List dossiers that are due soon
///
/// Running, not overdue, and with at most `within` working days left after today. What becomes late first comes first.
#[utoipa::path(
    operation_id = "list_due_soon", tag = "lateness", params(DueSoonFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "Dossiers that are due soon.", body = PageOf<LatenessRow>))
)]
#[get("/v1/due-soon")]
pub(super) async fn due_soon(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    answer::<DueSoonFilter>("due-soon", &caller, (&request, &input), &state).await
}

/// List dossiers in which nothing happens
///
/// Registered, received or being handled, and without an event for more than `older_than` working days. What waits for the
/// applicant, or for a ground to fall away, is not among them. The longest silence comes first.
#[utoipa::path(
    operation_id = "list_stale", tag = "lateness", params(StaleFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "Dossiers in which nothing happens.", body = PageOf<LatenessRow>))
)]
#[get("/v1/stale")]
pub(super) async fn stale(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    answer::<StaleFilter>("stale", &caller, (&request, &input), &state).await
}

/// List dossiers that ended late
///
/// By when their handling ended (`measure=processing`), or by when their closing was recorded (`measure=closing`): a result
/// may be decided in time and be handed over late. The latest end comes first.
#[utoipa::path(
    operation_id = "list_late", tag = "lateness", params(LateFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "Dossiers that ended late.", body = PageOf<LatenessRow>))
)]
#[get("/v1/late")]
pub(super) async fn late(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    answer::<LateFilter>("late", &caller, (&request, &input), &state).await
}

/// List dossiers whose applicant has not answered
///
/// Supplements are asked for, and the day through which the applicant may answer (`answer_by`) is over. The agency may end
/// them, or ask again. The earliest day comes first.
#[utoipa::path(
    operation_id = "list_unanswered", tag = "lateness", params(UnansweredFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "Dossiers without an answer.", body = PageOf<LatenessRow>))
)]
#[get("/v1/unanswered")]
pub(super) async fn unanswered(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    answer::<UnansweredFilter>("unanswered", &caller, (&request, &input), &state).await
}

/// Answers with a list, whose files have a name.
async fn answer<Asked: FeedFilter>(
    name: &'static str,
    caller: &Principal,
    (request, input): (&HttpRequest, &Input),
    state: &State,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<Key>::of::<Asked>(request, input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of(), state.clock.now())?;
    let caller = as_of.caller(caller, state).await?;
    let now = as_of.now;
    let moment = Moment::new(now, &caller.calendars);
    let filter = asked.read(&caller, now)?;
    let feed = filter.feed;
    let (tree, calendars) = (Arc::clone(&caller.tree), Arc::clone(&caller.calendars));
    let show = move |names: Arc<Names>| {
        move |row: FeedRow| {
            let procedure = names.of(row.procedure_version_id);
            LatenessRow::new(row, feed, procedure, (&tree, &calendars, now))
        }
    };
    if list.is_whole {
        let (view, visible) = (as_of.view(), caller.visible.clone());
        let whole = Whole { request, format: list.format, name, view: &view, as_of: as_of.known };
        let show = async || Ok(show(state.names.fresh(&state.reader).await?));
        return whole.answer(&state.slow, feeds::Whole { filter, visible, moment }, show).await;
    }
    let (visible, page) = (&caller.visible, &list.page);
    let (rows, total) = state
        .slow
        .snapshot(as_of.known, async |conn| {
            let rows = feeds::page(conn, &filter, visible, &moment, page).await?;
            let total =
                if list.count { Some(feeds::count(conn, &filter, visible, &moment).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, |row| row.key(feed));
    let names = state.names.with(rows.iter().map(|row| row.procedure_version_id), &state.reader).await?;
    list.answer(name, rows.into_iter().map(show(names)).collect(), next, total).await
}
