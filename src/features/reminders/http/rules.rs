//! GET and PUT /v1/reminder-rules/{name}.

use crate::domain::ids::Slug;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::{DossiersRead, RemindersWrite};
use crate::features::reminders::actions;
use crate::features::reminders::json::{PutRule, RuleBody};
use crate::features::reminders::queries::rules::{self, RuleRow};
use crate::http::error::Problem;
use crate::http::input::{Input, NoParameters};
use crate::http::write::{self, Write, versioned};
use actix_web::{HttpRequest, HttpResponse, get, put, web};

/// Get a reminder rule
///
/// One that names an agency which the key does not see is not found.
#[utoipa::path(
    operation_id = "get_reminder_rule", tag = "reminders", security(("key" = ["dossiers:read"])),
    params(("name" = Slug, Path, description = "Name of the rule.", example = "don-doc-hang-tuan")),
    responses((status = 200, description = "The rule.", body = RuleBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/reminder-rules/{name}")]
pub(super) async fn get_rule(
    caller: Authorized<DossiersRead>,
    name: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let found = state.reader.read(async |conn| rules::find(conn, &name).await).await?;
    let is_seen = |rule: &RuleRow| rule.agency_ids.iter().all(|id| caller.visible.contains(*id));
    let rule = found.filter(is_seen).ok_or(Refusal::NotFound)?;
    Ok(versioned(rule.version, &RuleBody::new(&rule, &caller.tree)))
}

/// Create or change a reminder rule
///
/// The service issues its reminders by itself: once for each agency on each day of the schedule that is a working day of that agency, as soon
/// as the time has come, and never twice for the same day. A rule that is written after its time runs on the same day. A day on
/// which the service did not run is not made up for. An agency without such dossiers gets no reminder. Without `If-Match` it creates; a change needs
/// `If-Match` with the rule's `ETag`, and a key that governs every agency in `owners`.
#[utoipa::path(
    operation_id = "put_reminder_rule", tag = "reminders", request_body = PutRule, security(("key" = ["reminders:write"])),
    params(
        ("name" = Slug, Path, description = "Name of the rule.", example = "don-doc-hang-tuan"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the rule, to change it; `*` for any version.", example = json!("\"1\"")),
    ),
    responses(
        (status = 200, description = "Changed.", body = RuleBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
        (status = 201, description = "Created.", body = RuleBody, headers(("ETag" = String, description = "Its version."), ("Location" = String, description = "Its address."))),
    )
)]
#[put("/v1/reminder-rules/{name}")]
pub(super) async fn put_rule(
    caller: Authorized<RemindersWrite>,
    request: HttpRequest,
    name: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked = Write::<PutRule>::of(&request, &input, &caller.key_id)?;
    let body = asked.body.check(&name)?;
    let expects = |version| asked.if_match.check(version);
    let show = |row: &RuleRow| {
        write::put(row.version, format!("/v1/reminder-rules/{}", row.name), &RuleBody::new(row, &caller.tree))
    };
    let now = state.clock.now();
    let given = actions::put_rule(&state.writer, &caller, now, &body, &asked.terms, expects, show).await?;
    Ok(write::respond(given))
}
