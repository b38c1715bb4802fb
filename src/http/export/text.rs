//! Rows as CSV or NDJSON text.
//!
//! CSV is RFC 4180 for a spreadsheet: a header row, CRLF, UTF-8 with BOM so that Excel shows Vietnamese, and cells
//! that a spreadsheet would run as a formula begin with an apostrophe (OWASP, CSV injection).

use super::ListRow;
use super::cells::{Cell, Sink, Walk};
use super::columns::columns;
use crate::http::format::Format;
use actix_web::web::Bytes;
use std::io::Write;

/// Bytes gathered before they are sent on.
pub(super) const CHUNK: usize = 32 * 1024;

/// Writes rows one after another.
pub(super) enum Encoder {
    Csv(Box<Csv>),
    Ndjson(Vec<u8>),
}

/// A table on its way out.
pub(super) struct Csv {
    columns: Vec<String>,
    walk: Walk,
    /// The first column that the row has not filled.
    next: usize,
    writer: csv::Writer<Vec<u8>>,
}

impl Encoder {
    /// An encoder; CSV begins with its header row.
    pub(super) fn new<Row: ListRow>(format: Format) -> Self {
        if format != Format::Csv {
            return Self::Ndjson(Vec::with_capacity(CHUNK * 2));
        }
        let mut buffer = Vec::with_capacity(CHUNK * 2);
        buffer.extend_from_slice("\u{feff}".as_bytes());
        let mut csv =
            Csv { columns: columns::<Row>(), walk: Walk::default(), next: 0, writer: writer(buffer) };
        // Writing into memory cannot fail, here and below.
        let _ = csv.writer.write_record(&csv.columns);
        Self::Csv(Box::new(csv))
    }

    /// Adds a row.
    pub(super) fn row(&mut self, row: &impl ListRow) -> serde_json::Result<()> {
        match self {
            Self::Csv(csv) => csv.row(row),
            Self::Ndjson(buffer) => {
                serde_json::to_writer(&mut *buffer, row)?;
                buffer.push(b'\n');
                Ok(())
            }
        }
    }

    /// Whether enough is gathered to be sent on.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Csv(csv) => csv.writer.get_ref().len() >= CHUNK,
            Self::Ndjson(buffer) => buffer.len() >= CHUNK,
        }
    }

    /// What was gathered since the last time.
    pub(super) fn take(&mut self) -> Bytes {
        let fresh = Vec::with_capacity(CHUNK * 2);
        Bytes::from(match self {
            Self::Csv(csv) => {
                std::mem::replace(&mut csv.writer, writer(fresh)).into_inner().unwrap_or_default()
            }
            Self::Ndjson(buffer) => std::mem::replace(buffer, fresh),
        })
    }
}

fn writer(buffer: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(buffer)
}

impl Csv {
    fn row(&mut self, row: &impl ListRow) -> serde_json::Result<()> {
        self.next = 0;
        let mut walk = std::mem::take(&mut self.walk);
        let walked = walk.row(row, self);
        self.walk = walk;
        self.fill(self.columns.len());
        let _ = self.writer.write_record(None::<&[u8]>);
        walked
    }

    /// Leaves cells empty up to a column.
    fn fill(&mut self, column: usize) {
        for _ in self.next..column {
            let _ = self.writer.write_field("");
        }
        self.next = column;
    }
}

impl Sink for Csv {
    fn cell(&mut self, path: &str, cell: Cell<'_>) {
        // A field that has no column is one that may be left out, or an object that is absent.
        let Some(ahead) = self.columns[self.next..].iter().position(|column| column == path) else { return };
        self.fill(self.next + ahead);
        self.next += 1;
        let _ = match cell {
            Cell::Empty => self.writer.write_field(""),
            Cell::Text(text) if is_formula(text) => self.writer.write_field(format!("'{text}")),
            Cell::Text(text) => self.writer.write_field(text),
            Cell::Whole(number) => {
                let mut digits = [0; 20];
                let mut rest = &mut digits[..];
                // 20 bytes hold every i64.
                let _ = write!(rest, "{number}");
                let left = rest.len();
                self.writer.write_field(&digits[..20 - left])
            }
            Cell::Truth(truth) => self.writer.write_field(if truth { "true" } else { "false" }),
        };
    }
}

/// Whether a spreadsheet would run a text, in any of the widths a keyboard has.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use utoipa::ToSchema;

    #[derive(Serialize, ToSchema)]
    struct Row {
        name: &'static str,
        inner: Option<Inner>,
        #[serde(skip_serializing_if = "Option::is_none")]
        extra: Option<&'static str>,
        last: bool,
    }

    #[derive(Serialize, ToSchema)]
    struct Inner {
        days: Option<i64>,
        unit: &'static str,
    }

    impl ListRow for Row {
        const NO_COLUMN: &'static [&'static str] = &["extra"];
    }

    fn csv(rows: &[Row]) -> String {
        let mut encoder = Encoder::new::<Row>(Format::Csv);
        for row in rows {
            encoder.row(row).unwrap();
        }
        String::from_utf8(encoder.take().to_vec()).unwrap()
    }

    fn row(name: &'static str) -> Row {
        Row { name, inner: None, extra: Some("not shown"), last: true }
    }

    #[test]
    fn csv_opens_in_a_spreadsheet() {
        let inner = Some(Inner { days: Some(-4), unit: "d" });
        let whole = Row { name: "Phòng Tư pháp, \"một cửa\"", inner, extra: None, last: false };
        let text = csv(&[whole, row("hai\ndòng")]);
        let expected = "\u{feff}name,inner.days,inner.unit,last\r\n\
                        \"Phòng Tư pháp, \"\"một cửa\"\"\",-4,d,false\r\n\"hai\ndòng\",,,true\r\n";
        assert_eq!(text, expected);
        assert_eq!(csv(&[]).lines().count(), 1, "an empty table has its header");
    }

    #[test]
    fn formulas_are_text() {
        for cell in ["=cmd|'/c calc'!A1", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1"] {
            let text = csv(&[row(cell)]);
            let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            let read = reader.records().next().unwrap().unwrap();
            assert_eq!(&read[0], format!("'{cell}"));
        }
    }

    #[test]
    fn what_is_taken_is_gone() {
        let mut encoder = Encoder::new::<Row>(Format::Csv);
        encoder.row(&row("a")).unwrap();
        assert!(encoder.take().ends_with(b"a,,,true\r\n"));
        encoder.row(&row("b")).unwrap();
        assert_eq!(encoder.take(), "b,,,true\r\n");
        let mut lines = Encoder::new::<Row>(Format::Ndjson);
        lines.row(&row("a")).unwrap();
        assert_eq!(lines.take(), "{\"name\":\"a\",\"inner\":null,\"extra\":\"not shown\",\"last\":true}\n");
    }
}
