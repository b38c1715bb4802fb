//! The report on disclosure: the table across an A4, and the agencies that have most to disclose and to record.

use super::{begin, charts, escaped, grouped, largest};
use crate::features::reports::disclosure::{Cell, GROUPS, Line, Numbers, Report, TITLE};
use crate::features::reports::printed::whose;
use crate::features::reports::table::TOTAL_NAME;
use std::fmt::Write;

/// Rows that the table has at most: those with the most to disclose; the others are one row.
const MOST_ROWS: usize = 14;

const ACROSS: &str = "@page{size:A4 landscape}body{max-width:272mm}table{font-size:7.5pt;table-layout:fixed}th{font-weight:normal;font-size:7pt;padding:.4mm}\
thead tr:first-child th{font-weight:bold}th.n{width:15%}";

/// Writes the page.
pub fn write(report: &Report) -> String {
    let (from, to) = report.span.days();
    let mut page = String::with_capacity(16 * 1024);
    begin(
        &mut page,
        ("Công khai thủ tục hành chính", ACROSS),
        (whose(&report.agency), ""),
        (TITLE, &from, &to),
    );
    head(&mut page);
    let (kept, others) = largest(&report.lines, MOST_ROWS, |line| line.numbers.disclosed.in_force());
    for Line { name, numbers, .. } in kept {
        row(&mut page, name, numbers, "");
    }
    if !others.is_empty() {
        let mut sum = Numbers::default();
        for line in &others {
            sum += &line.numbers;
        }
        row(&mut page, &format!("Còn lại ({})", others.len()), &sum, "");
    }
    row(&mut page, TOTAL_NAME, &report.total, " class=\"t\"");
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "</tbody></table><p class=\"note\">Dữ liệu được cập nhật đến {}.</p>\
         <div class=\"two\"><div><h2>Tỷ lệ công khai đúng quy định theo cơ quan</h2>{}</div>\
         <div><h2>Tỷ lệ cập nhật trong một ngày làm việc theo cơ quan</h2>{}</div></div></body></html>",
        report.span.known_at(),
        charts::shares(report.lines.iter().map(|it| (&*it.name, it.numbers.disclosed.score())), charts::GOOD),
        charts::shares(
            report.lines.iter().map(|it| (&*it.name, it.numbers.recording.in_time)),
            charts::RESOLVED
        ),
    );
    page
}

fn head(page: &mut String) {
    page.push_str("<table><thead><tr><th class=\"n\" rowspan=\"2\">Cơ quan, đơn vị</th>");
    for (group, columns) in GROUPS {
        let _ = write!(page, "<th colspan=\"{}\">{group}</th>", columns.len());
    }
    page.push_str("</tr><tr>");
    for (name, _) in GROUPS.iter().flat_map(|(_, columns)| *columns) {
        let _ = write!(page, "<th>{name}</th>");
    }
    page.push_str("</tr></thead><tbody>");
}

fn row(page: &mut String, name: &str, numbers: &Numbers, class: &str) {
    let _ = write!(page, "<tr{class}><td class=\"n\">{}</td>", escaped(name));
    for (_, of) in GROUPS.iter().flat_map(|(_, columns)| *columns) {
        let _ = write!(page, "<td>{}</td>", shown(of(numbers)));
    }
    page.push_str("</tr>");
}

/// A number as it is printed; a share of nothing is a dash.
fn shown(cell: Cell) -> String {
    match cell {
        Cell::Count(count) => grouped(count),
        Cell::Part(share) if share.denominator <= 0 => "–".to_owned(),
        Cell::Part(share) => charts::percent(charts::ratio(share.numerator, share.denominator)),
    }
}
