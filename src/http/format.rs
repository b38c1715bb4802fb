//! Which format an answer has: `?format=` first, else the `Accept` header (RFC 9110 section 12.5.1).

use super::error::{Code, Problem};
use crate::domain::refusal::{Refusal, Rule};
use serde::Deserialize;
use utoipa::ToSchema;

/// A format of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object with a page of items.
    Json,
    /// A JSON object a line, the whole list.
    Ndjson,
    /// RFC 4180 with a header row, UTF-8 with BOM, the whole list.
    Csv,
    /// An Excel workbook, the whole list of up to 1,048,575 rows.
    Xlsx,
    /// JSON-LD 1.1: linked data, of one thing and by `Accept` alone.
    #[serde(skip)]
    JsonLd,
    /// A page for people, of what has one.
    #[serde(skip)]
    Html,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: &'static [Self] = &[Self::Json, Self::Ndjson, Self::Csv, Self::Xlsx];

    /// Its value in `?format=`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLd => "jsonld",
            Self::Html => "html",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::JsonLd => "application/ld+json",
            Self::Html => "text/html",
        }
    }

    /// How the name of its file ends, if it is one to be saved.
    pub const fn file_suffix(self) -> Option<&'static str> {
        match self {
            Self::Csv => Some("csv"),
            Self::Xlsx => Some("xlsx"),
            Self::Json | Self::Ndjson | Self::JsonLd | Self::Html => None,
        }
    }

    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Html => "text/html; charset=utf-8",
            Self::Json | Self::Ndjson | Self::Xlsx | Self::JsonLd => self.media_type(),
        }
    }
}

/// The format to answer in. `offered` has the default first.
pub fn negotiate(asked: Option<Format>, accept: &str, offered: &[Format]) -> Result<Format, Problem> {
    if let Some(format) = asked {
        let names = || offered.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
        return if offered.contains(&format) {
            Ok(format)
        } else {
            Err(Refusal::parameter("format", Rule::InvalidValue, format!("must be one of {}", names()))
                .into())
        };
    }
    let weighted = offered.iter().map(|format| (*format, weight(accept, format.media_type())));
    let best = weighted.filter(|(_, w)| *w > 0).reduce(|a, b| if b.1 > a.1 { b } else { a });
    best.map(|(format, _)| format).ok_or_else(|| {
        let types = offered.iter().map(|f| f.media_type()).collect::<Vec<_>>().join(", ");
        Problem::new(Code::NotAcceptable).detail(format!("Offered here: {types}."))
    })
}

/// Weight in thousandths that an `Accept` header gives a media type: by the most specific range that fits.
fn weight(accept: &str, media_type: &str) -> u32 {
    let family = media_type.split('/').next().unwrap_or("");
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next()?.to_ascii_lowercase();
        let specific = match name.as_str() {
            "*/*" => 0,
            n if n.strip_suffix("/*") == Some(family) => 1,
            n if n == media_type => 2,
            _ => return None,
        };
        let q = parts.find_map(|p| p.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>).ok()?;
        // q has at most three decimals, so thousandths are exact.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let thousandths = (q.clamp(0.0, 1.0) * 1000.0).round() as u32;
        Some((specific, thousandths))
    });
    ranges.max_by_key(|(specific, _)| *specific).map_or(0, |(_, q)| q)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Format] = &[Format::Json, Format::Ndjson, Format::Csv];

    #[test]
    fn accept_chooses() {
        for (accept, format) in [
            ("*/*", Some(Format::Json)),
            ("text/csv", Some(Format::Csv)),
            ("text/*;q=0.9, application/x-ndjson", Some(Format::Ndjson)),
            ("text/csv, */*;q=0.1", Some(Format::Csv)),
            ("application/json;q=0, */*", Some(Format::Ndjson)),
            ("text/html, application/xml", None),
            ("", None),
            ("text/csv;q=x", None),
        ] {
            assert_eq!(negotiate(None, accept, ALL).ok(), format, "{accept}");
        }
    }

    #[test]
    fn the_parameter_comes_first_and_must_be_offered() {
        assert_eq!(negotiate(Some(Format::Csv), "application/json", ALL).ok(), Some(Format::Csv));
        assert!(negotiate(Some(Format::Csv), "*/*", &[Format::Json]).is_err());
    }
}
