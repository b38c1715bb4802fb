//! The dossiers behind a number as a list: a page of them, or all.

use super::queries::places::{self, Cell, Key, PlacedRow, Whole};
use crate::db::Slow;
use crate::features::as_of::AsOf;
use crate::http::error::Problem;
use crate::http::export::{self, ListRow};
use crate::http::list::List;
use actix_web::{HttpRequest, HttpResponse};

/// How the dossiers are listed.
pub struct Listing<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The list as it was asked for.
    pub list: &'a List<Key>,
    /// As of when.
    pub as_of: &'a AsOf,
    /// Where they are read.
    pub slow: &'a Slow,
    /// Name of the files that hold the list.
    pub name: &'static str,
}

impl Listing<'_> {
    /// Answers with the dossiers in a cell, each as `show` shows it.
    pub async fn answer<Out: ListRow + Send + 'static>(
        &self,
        cell: Cell,
        show: impl Fn(PlacedRow) -> Out + 'static,
    ) -> Result<HttpResponse, Problem> {
        let Self { request, list, as_of, slow, name } = *self;
        if list.is_whole {
            let Cell { frame, column, by_index, agencies, versions } = &cell;
            let view = format!(
                "{} {:?} {column} {by_index:?} {agencies:?} {versions:?}",
                as_of.view(),
                frame.period
            );
            let whole = export::Whole { request, format: list.format, name, view: &view, as_of: as_of.known };
            return whole.answer(slow, Whole(cell), async || Ok(show)).await;
        }
        let (rows, total) = slow
            .snapshot(as_of.known, async |conn| {
                let rows = places::page(conn, &cell, &list.page).await?;
                let total = if list.count { Some(places::count(conn, &cell).await?) } else { None };
                Ok((rows, total))
            })
            .await?;
        let (rows, next) = list.page.cut(rows, PlacedRow::key);
        list.answer(name, rows.into_iter().map(show).collect(), next, total).await
    }
}
