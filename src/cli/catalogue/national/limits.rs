//! How long a national procedure takes and what it costs, by channel (`CACHTHUCTHUCHIEN`).
//!
//! A channel may give several times, each for a case that only its words (`MOTA`) tell from the others.

use super::{CHANNELS, list, text};
use crate::domain::amount::Amount;
use crate::domain::catalogue::content::{ChannelTerms, Fee};
use crate::domain::text::fold;
use crate::domain::vocabulary::{Channel, FeeKind, Starts, Unit};
use crate::features::procedures::json::{CaseLimitBody, LimitBody};
use serde_json::Value;

/// What was read.
#[derive(Default)]
pub struct Times {
    pub channels: Vec<ChannelTerms>,
    pub limits: Vec<CaseLimitBody>,
    pub fees: Vec<Fee>,
}

/// A case: its slug and its name.
type Case = Option<(String, String)>;

/// Reads the channels of a procedure.
pub fn read(item: &Value, notes: &mut Vec<String>) -> Result<Times, String> {
    let ways = list(item, "CACHTHUCTHUCHIEN");
    let has_cases = ways.iter().any(|way| list(way, "THOIGIAN").len() > 1);
    let is_undated = text(item, "KHONGCONGAYHENTRA").is_some_and(|said| said == "1" || fold(&said) == "true")
        || item["KHONGCONGAYHENTRA"].as_bool() == Some(true);
    let mut named: Vec<String> = vec![];
    let mut times = Times::default();
    for (i, way) in ways.iter().enumerate() {
        let said = text(way, "KENH").unwrap_or_default();
        let channel = CHANNELS.iter().find(|(_, number)| *number == said).map(|(channel, _)| *channel);
        let Some(channel) = channel else {
            notes.push(format!("/CACHTHUCTHUCHIEN/{i}/KENH: {said} is not known"));
            continue;
        };
        if list(way, "THOIGIAN").is_empty() {
            times.channels.push(terms(channel, &None, None, None));
        }
        for (j, of) in list(way, "THOIGIAN").iter().enumerate() {
            let at = format!("/CACHTHUCTHUCHIEN/{i}/THOIGIAN/{j}");
            let case = has_cases.then(|| case(of, &mut named));
            let limit = if is_undated { Some(plain(Unit::None, None)) } else { limit(of, &at)? };
            let words = text(of, "MOTA")
                .or_else(|| Some(format!("{} {}", text(of, "THOIGIANGIAIQUYET")?, text(of, "DONVITINH")?)));
            let costs: Vec<String> = list(of, "PHILEPHI").iter().filter_map(in_words).collect();
            let costs = (!costs.is_empty()).then(|| costs.join("\n"));
            times.channels.push(terms(channel, &case, words, costs));
            times.limits.extend(limit.map(|limit| of_case(&case, channel, limit)));
            for (k, of) in list(of, "PHILEPHI").iter().enumerate() {
                times.fees.extend(fee(of, &case, channel, &format!("{at}/PHILEPHI/{k}"), notes));
            }
        }
    }
    times.limits = shared(&times.limits);
    times.fees = shared_fees(&times.fees, &times.channels);
    Ok(times)
}

/// The case of a time, by its words: the same words are the same case by every channel.
fn case(of: &Value, named: &mut Vec<String>) -> (String, String) {
    let name = text(of, "MOTA").unwrap_or_else(|| "Trường hợp khác".into());
    let at = named.iter().position(|other| fold(other) == fold(&name)).unwrap_or_else(|| {
        named.push(name.clone());
        named.len() - 1
    });
    (format!("truong-hop-{}", at + 1), name.chars().take(500).collect())
}

fn terms(channel: Channel, case: &Case, limit: Option<String>, fee: Option<String>) -> ChannelTerms {
    let case = case.as_ref().map(|(slug, _)| slug.clone());
    ChannelTerms { channel, case, limit_text: limit, fee_text: fee, note: None }
}

fn of_case(case: &Case, channel: Channel, limit: LimitBody) -> CaseLimitBody {
    let (case, case_name) = case.clone().unzip();
    CaseLimitBody { case, case_name, channel: Some(channel), limit }
}

