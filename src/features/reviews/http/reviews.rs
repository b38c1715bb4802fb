//! POST and GET /v1/reviews, GET /v1/reviews/{id}, POST /v1/reviews/{id}/closing.

use super::found;
use crate::db::Answer;
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::features::State;
use crate::features::auth::scope::{RemindersWrite, ReportsRead};
use crate::features::auth::{Authorized, Principal, Visible};
use crate::features::reviews::actions;
use crate::features::reviews::assess::{Counts, Shown};
use crate::features::reviews::json::{
    PostClosing, PostReview, ProgressBody, ReviewBody, ReviewList, RoundParameter,
};
use crate::features::reviews::progress::Progress;
use crate::features::reviews::queries::{self, Key, ReviewRow};
use crate::http::error::Problem;
use crate::http::etag::Tag;
use crate::http::export;
use crate::http::input::{Input, id_of};
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use std::collections::BTreeSet;

/// Name of the files that hold the list.
const NAME: &str = "reviews";

/// Create a review
///
/// A campaign in which agencies look at every procedure that they handle, as a dispatch orders, by a key that sees them: who watches an agency
/// urges it too. It begins today.
/// With `every_months` it is permanent: the day after a round is due, the next begins.
#[utoipa::path(
    operation_id = "create_review", tag = "reviews", request_body = PostReview, security(("key" = ["reminders:write"])),
    responses((status = 201, description = "Created.", body = ReviewBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))))
)]
#[post("/v1/reviews")]
pub(super) async fn create(
    caller: Authorized<RemindersWrite>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostReview>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check()?;
    let show = |row: &ReviewRow| made(row, &caller.tree);
    let given = actions::create(&state.writer, &caller, state.clock.now(), &body, &asked.terms, show).await?;
    Ok(write::respond(given))
}

/// The answer with a review that was created or closed.
fn made(row: &ReviewRow, tree: &AgencyTree) -> Answer {
    let (location, body) = (Some(format!("/v1/reviews/{}", row.id)), ReviewBody::new(row, tree));
    let plain = write::answer(StatusCode::CREATED, location.clone(), None, &body);
    let tag = Tag::of_version(row.version, &plain.body);
    write::answer(StatusCode::CREATED, location, Some(&tag), &body)
}

/// List reviews
///
/// Those of which the key sees an agency, newest first.
#[utoipa::path(
    operation_id = "list_reviews", tag = "reviews", params(ReviewList), security(("key" = ["reports:read"])),
    responses((status = 200, description = "A page of reviews.", body = PageOf<ReviewBody>))
)]
#[get("/v1/reviews")]
pub(super) async fn list(
    caller: Authorized<ReportsRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<Key>::of::<ReviewList>(&request, &input, &caller.key_id)?;
    let among = related(&caller);
    let (among, status) = (among.as_deref(), asked.status);
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let page = (!list.is_whole).then_some(&list.page);
            let rows = queries::page(conn, (among, status), page).await?;
            let total = if list.count { Some(queries::count(conn, among, status).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let show = |row: &ReviewRow| ReviewBody::new(row, &caller.tree);
    if list.is_whole {
        // Campaigns are few: some a year.
        return export::page(list.format, NAME, rows.iter().map(show).collect()).await;
    }
    let (rows, next) = list.page.cut(rows, |row| (row.created_at.into(), row.id));
    list.answer(NAME, rows.iter().map(show).collect(), next, total).await
}

/// The agencies that a review may name so that the caller sees one of it: theirs, and those above; `None`: any.
fn related(caller: &Principal) -> Option<Vec<AgencyId>> {
    let Visible::Of(seen) = &caller.visible else { return None };
    let mut found: BTreeSet<AgencyId> = BTreeSet::new();
    for id in seen {
        let mut next = Some(*id);
        while let Some(id) = next.filter(|id| found.insert(*id)) {
            next = caller.tree.get(id).and_then(|agency| agency.parent);
        }
    }
    Some(found.into_iter().collect())
}

/// Get a review
///
/// With how far the agencies that the key sees are in a round. A round after which another began is shown as it was at its end, a closed review as it
/// was at its closing: its closing report.
#[utoipa::path(
    operation_id = "get_review", tag = "reviews", security(("key" = ["reports:read"])),
    params(("id" = Uuid, Path, description = "Id of the review.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), RoundParameter),
    responses((status = 200, description = "The review.", body = ProgressBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/reviews/{id}")]
pub(super) async fn get_one(
    caller: Authorized<ReportsRead>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: RoundParameter = input.query()?;
    let row = found(&id, &caller, &state).await?;
    let shown = Shown::of(&row, asked.round, state.clock.now())?;
    let caller = shown.as_of.caller(&caller, &state).await?;
    let counts: Vec<Counts> = Progress::of(&row, shown, &caller, &state)
        .await?
        .counts()
        .into_iter()
        .map(|(_, counts)| counts)
        .collect();
    Ok(versioned(row.version, &ProgressBody::new(&row, &caller.tree, &shown, &counts)))
}

/// Close a review
///
/// Once, by a key that governs what the key that created it governs. Nothing is confirmed in it from then on; what its agencies had confirmed
/// by then is its closing report: `GET /v1/reviews/{id}`, and its agencies and procedures as CSV or XLSX.
#[utoipa::path(
    operation_id = "close_review", tag = "reviews", request_body = PostClosing, security(("key" = ["reminders:write"])),
    params(
        ("id" = Uuid, Path, description = "Id of the review.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the review; may be left out.", example = json!("\"1\"")),
    ),
    responses((status = 201, description = "Closed.", body = ReviewBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))))
)]
#[post("/v1/reviews/{id}/closing")]
pub(super) async fn close(
    caller: Authorized<RemindersWrite>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostClosing>::of(&request, &input, &caller.key_id)?;
    let (note, id) = (asked.body.check()?, id_of(&id)?);
    let expects = |version| asked.if_match.check_if_given(version);
    let show = |row: &ReviewRow| made(row, &caller.tree);
    let now = state.clock.now();
    let given = actions::close(&state.writer, &caller, now, (id, note), &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}
