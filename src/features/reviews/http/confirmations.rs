//! POST /v1/reviews/{id}/confirmations.

use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::CatalogueWrite;
use crate::features::reviews::actions::{self, Confirmed};
use crate::features::reviews::json::{ConfirmationsBody, PostConfirmations};
use crate::features::reviews::queries::ReviewRow;
use crate::http::error::Problem;
use crate::http::input::{Input, id_of};
use crate::http::write::{self, Write};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};

/// Confirm procedures in a review
///
/// What an agency says of up to 200 procedures that it handles, by a key that governs it: all of them, or none. It counts to the round that runs.
/// What was said before in the round is kept, and the newest counts; whether it was in time is told by the first.
#[utoipa::path(
    operation_id = "confirm_procedures", tag = "reviews", request_body = PostConfirmations, security(("key" = ["catalogue:write"])),
    params(("id" = Uuid, Path, description = "Id of the review.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")),
    responses((status = 201, description = "Recorded.", body = ConfirmationsBody, headers(("Location" = String, description = "Address of the review."))))
)]
#[post("/v1/reviews/{id}/confirmations")]
pub(super) async fn confirm(
    caller: Authorized<CatalogueWrite>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PostConfirmations>::of(&request, &input, &caller.key_id)?;
    let (body, id, now) = (asked.body.check()?, id_of(&id)?, state.clock.now());
    let agency = caller.tree.find(&body.agency).map_or_else(String::new, |agency| agency.code.clone());
    let show = |row: &ReviewRow, confirmed: &Confirmed| {
        let body = ConfirmationsBody::new(row, confirmed, &agency, now);
        write::answer(StatusCode::CREATED, Some(format!("/v1/reviews/{}", row.id)), None, &body)
    };
    let given = actions::confirm(&state.writer, &caller, now, (id, &body), &asked.terms, show).await?;
    Ok(write::respond(given))
}
