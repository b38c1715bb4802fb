//! Handlers of `/v1/keys`.

use super::Authorized;
use super::actions::{self, may_know};
use super::json::{KeyBody, KeyFilter, KeyRotation, NewKeyBody, PostKey, PostRotation};
use super::key::Key;
use super::queries::KeyRow;
use super::queries::list;
use super::scope::Admin;
use crate::db::{Answer, Given, Terms};
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::http::error::{Code, Problem};
use crate::http::export;
use crate::http::input::{Input, NoParameters};
use crate::http::list::List;
use crate::http::page::PageOf;
use crate::http::write::{self, DryRun, Write};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

/// Name of the files that hold the list.
const NAME: &str = "keys";

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create).service(list_all).service(get_one).service(rotate).service(revoke);
}

/// Create a key
///
/// The answer shows the key itself, `secret`, this once: only a hash of it is kept. A key gives nothing that it has not: each scope must be
/// its own (403 `insufficient_scope`), each agency at or below one of its roots (403 `agency_out_of_scope`). With an `Idempotency-Key` the
/// answer that is given again has `secret` null, for it is stored without: revoke the key and create another.
#[utoipa::path(
    operation_id = "create_key", tag = "keys", request_body = PostKey, security(("key" = ["admin"])),
    responses((status = 201, description = "Created.", body = NewKeyBody, headers(("Location" = String, description = "Address of the key."))))
)]
#[post("/v1/keys")]
async fn create(
    caller: Authorized<Admin>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostKey>::of(&request, &input, &caller.key_id)?;
    let (wanted, key, now) = (asked.body.check()?, generated()?, state.clock.now());
    let made = |row: &KeyRow, secret: Option<String>| {
        let body = NewKeyBody::new(KeyBody::new(row, &caller.tree, now), secret);
        write::answer(StatusCode::CREATED, Some(format!("/v1/keys/{}", row.id)), None, &body)
    };
    let mut revealed = None;
    let show = |row: &KeyRow| {
        revealed = Some(made(row, Some(key.reveal())));
        made(row, None)
    };
    let given = actions::create_for(&state.writer, &caller, now, (wanted, &key), &asked.terms, show).await?;
    Ok(respond(given, revealed))
}

/// List keys
///
/// Newest first, without their secrets. A key with roots is shown those whose roots all lie within its own, and no key that sees every
/// agency.
#[utoipa::path(
    operation_id = "list_keys", tag = "keys", params(KeyFilter), security(("key" = ["admin"])),
    responses((status = 200, description = "A page of keys.", body = PageOf<KeyBody>))
)]
#[get("/v1/keys")]
async fn list_all(
    caller: Authorized<Admin>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (mut asked, list) = List::<list::Key>::of::<KeyFilter>(&request, &input, &caller.key_id)?;
    let now = state.clock.now();
    let (filter, governed) = (asked.read(&caller, now)?, &caller.governed);
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let page = (!list.is_whole).then_some(&list.page);
            let rows = list::page(conn, governed, &filter, page).await?;
            let total = if list.count { Some(list::count(conn, governed, &filter).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let show = |row: &KeyRow| KeyBody::new(row, &caller.tree, now);
    if list.is_whole {
        // There are as many as callers, and those that they had before.
        return export::page(list.format, NAME, rows.iter().map(show).collect()).await;
    }
    let (rows, next) = list.page.cut(rows, |row| (row.created_at.into(), row.id.clone()));
    list.answer(NAME, rows.iter().map(show).collect(), next, total).await
}

/// Get a key
///
/// Without its secret.
#[utoipa::path(
    operation_id = "get_key", tag = "keys", security(("key" = ["admin"])),
    params(("id" = String, Path, description = "Public part of the key.", example = "5f2b8c0d9e1a")),
    responses((status = 200, description = "The key.", body = KeyBody))
)]
#[get("/v1/keys/{id}")]
async fn get_one(
    caller: Authorized<Admin>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let row = state.reader.read(async |conn| list::find(conn, &id).await).await?;
    let row = row.filter(|row| may_know(&caller, row)).ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(KeyBody::new(&row, &caller.tree, state.clock.now())))
}

/// Replace a key
///
/// A new key with the same name, rights and plan, whose `secret` is shown this once, as when a key is created; whoever asks has every scope
/// of it. The old one works on for `overlap_hours`, never longer than it would have, so that its holder can change over. A key is replaced
/// once: the next rotation is that of the new one. 409 `key_ended` for one that was replaced, revoked or has expired.
#[utoipa::path(
    operation_id = "rotate_key", tag = "keys", request_body = PostRotation, security(("key" = ["admin"])),
    params(("id" = String, Path, description = "Public part of the key.", example = "5f2b8c0d9e1a")),
    responses(
        (status = 201, description = "Replaced.", body = KeyRotation, headers(("Location" = String, description = "Address of the new key."))),
        (status = 409, description = "It ended, or was replaced.")
    )
)]
#[post("/v1/keys/{id}/rotation")]
async fn rotate(
    caller: Authorized<Admin>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostRotation>::of(&request, &input, &caller.key_id)?;
    let ((rotation, reason), key, now) = (asked.body.check()?, generated()?, state.clock.now());
    let made = |(new, old): (&KeyRow, &KeyRow), secret: Option<String>| {
        let key = NewKeyBody::new(KeyBody::new(new, &caller.tree, now), secret);
        let body = KeyRotation { key, replaced: KeyBody::new(old, &caller.tree, now) };
        write::answer(StatusCode::CREATED, Some(format!("/v1/keys/{}", new.id)), None, &body)
    };
    let mut revealed = None;
    let show = |new: &KeyRow, old: &KeyRow| {
        revealed = Some(made((new, old), Some(key.reveal())));
        made((new, old), None)
    };
    let actor = caller.actor().because(reason);
    let who = (&actor, Some(&*caller));
    let asked_for = (id.as_str(), &rotation, &key);
    let given = actions::rotate(&state.writer, who, now, asked_for, &asked.terms, show).await?;
    Ok(respond(given, revealed))
}

/// Revoke a key
///
/// It works no more from the answer on, on every instance: each request proves its key anew. A key may revoke itself. To revoke one again
/// changes nothing and is answered alike. A key is never deleted, for the audit trail names it.
#[utoipa::path(
    operation_id = "revoke_key", tag = "keys", security(("key" = ["admin"])),
    params(("id" = String, Path, description = "Public part of the key.", example = "5f2b8c0d9e1a"), DryRun),
    responses((status = 204, description = "Revoked, now or before."))
)]
#[delete("/v1/keys/{id}")]
async fn revoke(
    caller: Authorized<Admin>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let dry_run = input.parameters::<DryRun>()?.dry_run.unwrap_or(false);
    let terms = Terms { once: None, dry_run };
    actions::revoke_for(&state.writer, &caller, state.clock.now(), &id, &terms).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A new key.
fn generated() -> Result<Key, Problem> {
    Key::generate().map_err(|error| {
        log::error!("the system has no randomness to give: {error}");
        Problem::new(Code::Internal)
    })
}

/// Gives an answer: the one with the secret when the key was made now. What is stored for an `Idempotency-Key` is without.
fn respond(given: Given, revealed: Option<Answer>) -> HttpResponse {
    let given = match (given, revealed) {
        (Given::Fresh(_), Some(revealed)) => Given::Fresh(revealed),
        (given, _) => given,
    };
    let mut response = write::respond(given);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
