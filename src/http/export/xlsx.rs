//! Rows as an Excel workbook (ECMA-376), written to a temporary file row by row and sent from there, so that its size
//! does not matter to memory.

use super::ListRow;
use super::cells::{Cell, Sink, Walk};
use super::columns::columns;
use super::text::CHUNK;
use crate::http::error::{Code, Problem};
use actix_web::web::{Bytes, block};
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use futures_util::{Stream, stream};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{Read, Seek};
use tokio::sync::mpsc;

/// The rows that a sheet holds below its header row.
pub(super) const MOST_ROWS: i64 = 1_048_575;

/// Width of the columns, in characters.
const WIDTH: f64 = 18.0;

/// Rows between the database and the file.
const ROWS_IN_FLIGHT: usize = 256;

/// A workbook that takes rows.
pub(super) struct Writing<Row> {
    rows: mpsc::Sender<Row>,
    file: tokio::task::JoinHandle<Result<File, XlsxError>>,
}

impl<Row: ListRow + Send + 'static> Writing<Row> {
    /// Begins a workbook with one sheet, on a thread of its own.
    pub(super) fn begin(name: &'static str) -> Self {
        let (rows, mut taken) = mpsc::channel::<Row>(ROWS_IN_FLIGHT);
        let file = tokio::task::spawn_blocking(move || {
            let mut workbook = Workbook::new();
            let mut table = Table::begin::<Row>(workbook.add_worksheet_with_constant_memory()?, name)?;
            while let Some(row) = taken.blocking_recv() {
                table.row(&row)?;
            }
            let mut file = tempfile::tempfile().map_err(XlsxError::IoError)?;
            workbook.save_to_writer(&mut file)?;
            file.rewind().map_err(XlsxError::IoError)?;
            Ok(file)
        });
        Self { rows, file }
    }

    /// Adds a row; false when the workbook failed, which [`Self::end`] then tells.
    pub(super) async fn row(&self, row: Row) -> bool {
        self.rows.send(row).await.is_ok()
    }

    /// Ends the workbook and gives its file.
    pub(super) async fn end(self) -> Result<File, Problem> {
        drop(self.rows);
        done(self.file).await
    }
}

/// What a thread made of a workbook.
pub(super) async fn done<T>(made: tokio::task::JoinHandle<Result<T, XlsxError>>) -> Result<T, Problem> {
    let failed = |why: &dyn std::fmt::Display| {
        log::error!("a workbook could not be written: {why}");
        Problem::new(Code::Internal)
    };
    match made.await {
        Ok(Ok(made)) => Ok(made),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

/// The content of a file, in chunks.
pub(super) fn content(file: File) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let read = block(move || {
            let mut chunk = vec![0; CHUNK];
            let length = file.read(&mut chunk)?;
            chunk.truncate(length);
            Ok::<_, std::io::Error>((chunk, file))
        });
        let (chunk, file) = read.await.map_err(std::io::Error::other)??;
        Ok(if chunk.is_empty() { None } else { Some((Bytes::from(chunk), file)) })
    })
}

/// The sheet on its way.
struct Table<'a> {
    sheet: &'a mut Worksheet,
    columns: Vec<String>,
    walk: Walk,
    day: Format,
    time: Format,
    row: u32,
    next: usize,
    failed: Option<XlsxError>,
}

impl<'a> Table<'a> {
    fn begin<Row: ListRow>(sheet: &'a mut Worksheet, name: &str) -> Result<Self, XlsxError> {
        let columns = columns::<Row>();
        let bold = Format::new().set_bold();
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, heading) in (0..).zip(&columns) {
            sheet.set_column_width(column, WIDTH)?.write_string_with_format(0, column, heading, &bold)?;
        }
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        Ok(Self { sheet, columns, walk: Walk::default(), day, time, row: 0, next: 0, failed: None })
    }

    fn row(&mut self, row: &impl ListRow) -> Result<(), XlsxError> {
        self.row += 1;
        self.next = 0;
        let mut walk = std::mem::take(&mut self.walk);
        let walked = walk.row(row, self);
        self.walk = walk;
        walked.map_err(|error| XlsxError::CustomError(error.to_string()))?;
        self.failed.take().map_or(Ok(()), Err)
    }

    fn write(&mut self, column: u16, cell: Cell<'_>) -> Result<(), XlsxError> {
        let row = self.row;
        match cell {
            Cell::Empty => return Ok(()),
            Cell::Truth(truth) => self.sheet.write_boolean(row, column, truth)?,
            // Excel knows no other numbers; those of our rows are counts and days.
            #[allow(clippy::cast_precision_loss)]
            Cell::Whole(number) => self.sheet.write_number(row, column, number as f64)?,
            Cell::Text(text) => match moment(text) {
                Some(Moment::Day(day)) => {
                    self.sheet.write_datetime_with_format(row, column, day, &self.day)?
                }
                Some(Moment::At(at)) => self.sheet.write_datetime_with_format(row, column, at, &self.time)?,
                // Text is text here, never a formula.
                None => self.sheet.write_string(row, column, text)?,
            },
        };
        Ok(())
    }
}

impl Sink for Table<'_> {
    fn cell(&mut self, path: &str, cell: Cell<'_>) {
        let Some(ahead) = self.columns[self.next..].iter().position(|column| column == path) else { return };
        let column = self.next + ahead;
        self.next = column + 1;
        if let Err(error) = self.write(u16::try_from(column).unwrap_or(u16::MAX), cell) {
            self.failed.get_or_insert(error);
        }
    }
}

/// What a text says about time, as a spreadsheet reckons: local, without a zone.
enum Moment {
    Day(NaiveDate),
    At(NaiveDateTime),
}

fn moment(text: &str) -> Option<Moment> {
    let begins_like_a_year = text.len() >= 10 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    if !begins_like_a_year {
        return None;
    }
    if text.len() == 10 {
        return NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Moment::Day);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at| Moment::At(at.naive_local()))
}
