//! The handler of `/v1/overdue`.

use super::json::{OverdueFilter, OverdueRow};
use super::queries::{self, Filter, Key, LateRow};
use crate::db::page::Page;
use crate::db::{DbError, Rows};
use crate::features::State;
use crate::features::auth::scope::DossiersRead;
use crate::features::auth::{Authorized, Visible};
use crate::features::overdue::queries::mirror::Moment;
use crate::http::error::Problem;
use crate::http::export;
use crate::http::format::Format;
use crate::http::input::Input;
use crate::http::page::{Binding, PageOf};
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(overdue);
}

/// List overdue dossiers
///
/// Not ended, and past the end of their due day (or their due instant, for limits in hours). Those the key sees,
/// most days late first. As CSV or NDJSON it is the whole list in one stream, unless `limit` asks for a page; a
/// stream that fails is cut off without its final chunk.
#[utoipa::path(
    operation_id = "list_overdue", tag = "lateness", params(OverdueFilter), security(("key" = ["dossiers:read"])),
    responses((status = 200, description = "Overdue dossiers.", content(
        (PageOf<OverdueRow> = "application/json"),
        (OverdueRow = "application/x-ndjson"),
        (String = "text/csv"),
    )))
)]
#[get("/v1/overdue")]
async fn overdue(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let offered = &[Format::Json, Format::Ndjson, Format::Csv];
    let (asked, format) = input.query_and_format(offered, |asked: &OverdueFilter| asked.format)?;
    let binding = Binding::of(&request, &input, &caller.key_id);
    let page = binding.page::<Key>(asked.limit, asked.cursor.as_deref())?;
    let is_page = format == Format::Json || asked.limit.is_some() || asked.cursor.is_some();
    let count = asked.count.filter(|_| format == Format::Json);
    let now = state.clock.now();
    let moment = Moment::new(now, state.calendar);
    let filter = asked.read(&caller, now)?;
    let (tree, calendar) = (Arc::clone(&caller.tree), state.calendar);
    let show = move |row| OverdueRow::new(row, &tree, calendar, now);
    if !is_page {
        let visible = caller.visible.clone();
        let rows = state
            .slow
            .stream(async move |conn, sender| queries::stream(conn, &filter, &visible, &moment, sender).await)
            .await?;
        return Ok(export::answer(format, "overdue", rows, show));
    }
    let (visible, asked) = (&caller.visible, (&filter, &moment, &page));
    let (rows, total) = match count {
        None => (read_page(&state, visible, asked).await?, None),
        Some(_) => read_page_and_total(&state, visible, asked).await?,
    };
    let (rows, next) = page.cut(rows, LateRow::key);
    if format == Format::Json {
        return Ok(binding.answer(rows.into_iter().map(show).collect(), next, total));
    }
    let mut response = export::answer(format, "overdue", Rows::of(rows), show);
    if let Some(value) = next.and_then(|key| binding.link(&binding.cursor(key)).parse().ok()) {
        response.headers_mut().insert(LINK, value);
    }
    Ok(response)
}

type Asked<'a> = (&'a Filter, &'a Moment, &'a Page<Key>);

async fn read_page(state: &State, visible: &Visible, asked: Asked<'_>) -> Result<Vec<LateRow>, DbError> {
    let (filter, moment, page) = asked;
    state.reader.read(async |conn| queries::page(conn, filter, visible, moment, page).await).await
}

/// A page and the total that belongs to it, on one snapshot.
async fn read_page_and_total(
    state: &State,
    visible: &Visible,
    (filter, moment, page): Asked<'_>,
) -> Result<(Vec<LateRow>, Option<i64>), DbError> {
    state
        .slow
        .snapshot(async |conn| {
            let rows = queries::page(conn, filter, visible, moment, page).await?;
            let total = queries::count(conn, filter, visible, moment).await?;
            Ok((rows, Some(total)))
        })
        .await
}
