//! Codes as parsed types: agency, procedure and dossier codes. A value of these types has the right grammar.
//!
//! A code is an identity, never a source of meaning: nothing reads a date or an agency out of it.

use super::text::fold;
use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Not an agency code.
    #[error("must be an agency code such as H51.29.05 or 000.05.29.H51")]
    Agency,
    /// Not a procedure code.
    #[error("must be a procedure code such as 1.004873 or 1.004946.000.00.00.H51")]
    Procedure,
    /// Not a dossier code.
    #[error("must be a dossier code such as H51.29-220215-0001 or 000.05.29.H51-220215-0001")]
    Dossier,
    /// Not a slug.
    #[error("must be 1 to 60 lower-case letters, digits and hyphens, such as ho-tich")]
    Slug,
}

/// Code of an agency: new order, biggest unit first (QĐ 20/2020/QĐ-TTg), or old order (QCVN 102:2016).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(
    value_type = String,
    example = "H51.29.05",
    pattern = r"^([GH][0-9]{2}(\.[0-9]{2,3}){0,3}|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[GH][0-9]{2})$"
)]
pub struct AgencyCode(String);

/// Code of a procedure (mã TTHC), national or local form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(
    value_type = String,
    example = "1.004873",
    pattern = r"^[0-9]\.[0-9]{6}(\.[GH][0-9]{2}(\.[0-9]{2})?|\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[GH][0-9]{2}(\.[0-9]{2})?)?$"
)]
pub struct ProcedureCode(String);

/// Code of a dossier (mã hồ sơ), NĐ 61/2018 Art. 26 and the order in use since QĐ 20/2020/QĐ-TTg.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(
    value_type = String,
    example = "H51.29-220215-0001",
    pattern = r"^([GH][0-9]{2}(\.[0-9]{2,3}){0,3}|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[GH][0-9]{2})-[0-9]{6}-[0-9]{4,7}$"
)]
pub struct DossierCode(String);

/// A short lower-case name, used for fields and cases.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(
    value_type = String,
    example = "ho-tich",
    max_length = 60,
    pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
)]
pub struct Slug(String);

