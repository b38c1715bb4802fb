//! A report as a workbook that an office can send.

use crate::db::page::Page;
use crate::domain::vocabulary::Column;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Principal;
use crate::features::reports::json::PlaceBody;
use crate::features::reports::queries::places::{self, Cell, PlacedRow};
use crate::features::reports::queries::sums::Asked;
use crate::features::reports::workbook::{self, MOST_DOSSIERS, Printed};
use crate::http::error::{Code, Problem};
use crate::http::etag::Tag;
use crate::http::format::Format;
use crate::http::{caching, export};
use actix_web::HttpResponse;

/// Answers with the workbook of a report, and the dossiers in it that ended late or are overdue.
pub(super) async fn workbook(
    (state, as_of, caller): (&State, &AsOf, &Principal),
    asked: &Asked,
    printed: Printed,
    tag: &Tag,
) -> Result<HttpResponse, Problem> {
    let (mut rows, mut left_out) = (vec![], 0);
    for column in [Column::ResolvedLate, Column::PendingOverdue] {
        let most = MOST_DOSSIERS - rows.len();
        let cell = Cell { frame: asked.frame, column, agencies: asked.agencies.clone(), versions: None };
        let page = Page { limit: i64::try_from(most).unwrap_or(i64::MAX), after: None };
        let mut found =
            state.slow.snapshot(as_of.known, async |conn| places::page(conn, &cell, &page).await).await?;
        found.truncate(most);
        left_out += printed.table.total[column] - i64::try_from(found.len()).unwrap_or(i64::MAX);
        rows.append(&mut found);
    }
    let names = state.names.with(rows.iter().map(|row| row.procedure_version_id), &state.reader).await?;
    let show = |row: PlacedRow| {
        let procedure = names.of(row.procedure_version_id);
        PlaceBody::new(row, asked.frame, procedure, &caller.tree, &caller.calendars)
    };
    let late: Vec<PlaceBody> = rows.into_iter().map(show).collect();
    let failed = |why: &dyn std::fmt::Display| {
        log::error!("a workbook could not be written: {why}");
        Problem::new(Code::Internal)
    };
    let written = actix_web::web::block(move || workbook::write(&printed, &late, left_out.max(0))).await;
    let written = written.map_err(|why| failed(&why))?.map_err(|why| failed(&why))?;
    let mut response = export::head(Format::Xlsx, "report").set_body(written).map_into_boxed_body();
    caching::set(&mut response, tag);
    Ok(response)
}
