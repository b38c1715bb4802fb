//! GET /v1/overdue.

use crate::db::DbError;
use crate::db::page::Page;
use crate::domain::local_time::Instant;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::DossiersRead;
use crate::features::auth::{Authorized, Visible};
use crate::features::overdue::json::{OverdueFilter, OverdueRow};
use crate::features::overdue::queries::mirror::Moment;
use crate::features::overdue::queries::{self, Filter, Key, LateRow};
use crate::http::error::Problem;
use crate::http::export::Whole;
use crate::http::format::Format;
use crate::http::input::Input;
use crate::http::list::List;
use crate::http::page::PageOf;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::Arc;

/// Name of the files that hold the list.
const NAME: &str = "overdue";

/// List overdue dossiers
///
/// Not ended, and past the end of their due day (or their due instant, for limits in hours). Those the key sees,
/// most days late first. As CSV, NDJSON or XLSX it is the whole list, unless `limit` asks for a page; a stream that
/// fails is cut off without its final chunk.
#[utoipa::path(
    operation_id = "list_overdue", tag = "lateness", params(OverdueFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "Overdue dossiers.", body = PageOf<OverdueRow<'static>>))
)]
#[get("/v1/overdue")]
pub(super) async fn overdue(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (asked, list) = List::<Key>::of::<OverdueFilter>(&request, &input, &caller.key_id)?;
    let as_of = AsOf::asked(asked.as_of, state.clock.now())?;
    let caller = as_of.caller(&caller, &state).await?;
    let now = as_of.now;
    let moment = Moment::new(now, &caller.calendars);
    let filter = asked.read(&caller, now)?;
    if list.is_whole {
        let (tree, calendars) = (Arc::clone(&caller.tree), Arc::clone(&caller.calendars));
        let show = async || {
            let names = state.names.fresh(&state.reader).await?;
            Ok(move |row: LateRow| {
                let procedure = names.of(row.procedure_version_id);
                OverdueRow::new(row, procedure, &tree, &calendars, now).into_owned()
            })
        };
        let (view, visible) = (as_of.view(), caller.visible.clone());
        let whole =
            Whole { request: &request, format: list.format, name: NAME, view: &view, as_of: as_of.known };
        return whole.answer(&state.slow, queries::Whole { filter, visible, moment }, show).await;
    }
    let (visible, asked) = (&caller.visible, (&filter, &moment, &list.page));
    let (rows, total) = if list.count || as_of.known.is_some() {
        read_on_snapshot(&state, visible, asked, (as_of.known, list.count)).await?
    } else {
        (read_page(&state, visible, asked).await?, None)
    };
    let (rows, next) = list.page.cut(rows, LateRow::key);
    let names = state.names.with(rows.iter().map(|row| row.procedure_version_id), &state.reader).await?;
    let shown = rows.into_iter().map(|row| {
        let procedure = names.of(row.procedure_version_id);
        OverdueRow::new(row, procedure, &caller.tree, &caller.calendars, now)
    });
    if list.format == Format::Json {
        return list.json(shown.collect(), next, total);
    }
    list.answer(NAME, shown.map(OverdueRow::into_owned).collect(), next, total).await
}

type Asked<'a> = (&'a Filter, &'a Moment, &'a Page<Key>);

async fn read_page(state: &State, visible: &Visible, asked: Asked<'_>) -> Result<Vec<LateRow>, DbError> {
    let (filter, moment, page) = asked;
    state.reader.read(async |conn| queries::page(conn, filter, visible, moment, page).await).await
}

/// A page, and the total that belongs to it if it is wanted, on one snapshot.
async fn read_on_snapshot(
    state: &State,
    visible: &Visible,
    (filter, moment, page): Asked<'_>,
    (as_of, count): (Option<Instant>, bool),
) -> Result<(Vec<LateRow>, Option<i64>), DbError> {
    state
        .slow
        .snapshot(as_of, async |conn| {
            let rows = queries::page(conn, filter, visible, moment, page).await?;
            let total = if count { Some(queries::count(conn, filter, visible, moment).await?) } else { None };
            Ok((rows, total))
        })
        .await
}
