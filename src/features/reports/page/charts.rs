//! The charts of the page, as SVG.

use super::{escaped, grouped};
use crate::domain::share::Share;
use crate::features::reports::queries::months::Part;
use chrono::Datelike;
use std::fmt::Write;

/// Colours: told apart on a printer without colours too.
pub(super) const LATE: &str = "#b3261e";
pub(super) const GOOD: &str = "#2e6f40";
const RECEIVED: &str = "#9db7d5";
pub(super) const RESOLVED: &str = "#33618f";

/// Agencies in a chart at most.
const MOST: usize = 12;

/// Characters of a name that fit.
const NAME: usize = 34;

/// Bars side by side for each month: received, resolved, late.
pub(super) fn months(parts: &[Part]) -> String {
    let (width, tall, foot, head) = (720.0, 190.0, 18.0, 22.0);
    let most = parts.iter().map(|part| part.received.max(part.resolved)).max().unwrap_or(0).max(1);
    let mut svg =
        format!("<svg viewBox=\"0 0 {width} {tall}\" role=\"img\" font-size=\"9\" font-family=\"inherit\">");
    for (at, (name, colour)) in
        (0_u8..).zip([("Tiếp nhận", RECEIVED), ("Đã giải quyết", RESOLVED), ("Giải quyết quá hạn", LATE)])
    {
        let x = 10.0 + 130.0 * f64::from(at);
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"2\" width=\"9\" height=\"9\" fill=\"{colour}\"/><text x=\"{}\" y=\"10\">{name}</text>",
            x + 13.0
        );
    }
    let count = u32::try_from(parts.len().max(1)).unwrap_or(u32::MAX);
    let step = width / f64::from(count);
    let (bar, full) = ((step * 0.26).min(26.0), tall - foot - head - 10.0);
    for (at, part) in (0_u32..).zip(parts) {
        let left = step * f64::from(at) + (step - 3.0 * bar) / 2.0;
        for (n, (value, colour)) in
            (0_u8..).zip([(part.received, RECEIVED), (part.resolved, RESOLVED), (part.late, LATE)])
        {
            let height = full * ratio(value, most);
            let (x, y) = (left + bar * f64::from(n), tall - foot - height);
            let _ = write!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"{colour}\"><title>{}</title></rect>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"7\">{}</text>",
                bar - 1.0,
                grouped(value),
                x + bar / 2.0,
                y - 2.0,
                grouped(value),
            );
        }
        let (from, middle) = (part.period.from, step * (f64::from(at) + 0.5));
        let _ = write!(
            svg,
            "<text x=\"{middle:.1}\" y=\"{}\" text-anchor=\"middle\">{:02}/{}</text>",
            tall - 5.0,
            from.month(),
            from.year()
        );
    }
    let _ = write!(
        svg,
        "<line x1=\"0\" y1=\"{0}\" x2=\"{width}\" y2=\"{0}\" stroke=\"#555\"/></svg>",
        tall - foot
    );
    svg
}

/// A bar for the share of each agency: those with the most to share first.
pub(super) fn shares<'a>(agencies: impl Iterator<Item = (&'a str, Share)>, colour: &str) -> String {
    let (width, line_height) = (350.0, 15.0);
    let mut lines: Vec<(&str, Share)> = agencies.collect();
    lines.retain(|(_, share)| share.denominator > 0);
    if lines.is_empty() {
        return "<p class=\"note\">Không có dữ liệu.</p>".to_owned();
    }
    lines.sort_by_key(|(_, share)| std::cmp::Reverse(share.denominator));
    lines.truncate(MOST);
    let height = line_height * f64::from(u8::try_from(lines.len()).unwrap_or(u8::MAX));
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" font-size=\"8.5\" font-family=\"inherit\">"
    );
    for (at, (name, share)) in (0_u8..).zip(lines) {
        let (y, part) = (line_height * f64::from(at), ratio(share.numerator, share.denominator));
        let name = short(name);
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{:.1}\">{}</text><rect x=\"165\" y=\"{:.1}\" width=\"110\" height=\"9\" fill=\"#e8e8e8\"/>\
             <rect x=\"165\" y=\"{:.1}\" width=\"{:.1}\" height=\"9\" fill=\"{colour}\"/><text x=\"280\" y=\"{:.1}\">{} ({}/{})</text>",
            y + 10.0,
            escaped(&name),
            y + 3.0,
            y + 3.0,
            110.0 * part,
            y + 10.0,
            percent(part),
            grouped(share.numerator),
            grouped(share.denominator),
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A name that fits beside its bar.
fn short(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let begin: String = name.chars().take(NAME - 1).collect();
    format!("{}…", begin.trim_end())
}

/// A part of a whole, for lengths.
// No number of dossiers is so great that a double could not tell the length of its bar.
#[allow(clippy::cast_precision_loss)]
pub(super) fn ratio(part: i64, whole: i64) -> f64 {
    if whole <= 0 { 0.0 } else { (part as f64 / whole as f64).clamp(0.0, 1.0) }
}

/// With one decimal, and the comma of Vietnamese.
pub(super) fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0).replace('.', ",")
}
