//! Handlers of `/v1/calendars` and `/v1/jobs`.

use super::actions::{self, Outcome, Present, Wanted};
use super::json::{
    CalendarBody, JobBody, PreviewBody, PutAnswer, PutCalendar, PutParameters, PutYear, YearBody,
    owner_in_path, read_year,
};
use super::queries::jobs;
use crate::db::Answer;
use crate::db::page::Page;
use crate::domain::calendar::{Calendars, Owner};
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::scope::{AnyKey, CalendarWrite};
use crate::features::auth::{Authorized, Principal};
use crate::http::error::Problem;
use crate::http::etag::Tag;
use crate::http::input::{Input, NoParameters, id_of};
use crate::http::page::Binding;
use crate::http::write::{self, Write, versioned};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_calendar).service(put_calendar).service(get_year).service(put_year).service(get_job);
}

/// Get a calendar
///
/// The office hours in force for an agency, its own or those of the nearest agency above that has any, and the years
/// that are loaded for it. `national` is the calendar of the country.
#[utoipa::path(
    operation_id = "get_calendar", tag = "calendars", security(("key" = ["catalogue:read"])),
    params(("agency" = String, Path, description = "Any code of the agency, or `national`.", example = "H51.29.05")),
    responses((status = 200, description = "The calendar.", body = CalendarBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/calendars/{agency}")]
async fn get_calendar(
    caller: Authorized<AnyKey>,
    agency: web::Path<String>,
    input: Input,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let owner = owner_in_path(&agency, &caller.tree)?;
    let body = CalendarBody::new(&caller.calendars, owner, &caller.tree);
    Ok(versioned(body.version, &body))
}

/// Change office hours
///
/// Writes the weeks of an agency; an empty list goes back to what it inherits. What changes is dated again by a job: 202 with
/// its address. What changes nothing is a 200 with the calendar. Hours of its own are changed with `If-Match`, inherited
/// ones are written over without. With `preview=true` nothing is stored.
#[utoipa::path(
    operation_id = "put_calendar", tag = "calendars", request_body = PutCalendar, security(("key" = ["calendar:write"])),
    params(
        ("agency" = String, Path, description = "Any code of the agency, or `national`, which needs a key without roots.", example = "H51.29.05"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the calendar, to change hours of its own; `*` for any version.", example = json!("\"1\"")),
        PutParameters,
    ),
    responses(
        (status = 200, description = "Nothing changed, or a preview.", body = PutAnswer, headers(("ETag" = String, description = "Its version; none with a preview."))),
        (status = 202, description = "Changed. The job dates the dossiers again.", body = JobBody, headers(("Location" = String, description = "Address of the job."))),
    )
)]
#[put("/v1/calendars/{agency}")]
async fn put_calendar(
    caller: Authorized<CalendarWrite>,
    request: HttpRequest,
    agency: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, how) = Write::<PutCalendar>::with::<PutParameters>(&request, &input, &caller.key_id)?;
    let wanted = asked.body.clone().check()?;
    let owner = owner_in_path(&agency, &caller.tree)?;
    let show = |calendars: &Calendars| {
        let body = CalendarBody::new(calendars, owner, &caller.tree);
        (body.version, PutAnswer::Calendar(body))
    };
    let change = Change { request: &request, input: &input, caller: &caller, state: &state, owner };
    change.answer(&wanted, (&asked, &how), show).await
}

/// Get the table of a year
///
/// Days off and worked rest days in force for an agency: those of the agency above, with its own changes. 404 when nobody has
/// loaded the year.
#[utoipa::path(
    operation_id = "get_calendar_year", tag = "calendars", security(("key" = ["catalogue:read"])),
    params(
        ("agency" = String, Path, description = "Any code of the agency, or `national`.", example = "H51.29.05"),
        ("year" = i32, Path, description = "The year, 2000 to 2199.", example = 2022, minimum = 2000, maximum = 2199),
    ),
    responses((status = 200, description = "The table.", body = YearBody, headers(("ETag" = String, description = "Its version."))))
)]
#[get("/v1/calendars/{agency}/years/{year}")]
async fn get_year(
    caller: Authorized<AnyKey>,
    path: web::Path<(String, String)>,
    input: Input,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let (agency, year) = path.into_inner();
    let (owner, year) = (owner_in_path(&agency, &caller.tree)?, read_year(&year)?);
    let body = YearBody::new(&caller.calendars, owner, year, &caller.tree).ok_or(Refusal::NotFound)?;
    Ok(versioned(body.version, &body))
}