/// A time limit; none when only words say it. Months are no unit here: their last day is not that of so many days (Civil Code Đ.148).
fn limit(of: &Value, at: &str) -> Result<Option<LimitBody>, String> {
    let words = [text(of, "MOTA"), text(of, "DONVITINH")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let Some(said) = text(of, "THOIGIANGIAIQUYET").filter(|said| said != "0") else {
        let is_same_day = fold(&words).contains("trong ngay");
        return Ok(is_same_day.then(|| plain(Unit::SameDay, None)));
    };
    let decimal = said.replace(',', ".");
    let decimal = decimal.strip_suffix(".0").unwrap_or(&decimal);
    let amount: Amount = decimal.parse().map_err(|why| format!("{at}/THOIGIANGIAIQUYET: {why}"))?;
    let unit = text(of, "DONVITINH").unwrap_or_default();
    let unit = match fold(&unit).as_str() {
        "ngay lam viec" => Unit::WorkingDays,
        "ngay" => Unit::CalendarDays,
        "gio" | "gio lam viec" => Unit::WorkingHours,
        _ => return Err(format!("{at}/DONVITINH: must be ngày làm việc, ngày or giờ, and is {unit:?}")),
    };
    Ok(Some(plain(unit, Some(amount))))
}

/// Limits that are the same by every channel of their case are one for all.
fn shared(limits: &[CaseLimitBody]) -> Vec<CaseLimitBody> {
    let mut found: Vec<CaseLimitBody> = vec![];
    for of in limits {
        let alike = |other: &&CaseLimitBody| other.case == of.case;
        let same = |other: &CaseLimitBody| {
            (other.limit.unit, other.limit.amount) == (of.limit.unit, of.limit.amount)
        };
        let channel = if limits.iter().filter(alike).all(same) { None } else { of.channel };
        let is_there = found.iter().any(|other| other.case == of.case && other.channel == channel);
        if !is_there {
            found.push(CaseLimitBody { channel, ..of.clone() });
        }
    }
    found
}

/// Fees that are the same by every channel of their case are one for all.
fn shared_fees(fees: &[Fee], channels: &[ChannelTerms]) -> Vec<Fee> {
    let mut found: Vec<Fee> = vec![];
    for of in fees {
        let everywhere = channels
            .iter()
            .filter(|terms| terms.case == of.case)
            .all(|terms| fees.contains(&Fee { channel: Some(terms.channel), ..of.clone() }));
        let fee = if everywhere { Fee { channel: None, ..of.clone() } } else { of.clone() };
        if !found.contains(&fee) {
            found.push(fee);
        }
    }
    found
}

fn in_words(of: &Value) -> Option<String> {
    let amount = [text(of, "SOTIEN"), text(of, "DONVI")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = [Some(amount).filter(|amount| !amount.is_empty()), text(of, "MOTA")];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
    (!said.is_empty()).then_some(said)
}

fn fee(of: &Value, case: &Case, channel: Channel, at: &str, notes: &mut Vec<String>) -> Option<Fee> {
    let said = text(of, "SOTIEN")?;
    let unit = fold(&text(of, "DONVI").unwrap_or_default());
    let amount = amount(&said).filter(|_| ["", "dong", "vnd", "d"].contains(&unit.as_str()));
    let Some(amount) = amount else {
        notes.push(format!("{at}: {said} {unit} is no amount in đồng, and is only in fee_text"));
        return None;
    };
    let words = text(of, "MOTA").unwrap_or_else(|| "Phí, lệ phí".into());
    let (name, note) =
        words.split_once('\n').map_or((words.as_str(), None), |(name, note)| (name, Some(note)));
    let kind = if fold(name).contains("le phi") { FeeKind::Charge } else { FeeKind::Fee };
    Some(Fee {
        code: text(of, "MAPHILEPHI"),
        name: name.chars().take(500).collect(),
        kind,
        case: case.as_ref().map(|(slug, _)| slug.clone()),
        channel: Some(channel),
        amount,
        paid: None,
        note: note.map(|note| note.trim().to_owned()),
    })
}

/// An amount such as `400000`, `400.000`, `400,000` or `400000.0`.
fn amount(said: &str) -> Option<i64> {
    let said = said.trim();
    let groups: Vec<&str> = said.split(['.', ',']).collect();
    let is_grouped = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
    let digits =
        if is_grouped { groups.concat() } else { said.strip_suffix(".0").unwrap_or(said).to_owned() };
    digits.parse().ok().filter(|amount| *amount >= 0)
}

/// A limit from receipt, without parts.
fn plain(unit: Unit, amount: Option<Amount>) -> LimitBody {
    let (segments, prolongations) = (vec![], vec![]);
    LimitBody { unit, amount, cutoff: None, starts: Starts::Received, segments, prolongations }
}
