//! Where a procedure contradicts itself: a text against a number, a form that is named and not attached, a case without a time
//! limit. None forbids a publication; each is a warning.
//!
//! Texts are read for what is plain in them: a number before a unit of time, a number before `đồng`. What is not plain is not judged.

use super::content::{ChannelTerms, Content, Document};
use crate::domain::text::fold;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::{Unit, WarningCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// What kind.
    pub code: WarningCode,
    /// Where in the draft: a JSON pointer (RFC 6901).
    #[schema(example = "/content/channels/0/limit_text")]
    pub pointer: String,
    /// What is wrong, in English.
    #[schema(example = "says 5 working_days; the limits say 3 working_days")]
    pub message: String,
}

/// Every contradiction, in the order of the parts.
pub fn contradictions(limits: &[CaseLimit], content: &Content) -> Vec<Warning> {
    let mut found = vec![];
    let mut warn = |code, pointer: String, message: String| found.push(Warning { code, pointer, message });
    for (pointer, case) in content.cases() {
        if !limits.iter().any(|limit| limit.case.as_deref() == Some(case)) {
            warn(WarningCode::CaseWithoutLimit, pointer, format!("no time limit is of the case {case}"));
        }
    }
    for (i, terms) in content.channels.iter().enumerate() {
        if let Some(message) = terms.limit_text.as_deref().and_then(|text| limit_differs(text, terms, limits))
        {
            warn(WarningCode::LimitTextDiffers, format!("/content/channels/{i}/limit_text"), message);
        }
        if let Some(message) = terms.fee_text.as_deref().and_then(|text| fee_differs(text, terms, content)) {
            warn(WarningCode::FeeTextDiffers, format!("/content/channels/{i}/fee_text"), message);
        }
    }
    for (i, of) in content.documents.iter().enumerate() {
        for (j, document) in of.items.iter().enumerate() {
            if let Some((place, name)) = form_not_attached(document) {
                let pointer = format!("/content/documents/{i}/items/{j}/{place}");
                warn(WarningCode::FormNotAttached, pointer, format!("the form {name:?} is not attached"));
            }
        }
    }
    found
}

/// The form of a document that nobody can fill in: it is named without a file, or the document's name says that there is one. Where
/// it is missing, and its name.
fn form_not_attached(document: &Document) -> Option<(&'static str, &str)> {
    if let Some(form) = &document.form {
        return form.file.is_none().then_some(("form/file", form.name.as_str()));
    }
    let folded = fold(&document.name);
    let is_named = folded.contains("theo mau") || folded.contains("mau so");
    is_named.then_some(("form", document.name.as_str()))
}

/// The time limits that hold for a channel and, if terms are of one, their case.
fn limits_of<'a>(terms: &ChannelTerms, limits: &'a [CaseLimit]) -> Vec<&'a CaseLimit> {
    let of_case = |limit: &&CaseLimit| terms.case.is_none() || limit.case == terms.case;
    let own = limits.iter().filter(of_case).filter(|limit| limit.channel == Some(terms.channel));
    let cases_of_its_own: Vec<_> = own.clone().map(|limit| &limit.case).collect();
    let common = limits.iter().filter(of_case).filter(|limit| limit.channel.is_none());
    own.chain(common.filter(|limit| !cases_of_its_own.contains(&&limit.case))).collect()
}