/// Load or change the table of a year
///
/// Writes the whole table that is to be in force for an agency. Kept is what it changes in the table that it inherits, so a
/// holiday that is declared for the country later reaches it too. Dossiers that waited for the year get their dates.
/// Answers, `If-Match` and `preview` are as for office hours.
#[utoipa::path(
    operation_id = "put_calendar_year", tag = "calendars", request_body = PutYear, security(("key" = ["calendar:write"])),
    params(
        ("agency" = String, Path, description = "Any code of the agency, or `national`, which needs a key without roots.", example = "H51.29.05"),
        ("year" = i32, Path, description = "The year, 2000 to 2199.", example = 2022, minimum = 2000, maximum = 2199),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the table, to change one that has changes of its own; `*` for any version.", example = json!("\"1\"")),
        PutParameters,
    ),
    responses(
        (status = 200, description = "Nothing changed, or a preview.", body = PutAnswer, headers(("ETag" = String, description = "Its version; none with a preview."))),
        (status = 202, description = "Changed. The job dates the dossiers again.", body = JobBody, headers(("Location" = String, description = "Address of the job."))),
    )
)]
#[put("/v1/calendars/{agency}/years/{year}")]
async fn put_year(
    caller: Authorized<CalendarWrite>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, how) = Write::<PutYear>::with::<PutParameters>(&request, &input, &caller.key_id)?;
    let (agency, year) = path.into_inner();
    let year = read_year(&year)?;
    let wanted = asked.body.clone().check(year)?;
    let owner = owner_in_path(&agency, &caller.tree)?;
    let show = |calendars: &Calendars| {
        let body = YearBody::new(calendars, owner, year, &caller.tree);
        // A table that was just written, or is what was wanted, is there.
        let body = body.unwrap_or_else(|| YearBody::none(year));
        (body.version, PutAnswer::Year(body))
    };
    let change = Change { request: &request, input: &input, caller: &caller, state: &state, owner };
    change.answer(&wanted, (&asked, &how), show).await
}

/// Get a job
///
/// How far the work has come that a change of a calendar started: `pending`, `running`, then `done`.
#[utoipa::path(
    operation_id = "get_job", tag = "calendars", security(("key" = ["catalogue:read"])),
    params(("id" = Uuid, Path, description = "Id of the job.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")),
    responses((status = 200, description = "The job.", body = JobBody))
)]
#[get("/v1/jobs/{id}")]
async fn get_job(
    caller: Authorized<AnyKey>,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    input.query::<NoParameters>()?;
    let id = id_of(&id)?;
    let found = state.reader.read(async |conn| jobs::find(conn, id).await).await?;
    Ok(HttpResponse::Ok().json(JobBody::new(&found.ok_or(Refusal::NotFound)?, &caller.tree)))
}

/// A write as it came.
struct Change<'a> {
    request: &'a HttpRequest,
    input: &'a Input,
    caller: &'a Principal,
    state: &'a State,
    owner: Owner,
}

impl Change<'_> {
    /// Makes it, or says what it would move. `show` shows what is there when nothing changed.
    async fn answer<T>(
        &self,
        wanted: &Wanted,
        (asked, how): (&Write<T>, &PutParameters),
        show: impl Fn(&Calendars) -> (i32, PutAnswer),
    ) -> Result<HttpResponse, Problem> {
        // A page of another body is another list. What has no meaning without a preview must make sense all the same.
        let caller = format!("{} {:x?}", self.caller.key_id, &*Sha256::digest(self.input.body()));
        let binding = Binding::of(self.request, self.input, &caller);
        let page = binding.page(how.limit, how.cursor.as_deref())?;
        if how.preview == Some(true) {
            return self.preview(wanted, asked, (&binding, &page)).await;
        }
        let expects = |there: Present| asked.if_match.check_inherited(there.shown, there.is_own);
        let show = |outcome: &Outcome| self.made(outcome, &show);
        let (writer, now, what) = (&self.state.writer, self.state.clock.now(), (self.owner, wanted));
        let given = actions::put(writer, self.caller, now, what, &asked.terms, expects, show).await?;
        Ok(write::respond(given))
    }

    fn made(&self, outcome: &Outcome, show: &impl Fn(&Calendars) -> (i32, PutAnswer)) -> Answer {
        let Some(job) = &outcome.job else {
            let (version, body) = show(&outcome.calendars);
            let mut answer = write::answer(StatusCode::OK, None, None, &body);
            let tag = Tag::of_version(version, &answer.body);
            answer.headers.push(("etag".into(), tag.as_str().to_owned()));
            return answer;
        };
        let address = format!("/v1/jobs/{}", job.id);
        write::answer(StatusCode::ACCEPTED, Some(address), None, &JobBody::new(job, &self.caller.tree))
    }

    async fn preview<T>(
        &self,
        wanted: &Wanted,
        asked: &Write<T>,
        (binding, page): (&Binding, &Page<Uuid>),
    ) -> Result<HttpResponse, Problem> {
        actions::may_write(self.caller, self.owner)?;
        let there = actions::present(&self.caller.calendars, self.owner, wanted);
        asked.if_match.check_if_given(there.shown)?;
        let (tree, seen, what) = (&self.caller.tree, &self.caller.visible, (self.owner, wanted));
        let found =
            self.state.slow.trying(async |tx| actions::preview(tx, tree, seen, what, page).await).await?;
        let next = found.next.map(|id| binding.cursor(id));
        let body = PreviewBody::new(&found, next, self.state.clock.now());
        Ok(HttpResponse::Ok().json(PutAnswer::Preview(body)))
    }
}
