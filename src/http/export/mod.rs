//! Gives lists as CSV, NDJSON or an Excel workbook: a page of them, or the whole list in constant memory.
//!
//! A stream that fails on the way is cut without its final chunk, so that no client takes it for whole. `cells` lays
//! rows flat, `columns` names them, `text` and `xlsx` write them.

mod cells;
mod columns;
mod text;
mod xlsx;

use super::caching;
use super::error::{Code, Problem};
use super::etag::{self, Tag};
use super::format::Format;
use crate::db::{DbError, Fingerprint, Rows, Slow, WholeList};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::try_join;
use futures_util::{TryStreamExt, stream};
use rust_xlsxwriter::XlsxError;
use serde::Serialize;
use text::Encoder;
use utoipa::ToSchema;

/// An item of a list, which can be a row of a table.
pub trait ListRow: Serialize + ToSchema {
    /// Fields that are no columns, because lists do not show them.
    const NO_COLUMN: &'static [&'static str] = &[];
}

/// A whole list that is asked for.
pub struct Whole<'a> {
    /// How it was asked for.
    pub request: &'a HttpRequest,
    /// The format to answer in.
    pub format: Format,
    /// Its name, also of the file that holds it.
    pub name: &'static str,
    /// What its rows depend on besides what the database has.
    pub view: &'a str,
    /// The instant as of which it is wanted; `None`: as it is.
    pub as_of: Option<Instant>,
}

impl Whole<'_> {
    /// Answers with every row, or with 304 to a caller that has them already. All of it is read from one snapshot.
    ///
    /// `show` makes what shows a row. It is asked for when the snapshot was taken, while the first rows come.
    pub async fn answer<List, Out, Show>(
        &self,
        door: &Slow,
        list: List,
        show: impl AsyncFnOnce() -> Result<Show, DbError>,
    ) -> Result<HttpResponse, Problem>
    where
        List: WholeList,
        Out: ListRow + Send + 'static,
        Show: Fn(List::Row) -> Out + 'static,
    {
        let mut export = door.export(self.as_of).await?;
        let print = export.fingerprint(&list).await?;
        if self.format == Format::Xlsx && print.rows > xlsx::MOST_ROWS {
            let message =
                format!("must not be xlsx for {} rows: a sheet holds {}", print.rows, xlsx::MOST_ROWS);
            return Err(Refusal::parameter("format", Rule::InvalidValue, message).into());
        }
        let tag = self.tag(&print);
        if etag::is_known(tag.as_str(), self.request.headers()) {
            export.end().await?;
            return Ok(HttpResponse::NotModified().insert_header((ETAG, tag.as_str())).finish());
        }
        let (rows, show) = try_join(export.stream(list), show()).await?;
        let mut response = if self.format == Format::Xlsx {
            workbook(self.name, rows, show).await?
        } else {
            streamed(self.format, self.name, rows, show)
        };
        caching::set(&mut response, &tag);
        Ok(response)
    }

    fn tag(&self, print: &Fingerprint) -> Tag {
        let Self { format, name, view, .. } = self;
        Tag::of_stream(format!("{name} {} {} {} {view}", format.name(), print.rows, print.digest).as_bytes())
    }
}

/// Answers with rows that are all there.
pub async fn page<Out: ListRow + Send + 'static>(
    format: Format,
    name: &'static str,
    rows: Vec<Out>,
) -> Result<HttpResponse, Problem> {
    if format == Format::Xlsx {
        // Two workbooks of the same rows differ in their time of making.
        let content = serde_json::to_vec(&rows).map_err(|error| unwritable(&error))?;
        let mut response = workbook(name, Rows::of(rows), |row| row).await?;
        caching::set(&mut response, &Tag::of_stream(&content));
        return Ok(response);
    }
    let mut encoder = Encoder::new::<Out>(format);
    for row in &rows {
        encoder.row(row).map_err(|error| unwritable(&error))?;
    }
    Ok(head(format, name).map_body(|_, ()| actix_web::body::BoxBody::new(encoder.take())))
}

fn unwritable(error: &serde_json::Error) -> Problem {
    log::error!("a row could not be written: {error}");
    Problem::new(Code::Internal)
}

/// Answers with a workbook that is no list, written on a thread of its own.
pub async fn written(
    name: &str,
    write: impl FnOnce() -> Result<Vec<u8>, XlsxError> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let written = xlsx::done(tokio::task::spawn_blocking(write)).await?;
    Ok(head(Format::Xlsx, name).set_body(written).map_into_boxed_body())
}

/// Status and headers. Formats for spreadsheets are files to be saved.
fn head(format: Format, name: &str) -> HttpResponse<()> {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, format.content_type()));
    if let Some(suffix) = format.file_suffix() {
        response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{suffix}\"")));
    }
    response.finish().drop_body()
}

/// Every row as text, as the rows come.
fn streamed<Row: 'static, Out: ListRow>(
    format: Format,
    name: &str,
    rows: Rows<Row>,
    show: impl Fn(Row) -> Out + 'static,
) -> HttpResponse {
    let state = (rows, Encoder::new::<Out>(format), false);
    let body = stream::try_unfold((state, show), move |((mut rows, mut encoder, done), show)| async move {
        if done {
            return Ok(None);
        }
        loop {
            match rows.next().await {
                Some(row) => encoder.row(&show(row?)).map_err(CutOff::Unwritable)?,
                None => return Ok(Some((encoder.take(), ((rows, encoder, true), show)))),
            }
            if encoder.is_full() {
                return Ok::<_, CutOff>(Some((encoder.take(), ((rows, encoder, false), show))));
            }
        }
    });
    let body = body.inspect_err(|error| log::error!("an export was cut off: {error}"));
    let body = actix_web::body::BodyStream::new(Box::pin(body));
    head(format, name).map_body(|_, ()| actix_web::body::BoxBody::new(body))
}

/// Why a stream ended before its end.
#[derive(Debug, thiserror::Error)]
enum CutOff {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("a row could not be written: {0}")]
    Unwritable(serde_json::Error),
}

/// Every row in a workbook, sent when it is whole.
async fn workbook<Row, Out: ListRow + Send + 'static>(
    name: &'static str,
    mut rows: Rows<Row>,
    show: impl Fn(Row) -> Out,
) -> Result<HttpResponse, Problem> {
    let writing = xlsx::Writing::begin(name);
    while let Some(row) = rows.next().await {
        if !writing.row(show(row?)).await {
            break;
        }
    }
    let file = writing.end().await?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let body = SizedStream::new(size, Box::pin(xlsx::content(file)));
    Ok(head(Format::Xlsx, name).map_body(|_, ()| actix_web::body::BoxBody::new(body)))
}