/// Says how a text differs from the time limits: it names times, and one of them no limit has.
fn limit_differs(text: &str, terms: &ChannelTerms, limits: &[CaseLimit]) -> Option<String> {
    let of = limits_of(terms, limits);
    let known: Vec<(i64, Unit)> = of
        .iter()
        .flat_map(|limit| {
            let prolonged = limit.prolongations.iter().map(|allowed| allowed.by);
            std::iter::once(limit.limit).chain(prolonged).chain(limit.segments.iter().map(|part| part.limit))
        })
        .filter_map(|limit| Some((i64::from(limit.amount()?.hundredths()), limit.unit())))
        .collect();
    let show = |(hundredths, unit): &(i64, Unit)| match hundredths % 100 {
        0 => format!("{} {unit}", hundredths / 100),
        part => format!("{}.{part:02} {unit}", hundredths / 100),
    };
    let (counted, times) = (known, times(text));
    let known = counted.iter().map(show).collect::<Vec<_>>().join(", ");
    let known = if known.is_empty() { "no amount".to_owned() } else { known };
    if let Some(months) = months(text) {
        return Some(format!("says {months} months, which no limit is; the limits say {known}"));
    }
    let says = times.into_iter().find(|time| !counted.contains(time))?;
    Some(format!("says {}; the limits say {known}", show(&says)))
}

/// A number of months in a text, and not the day of a month.
fn months(text: &str) -> Option<u32> {
    let folded = fold(text);
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).enumerate().find_map(|(i, pair)| {
        let names_a_month =
            words.get(i + 2).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        pair[0].parse().ok().filter(|_| pair[1] == "thang" && !names_a_month)
    })
}

/// The times in a text, in hundredths: `03 ngày làm việc`, `2,5 ngày`, `8 giờ làm việc`.
fn times(text: &str) -> Vec<(i64, Unit)> {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(|c: char| !(c.is_ascii_alphanumeric() || ".,".contains(c)))
        .filter(|w| !w.is_empty())
        .collect();
    let mut found = vec![];
    for (i, word) in words.iter().enumerate() {
        let Some(number) = hundredths(word) else { continue };
        let next = |n: usize| words.get(i + n).map_or("", |word| word.trim_matches(['.', ',']));
        let unit = match (next(1), next(2), next(3)) {
            ("ngay", "lam", "viec") => Unit::WorkingDays,
            ("ngay", ..) => Unit::CalendarDays,
            ("gio", "lam", "viec") => Unit::WorkingHours,
            _ => continue,
        };
        found.push((number, unit));
    }
    found
}

fn hundredths(word: &str) -> Option<i64> {
    let word = word.trim_matches(['.', ',']).replace(',', ".");
    let (whole, part) = word.split_once('.').unwrap_or((&word, ""));
    let part = match part.len() {
        0 => 0,
        1 => part.parse::<i64>().ok()? * 10,
        2 => part.parse().ok()?,
        _ => return None,
    };
    // A clock, a year or a decision has more digits than any time limit.
    whole.parse::<i64>().ok().filter(|_| whole.len() <= 4).map(|whole| whole * 100 + part)
}

/// Says how a text differs from the fees: it names an amount that no fee has, or says that there is none though there is.
fn fee_differs(text: &str, terms: &ChannelTerms, content: &Content) -> Option<String> {
    let of = content.fees.iter().filter(|fee| {
        let of_case = fee.case.is_none() || terms.case.is_none() || fee.case == terms.case;
        of_case && fee.channel.is_none_or(|channel| channel == terms.channel)
    });
    let known: Vec<i64> = of.map(|fee| fee.amount).collect();
    let folded = fold(text);
    let amounts = amounts(&folded);
    if let Some(says) = amounts.iter().find(|amount| !known.contains(amount)) {
        return Some(format!("says {says} đồng, which no fee here is"));
    }
    let is_free = ["khong thu", "mien phi", "khong mat phi"].iter().any(|free| folded.contains(free))
        || folded == "khong";
    let due = known.iter().find(|amount| **amount > 0)?;
    (is_free && amounts.is_empty()).then(|| format!("says that there is no fee; one here is {due} đồng"))
}

