//! GET /v1/public/agencies/{code}/progress.

use crate::domain::ids::AgencyCode;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::Status;
use crate::features::State;
use crate::features::auth::Visible;
use crate::features::dossiers::queries::list;
use crate::features::dossiers::queries::visible::Narrow;
use crate::features::overdue::queries::mirror::Moment;
use crate::features::public::json::progress::{ProgressBody, ProgressFilter, ProgressItem};
use crate::features::public::source::{self, Doors};
use crate::features::standing::queries as standing;
use crate::http::error::Problem;
use crate::http::input::Input;
use crate::http::page::Binding;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// Get the progress of an agency
///
/// How many of the dossiers that it, an agency below it, or one that it watches decides are open, overdue and finished; and a
/// page of their codes, newest receipt first, with status and timing: the open ones unless `timing` asks for others.
#[utoipa::path(
    operation_id = "get_agency_progress", tag = "public", security(()),
    params(("code" = AgencyCode, Path, description = "Any code of the agency.", example = "H51.29"), ProgressFilter),
    responses((status = 200, description = "Its progress.", body = ProgressBody))
)]
#[get("/v1/public/agencies/{code}/progress")]
pub(super) async fn progress(
    request: HttpRequest,
    code: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let now = state.clock.now();
    let make = async |doors: Doors<'_>| {
        let asked: ProgressFilter = input.query()?;
        let binding = Binding::of(&request, &input, "public");
        let page = binding.page::<list::Key>(asked.limit, asked.cursor.as_deref())?;
        let (tree, calendars) = state.fresh(doors.reader).await?;
        let agency = tree.find(&code).ok_or(Refusal::NotFound)?;
        let competent = Some(tree.visible(&[agency.id], now.local_date()));
        let narrow = Narrow { competent, ..Narrow::default() };
        let moment = Moment::new(now, &calendars);
        let timing = asked.timing.map(|states| states.0);
        let open = || Status::ALL.iter().copied().filter(|status| !status.ended()).collect();
        let status = timing.is_none().then(open);
        let filter = list::Filter { narrow, status, timing, ..list::Filter::default() };
        let (counted, rows) = doors
            .slow
            .snapshot(None, async |conn| {
                let counted = standing::progress(conn, &filter.narrow, &moment).await?;
                Ok((counted, list::page(conn, &filter, &Visible::All, &moment, &page).await?))
            })
            .await?;
        let (rows, next) = page.cut(rows, |dossier| (dossier.filed_at.into(), dossier.id));
        let items = rows.iter().map(|row| ProgressItem::new(row, &calendars, now)).collect();
        let next_cursor = next.map(|key| binding.cursor(key));
        let mut answer = HttpResponse::Ok();
        if let Some(cursor) = &next_cursor {
            answer.insert_header((LINK, binding.link(cursor)));
        }
        Ok(answer.json(ProgressBody::new(agency, counted, items, next_cursor)))
    };
    state.public.answer_in_turn(&request, now, async || source::read(&state, now, make).await).await
}
