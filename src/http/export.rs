//! Streams a whole list as CSV or NDJSON in constant memory.
//!
//! CSV is RFC 4180 for a spreadsheet: a header row, CRLF, UTF-8 with BOM so that Excel shows Vietnamese, and cells
//! that a spreadsheet would run as a formula begin with an apostrophe. A stream that fails on the way is cut
//! without its final chunk, so that no client takes it for whole.

use super::format::Format;
use crate::db::{DbError, Rows};
use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use futures_util::stream;
use serde::Serialize;

/// Bytes gathered before they are sent on.
const CHUNK: usize = 16 * 1024;

/// A row of an export.
pub trait ExportRow: Serialize {
    /// The header row of the CSV: the names of the fields, in their order.
    const COLUMNS: &'static [&'static str];

    /// The cells of the CSV; an absent value is an empty cell.
    fn cells(&self) -> Vec<String>;
}

/// Answers with every row.
pub fn answer<Row: 'static, Out: ExportRow>(
    format: Format,
    name: &str,
    rows: Rows<Row>,
    show: impl Fn(Row) -> Out + 'static,
) -> HttpResponse {
    let state = (rows, Encoder::new(format, Out::COLUMNS), false);
    let body = stream::try_unfold((state, show), move |((mut rows, mut encoder, done), show)| async move {
        if done {
            return Ok(None);
        }
        loop {
            match rows.next().await {
                Some(row) => encoder.row(&show(row?)),
                None => return Ok(Some((encoder.take(), ((rows, encoder, true), show)))),
            }
            if encoder.buffer.len() >= CHUNK {
                return Ok::<_, DbError>(Some((encoder.take(), ((rows, encoder, false), show))));
            }
        }
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, format.content_type()));
    if format == Format::Csv {
        response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")));
    }
    response.streaming(Box::pin(futures_util::TryStreamExt::inspect_err(body, |error: &DbError| {
        log::error!("an export was cut off: {error}");
    })))
}

struct Encoder {
    format: Format,
    buffer: Vec<u8>,
}

impl Encoder {
    fn new(format: Format, columns: &[&str]) -> Self {
        let mut encoder = Self { format, buffer: Vec::with_capacity(CHUNK * 2) };
        if format == Format::Csv {
            encoder.buffer.extend_from_slice("\u{feff}".as_bytes());
            encoder.line(columns.iter().map(|c| (*c).to_owned()));
        }
        encoder
    }

    fn row<Out: ExportRow>(&mut self, row: &Out) {
        if self.format == Format::Csv {
            self.line(row.cells().into_iter().map(neutral));
        } else {
            // Rows hold strings, numbers and booleans: serializing them into memory cannot fail.
            let _ = serde_json::to_writer(&mut self.buffer, row);
            self.buffer.push(b'\n');
        }
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut self.buffer);
        // Writing into memory cannot fail.
        let _ = writer.write_record(cells);
        let _ = writer.flush();
    }

    fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK * 2)))
    }
}

/// A cell that a spreadsheet takes as text (OWASP, CSV injection).
fn neutral(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row(&'static str, Option<i64>);

    impl ExportRow for Row {
        const COLUMNS: &'static [&'static str] = &["name", "days"];
        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.map(|d| d.to_string()).unwrap_or_default()]
        }
    }

    fn csv(rows: &[Row]) -> String {
        let mut encoder = Encoder::new(Format::Csv, Row::COLUMNS);
        for row in rows {
            encoder.row(row);
        }
        String::from_utf8(encoder.take().to_vec()).unwrap()
    }

    #[test]
    fn csv_opens_in_a_spreadsheet() {
        let text = csv(&[Row("Phòng Tư pháp, \"một cửa\"", Some(4)), Row("hai\ndòng", None)]);
        let expected = "\u{feff}name,days\r\n\"Phòng Tư pháp, \"\"một cửa\"\"\",4\r\n\"hai\ndòng\",\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn formulas_are_text() {
        for cell in ["=cmd|'/c calc'!A1", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1"] {
            let row = csv(&[Row(cell, None)]);
            let mut reader = csv::Reader::from_reader(row.trim_start_matches('\u{feff}').as_bytes());
            let read = reader.records().next().unwrap().unwrap();
            assert_eq!(&read[0], format!("'{cell}"));
        }
    }
}
