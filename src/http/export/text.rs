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
    buffer: Vec<u8>,
}

impl Encoder {
    /// An encoder; CSV begins with its header row.
    pub(super) fn new<Row: ListRow>(format: Format) -> Self {
        if format != Format::Csv {
            return Self::Ndjson(Vec::with_capacity(CHUNK * 2));
        }
        let mut buffer = Vec::with_capacity(CHUNK * 2);
        buffer.extend_from_slice("\u{feff}".as_bytes());
        let mut csv = Csv { columns: columns::<Row>(), walk: Walk::default(), next: 0, buffer };
        csv.header();
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
            Self::Csv(csv) => csv.buffer.len() >= CHUNK,
            Self::Ndjson(buffer) => buffer.len() >= CHUNK,
        }
    }

    /// What was gathered since the last time.
    pub(super) fn take(&mut self) -> Bytes {
        let fresh = Vec::with_capacity(CHUNK * 2);
        Bytes::from(match self {
            Self::Csv(csv) => std::mem::replace(&mut csv.buffer, fresh),
            Self::Ndjson(buffer) => std::mem::replace(buffer, fresh),
        })
    }
}

impl Csv {
    fn header(&mut self) {
        for column in std::mem::take(&mut self.columns) {
            self.begin();
            self.quoted_if_needed(&column);
            self.columns.push(column);
        }
        self.buffer.extend_from_slice(b"\r\n");
    }

    fn row(&mut self, row: &impl ListRow) -> serde_json::Result<()> {
        self.next = 0;
        let mut walk = std::mem::take(&mut self.walk);
        let walked = walk.row(row, self);
        self.walk = walk;
        self.fill(self.columns.len());
        self.buffer.extend_from_slice(b"\r\n");
        walked
    }

    /// Begins the next cell.
    fn begin(&mut self) {
        if self.next > 0 {
            self.buffer.push(b',');
        }
        self.next += 1;
    }

    /// Puts a text in quotes where RFC 4180 section 2 asks for it, and where spreadsheets of other countries would split
    /// it. By hand, for an export is mostly this.
    fn quoted_if_needed(&mut self, text: &str) {
        if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n' | b';' | b'\t')) {
            self.buffer.extend_from_slice(text.as_bytes());
            return;
        }
        self.buffer.push(b'"');
        for (i, part) in text.split('"').enumerate() {
            if i > 0 {
                self.buffer.extend_from_slice(b"\"\"");
            }
            self.buffer.extend_from_slice(part.as_bytes());
        }
        self.buffer.push(b'"');
    }

    /// Leaves cells empty up to a column.
    fn fill(&mut self, column: usize) {
        while self.next < column {
            self.begin();
        }
    }
}

impl Sink for Csv {
    fn cell(&mut self, path: &str, cell: Cell<'_>) {
        // A field that has no column is one that may be left out, or an object that is absent.
        let Some(ahead) = self.columns[self.next..].iter().position(|column| column == path) else { return };
        self.fill(self.next + ahead);
        self.begin();
        match cell {
            Cell::Empty => {}
            Cell::Text(text) if is_formula(text) => self.quoted_if_needed(&format!("'{text}")),
            Cell::Text(text) => self.quoted_if_needed(text),
            // Writing into memory cannot fail.
            Cell::Whole(number) => drop(write!(self.buffer, "{number}")),
            Cell::Truth(truth) => self.buffer.extend_from_slice(if truth { b"true" } else { b"false" }),
        }
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

    proptest::proptest! {
        /// Whatever a cell holds, a reader gets it back, and no other cell with it.
        #[test]
        fn any_text_reads_back(text in "[,\"\r\na-zđ ';=]{0,12}") {
            let leaked: &'static str = Box::leak(text.clone().into_boxed_str());
            let written = csv(&[row(leaked), row("next")]);
            let mut reader = csv::Reader::from_reader(written.trim_start_matches('\u{feff}').as_bytes());
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let expected = if is_formula(&text) { format!("'{text}") } else { text };
            proptest::prop_assert_eq!(&read[0][0], expected.as_str());
            proptest::prop_assert_eq!((read.len(), &read[1][0], read[0].len()), (2, "next", 4));
        }
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