/// The amounts in a folded text: `400.000 dong`, `8000d/trang`, `50,000 vnd`.
fn amounts(folded: &str) -> Vec<i64> {
    let mut found = vec![];
    let mut rest = folded;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[start..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || ".,".contains(c))).unwrap_or(rest.len());
        let digits: String = rest[..end].chars().filter(char::is_ascii_digit).collect();
        rest = &rest[end..];
        let unit: String = rest.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
        if matches!(unit.as_str(), "dong" | "d" | "vnd") {
            found.extend(digits.parse::<i64>().ok());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::content::{CaseDocuments, Fee, Form};
    use crate::domain::time_limit::TimeLimit;
    use crate::domain::vocabulary::{Channel, FeeKind};

    fn terms(limit_text: Option<&str>, fee_text: Option<&str>) -> Content {
        let (limit_text, fee_text) = (limit_text.map(Into::into), fee_text.map(Into::into));
        let terms = ChannelTerms { channel: Channel::Online, case: None, limit_text, fee_text, note: None };
        let fee = Fee {
            code: None,
            name: "Lệ phí".into(),
            kind: FeeKind::Charge,
            case: None,
            channel: None,
            amount: 400_000,
            paid: None,
            note: None,
        };
        Content { channels: vec![terms], fees: vec![fee], ..Content::default() }
    }

    fn limits() -> Vec<CaseLimit> {
        let days = |text: &str| CaseLimit::plain(TimeLimit::WorkingDays(text.parse().unwrap()));
        let verified = CaseLimit { case: Some("xac-minh".into()), ..days("8") };
        vec![days("3"), CaseLimit { channel: Some(Channel::Online), ..days("2.5") }, verified]
    }

    #[test]
    fn a_text_must_name_the_limits() {
        for (text, differs) in [
            ("2,5 ngày làm việc", false),
            ("Không quá 02.5 ngày làm việc; cần xác minh: không quá 08 ngày làm việc.", false),
            ("Trong ngày", false),
            ("Theo Luật số 60, trước 15 giờ", false),
            ("03 ngày làm việc", true), // of other channels
            ("2,5 ngày", true),         // another unit
            ("01 tháng", true),         // a unit that no limit has
            ("Trước ngày 15 tháng 3", false),
            ("05 NGÀY LÀM VIỆC kể từ ngày nhận đủ hồ sơ", true),
        ] {
            let found = contradictions(&limits(), &terms(Some(text), None));
            assert_eq!(
                found.iter().any(|w| w.code == WarningCode::LimitTextDiffers),
                differs,
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn a_text_must_name_the_fees() {
        for (text, differs) in [
            ("400.000 đồng", false),
            ("Lệ phí: 400,000đ/hồ sơ", false),
            ("Theo nghị quyết của Hội đồng nhân dân", false),
            ("Miễn phí với người có công; 400.000 VNĐ với người khác", false),
            ("300.000 đồng", true),
            ("Không thu phí", true),
            ("Không", true),
        ] {
            let found = contradictions(&limits(), &terms(None, Some(text)));
            assert_eq!(
                found.iter().any(|w| w.code == WarningCode::FeeTextDiffers),
                differs,
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn forms_are_attached_and_cases_have_limits() {
        let form = Some(Form { name: "Tờ khai".into(), file: None });
        let document =
            Document { code: None, name: "Tờ khai".into(), required: true, originals: 1, copies: 0, form };
        let named = Document { name: "Đơn (theo mẫu số 02)".into(), form: None, ..document.clone() };
        let plain = Document { name: "Giấy ra viện".into(), form: None, ..document.clone() };
        let items = vec![document, named, plain];
        let documents = vec![CaseDocuments { case: Some("khac".into()), items }];
        let found = contradictions(&limits(), &Content { documents, ..Content::default() });
        let found: Vec<_> = found.iter().map(|w| (w.code, w.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                (WarningCode::CaseWithoutLimit, "/content/documents/0/case"),
                (WarningCode::FormNotAttached, "/content/documents/0/items/0/form/file"),
                (WarningCode::FormNotAttached, "/content/documents/0/items/1/form"),
            ]
        );
    }
}
