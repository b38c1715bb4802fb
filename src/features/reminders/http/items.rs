//! GET /v1/reminders/{id}/items.

use super::seen;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersRead;
use crate::features::reminders::json::{ItemBody, ItemFilter};
use crate::features::reminders::queries::items::{self, ItemRow, PresentRow};
use crate::http::error::Problem;
use crate::http::export;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// Name of the files that hold the list.
const NAME: &str = "reminder-items";

/// List the dossiers of a reminder
///
/// As they were when it was issued, in the order of the feed it is about, each with how it stands now. Those that the key sees.
#[utoipa::path(
    operation_id = "list_reminder_items", tag = "reminders", security(("key" = ["dossiers:read"])),
    params(("id" = Uuid, Path, description = "Id of the reminder.", example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e"), ItemFilter),
    responses((status = 200, description = "A page of dossiers.", body = PageOf<ItemBody>))
)]
#[get("/v1/reminders/{id}/items")]
pub(super) async fn list(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    id: web::Path<String>,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (_, list) = List::<i32>::of::<ItemFilter>(&request, &input, &caller.key_id)?;
    let row = seen(&id, &caller, &state).await?;
    let (visible, page) = (&caller.visible, (!list.is_whole).then_some(&list.page));
    let (rows, total) = state
        .slow
        .snapshot(None, async |conn| {
            let rows = items::page(conn, row.id, visible, page).await?;
            let total = if list.count { Some(items::count(conn, row.id, visible).await?) } else { None };
            Ok((rows, total))
        })
        .await?;
    let versions = rows.iter().map(|(_, is)| is.procedure_version_id);
    let names = state.names.with(versions, &state.reader).await?;
    let now = state.clock.now();
    let show = |(was, is): (ItemRow, PresentRow)| {
        let procedure = names.of(is.procedure_version_id);
        ItemBody::new((was, is), row.about, procedure, (&caller.tree, &caller.calendars, now))
    };
    if list.is_whole {
        // At most 10,000 rows.
        return export::page(list.format, NAME, rows.into_iter().map(show).collect()).await;
    }
    let (rows, next) = list.page.cut(rows, |(was, _)| was.position);
    list.answer(NAME, rows.into_iter().map(show).collect(), next, total).await
}
