//! POST and GET /v1/reminders, GET /v1/reminders/{id}, POST /v1/reminders/{id}/acknowledgement.

use super::seen;
use crate::db::Answer;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{DossiersRead, RemindersWrite};
use crate::features::reminders::actions;
use crate::features::reminders::json::{PostAcknowledgement, PostReminder, ReminderBody, ReminderList};
use crate::features::reminders::queries::ReminderRow;
use crate::features::reminders::queries::items::{self, Counts};
use crate::features::reminders::queries::list::{self as lists, Key};
use crate::http::error::Problem;
use crate::http::etag::Tag;
use crate::http::export::Whole;
use crate::http::input::{Input, NoParameters, id_of};
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, Write, versioned};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "reminders";

/// Issue a reminder
///
/// To the focal officer of an agency that the key sees, about the dossiers that a feed of lateness lists for it at this instant:
/// `/v1/overdue`, `/v1/due-soon` or `/v1/stale` with the same `agency` and filters. The list is frozen. Without such dossiers there is nothing
/// to remind of, and more than 10,000 are too many: 422.
#[utoipa::path(
    operation_id = "issue_reminder", tag = "reminders", request_body = PostReminder, security(("key" = ["reminders:write"])),
    responses((status = 201, description = "Issued.", body = ReminderBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))))
)]
#[post("/v1/reminders")]
pub(super) async fn issue(
    caller: Authorized<RemindersWrite>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostReminder>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check()?;
    let show = |row: &ReminderRow, counts| made(row, &ReminderBody::new(row, counts, &caller.tree));
    let given = actions::issue(&state.writer, &caller, state.clock.now(), &body, &asked.terms, show).await?;
    Ok(write::respond(given))
}

/// The answer with a reminder that was issued or acknowledged.
fn made(row: &ReminderRow, body: &ReminderBody) -> Answer {
    let location = Some(format!("/v1/reminders/{}", row.id));
    let plain = write::answer(StatusCode::CREATED, location.clone(), None, body);
    let tag = Tag::of_version(row.version, &plain.body);
    write::answer(StatusCode::CREATED, location, Some(&tag), body)
}

/// List reminders
///
/// Those to agencies that the key sees, newest first, each with what became of its dossiers so far.
#[utoipa::path(
    operation_id = "list_reminders", tag = "reminders", params(ReminderList), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "A page of reminders.", body = PageOf<ReminderBody>))
)]
#[get("/v1/reminders")]
pub(super) async fn list(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<Key>::of::<ReminderList>(&request, &input, &caller.key_id)?;
    let filter = asked.read(&caller)?;
    let (now, tree) = (state.clock.now().utc(), Arc::clone(&caller.tree));
    let show = move |(row, counts): (ReminderRow, Counts)| ReminderBody::new(&row, counts, &tree);
    if list.is_whole {
        let visible = caller.visible.clone();
        let whole = Whole { request: &request, format: list.format, name: NAME, view: "", as_of: None };
        let rows = lists::Whole { filter, visible, now };
        return whole.answer(&state.slow, rows, async || Ok(show)).await;
    }
    let (visible, page) = (&caller.visible, &list.page);
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let rows = lists::page(conn, &filter, visible, now, page).await?;
            let total =
                if list.count { Some(lists::count(conn, &filter, visible, now).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let (rows, next) = page.cut(rows, |(row, _)| (row.issued_at.into(), row.id));
    list.answer(NAME, rows.into_iter().map(show).collect(), next, total).await
}

/// Get a reminder
///
/// With what became of its dossiers so far. One to an agency that the key does not see is not found.
#[utoipa::path(
    operation_id = "get_reminder", tag = "reminders", security(("key" = ["dossiers:read"])),
    params(("id" = Uuid, Path, description = "Id of the reminder.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")),
    responses((status = 200, description = "The reminder.", body = ReminderBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/reminders/{id}")]
pub(super) async fn get_one(
    caller: Authorized<DossiersRead>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let row = seen(&id, &caller, &state).await?;
    let now = state.clock.now().utc();
    let counts = state.slow.read(async |conn| items::counts_of(conn, &row, now).await).await?;
    Ok(versioned(row.version, &ReminderBody::new(&row, counts, &caller.tree)))
}

/// Acknowledge a reminder
///
/// In the name of the agency, by a key that governs it: once, with an explanation and the day by which it promises to have acted. One
/// that was acknowledged already, or is closed, is a 409. One that has escalated stays `escalated`.
#[utoipa::path(
    operation_id = "acknowledge_reminder", tag = "reminders", request_body = PostAcknowledgement, security(("key" = ["reminders:write"])),
    params(
        ("id" = Uuid, Path, description = "Id of the reminder.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the reminder; may be left out.", example = json!("\"1\"")),
    ),
    responses((status = 201, description = "Acknowledged.", body = ReminderBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))))
)]
#[post("/v1/reminders/{id}/acknowledgement")]
pub(super) async fn acknowledge(
    caller: Authorized<RemindersWrite>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostAcknowledgement>::of(&request, &input, &caller.key_id)?;
    let (body, id) = (asked.body.check()?, id_of(&id)?);
    let expects = |version| asked.if_match.check_if_given(version);
    let show = |row: &ReminderRow, counts| made(row, &ReminderBody::new(row, counts, &caller.tree));
    let now = state.clock.now();
    let given =
        actions::acknowledge(&state.writer, &caller, now, (id, &body), &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}