macro_rules! parsed {
    ($name:ident, $check:path, $error:expr) => {
        impl $name {
            /// Parses the code.
            pub fn parse(text: &str) -> Result<Self, BadCode> {
                if $check(text) { Ok(Self(text.to_owned())) } else { Err($error) }
            }

            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

parsed!(AgencyCode, is_agency, BadCode::Agency);
parsed!(ProcedureCode, is_procedure, BadCode::Procedure);
parsed!(DossierCode, is_dossier, BadCode::Dossier);
parsed!(Slug, is_slug, BadCode::Slug);

impl AgencyCode {
    /// Whether a reader takes a text for a code: it is one, or would be with the digits and letters that its characters look like.
    pub fn is_read_into(text: &str) -> bool {
        let shown = text.nfkc().filter_map(|c| match c {
            'o' | 'O' => Some('0'),
            _ if c.is_ascii() => Some(c.to_ascii_uppercase()),
            _ if c.is_numeric() => Some('0'),
            // Of the Latin letters two begin a code, and others look like them.
            _ if c.is_alphabetic() => Some('H'),
            // Marks, and what does not show.
            _ => None,
        });
        is_agency(shown.collect::<String>().trim())
    }
}

impl Slug {
    /// The slug of a name: `Hộ tịch` is `ho-tich`. `None` when it has no letter or digit.
    pub fn of(name: &str) -> Option<Self> {
        let folded = fold(name);
        let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut slug = words.collect::<Vec<_>>().join("-");
        slug.truncate(60);
        Self::parse(slug.trim_end_matches('-')).ok()
    }
}

impl DossierCode {
    /// The generated code of the `number`-th dossier an agency received on a day. From 10,000 on it has five digits.
    pub fn generated(agency: &str, day: NaiveDate, number: i32) -> String {
        format!("{}{number:04}", Self::prefix(agency, day))
    }

    /// What stands before the number.
    pub fn prefix(agency: &str, day: NaiveDate) -> String {
        format!("{agency}-{}-", day.format("%y%m%d"))
    }
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// `H51`, `G03`: a province or a ministry.
fn is_root(text: &str) -> bool {
    text.starts_with(['G', 'H']) && digits(&text[1..], 2, 2)
}

/// `H51`, `H51.29`, `H51.29.05`, `H55.242`, or `000.05.29.H51`.
fn is_agency(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [root] => is_root(root),
        [four, three, two, root] if digits(four, 3, 3) && is_root(root) => {
            digits(three, 2, 2) && digits(two, 2, 2)
        }
        [root, units @ ..] => is_root(root) && units.len() <= 3 && units.iter().all(|u| digits(u, 2, 3)),
        [] => false,
    }
}

/// `1.004873`, `2.002621.H56`, `1.004946.000.00.00.H51`, `2.000815.000.00.00.H55.02`.
fn is_procedure(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let [first, second, rest @ ..] = parts.as_slice() else {
        return false;
    };
    digits(first, 1, 1)
        && digits(second, 6, 6)
        && match rest {
            [] => true,
            [root] => is_root(root),
            [root, sub] => is_root(root) && digits(sub, 2, 2),
            [a, b, c, root, sub @ ..] => {
                digits(a, 3, 3)
                    && digits(b, 2, 2)
                    && digits(c, 2, 2)
                    && is_root(root)
                    && sub.len() <= 1
                    && sub.iter().all(|s| digits(s, 2, 2))
            }
            _ => false,
        }
}

/// An agency code of either order, then `-YYMMDD-` and a running number of 4 to 7 digits.
fn is_dossier(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), [agency, day, number] if is_agency(agency) && digits(day, 6, 6) && digits(number, 4, 7))
}

fn is_slug(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_made_of_a_name() {
        let long = "a ".repeat(40);
        for (name, slug) in [
            ("Hộ tịch", Some("ho-tich")),
            ("  Đất đai – Môi trường (2024) ", Some("dat-dai-moi-truong-2024")),
            (long.as_str(), Some("a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a")),
            ("戸籍", None),
            ("", None),
        ] {
            assert_eq!(Slug::of(name).as_ref().map(Slug::as_str), slug, "{name}");
        }
    }

    #[test]
    fn what_looks_like_an_agency_code_is_known() {
        for text in [
            "H51.29",
            "000.05.29.H51",
            "h51.29",
            "H5１.29",
            "Н51.29",
            "H51\u{200b}.29",
            "H51.2٩",
            "H51．29",
            "H5O.29",
        ] {
            assert!(AgencyCode::is_read_into(text), "{text}");
        }
        for text in ["Phòng Tư pháp", "P51.29", "Tổ 12", "10023", "Ủy ban nhân dân xã 1", ""] {
            assert!(!AgencyCode::is_read_into(text), "{text}");
        }
    }

    #[test]
    fn dossier_codes_of_both_grammars() {
        for code in [
            "000.17.22.H56-210531-0001",
            "000.00.12.H51-220215-0001",
            "H15.50.05.13-261008-0975",
            "H51-220215-0001",
            "H55.242-220215-1234567",
            "G02-220215-00012",
        ] {
            assert!(DossierCode::parse(code).is_ok(), "{code}");
        }
        for code in [
            "",
            "H51",
            "H51-220215",
            "H51-220215-001",
            "H51-220215-12345678",
            "X51-220215-0001",
            "h51-220215-0001",
            "H51.1-220215-0001",
            "00.17.22.H56-210531-0001",
            "000.17.22.H56.01-210531-0001",
            "H51.29.05.01.02-220215-0001",
            "H51.29-2202155-0001",
            " H51-220215-0001",
            "H51-220215-0001\n",
            "H5１-220215-0001",
        ] {
            assert_eq!(DossierCode::parse(code), Err(BadCode::Dossier), "{code:?}");
        }
    }

    #[test]
    fn procedure_codes_of_every_form() {
        for code in [
            "1.004873",
            "2.002621.H56",
            "1.004946.000.00.00.H51",
            "2.000815.000.00.00.H55.02",
            "1.012753.H19.02",
        ] {
            assert!(ProcedureCode::parse(code).is_ok(), "{code}");
        }
        for code in
            ["", "1", "1.00487", "10.004873", "1.004873.", "1.004873.X51", "1.004946.000.00.H51", "a.004873"]
        {
            assert_eq!(ProcedureCode::parse(code), Err(BadCode::Procedure), "{code:?}");
        }
    }

    #[test]
    fn generated_codes_are_codes_beyond_9999_too() {
        let day = NaiveDate::from_ymd_opt(2022, 2, 15).unwrap();
        for (number, code) in
            [(1, "H51.29-220215-0001"), (9999, "H51.29-220215-9999"), (10_000, "H51.29-220215-10000")]
        {
            assert_eq!(DossierCode::generated("H51.29", day, number), code);
            assert!(DossierCode::parse(code).is_ok());
        }
    }

    #[test]
    fn slugs() {
        assert!(Slug::parse("ho-tich").is_ok());
        for slug in ["", "Hộ tịch", "-a", "a-", "a b", &"a".repeat(61)] {
            assert_eq!(Slug::parse(slug), Err(BadCode::Slug), "{slug:?}");
        }
    }
}
