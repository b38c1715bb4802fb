//! A report as one page of HTML that prints to one A4: the table, what came in and ended month by month, and the agencies that end most
//! late. Without scripts and without anything from elsewhere.

mod charts;

use super::printed::{COLUMNS, Printed};
use super::queries::months::Part;
use super::table::Row;
use crate::domain::report::Counts;
use crate::domain::share::Share;
use crate::domain::vocabulary::{Column, ReportBy};
use std::fmt::Write;

/// Rows that the table has at most: those with the most dossiers; the others are one row.
const MOST_ROWS: usize = 16;

/// An agency in the charts.
#[derive(Clone, Debug)]
pub struct AgencyLine {
    /// Its name.
    pub name: String,
    /// What of its dossiers ended late, of those that ended.
    pub late: Share,
    /// What of its procedures it discloses as it should.
    pub compliance: Share,
}

const STYLE: &str = "@page{size:A4;margin:12mm}*{box-sizing:border-box}body{font:10pt/1.3 'Times New Roman',Tinos,serif;color:#111;margin:0 auto;max-width:186mm}\
h1{font-size:13pt;text-align:center;margin:2mm 0 0}h2{font-size:10.5pt;margin:4mm 0 1mm}p{margin:0}.top{display:flex;justify-content:space-between}\
.mid{text-align:center;font-style:italic}.note{font-size:8.5pt;font-style:italic;margin-top:1mm}table{border-collapse:collapse;width:100%;font-size:8.5pt;margin-top:2mm}\
th,td{border:.3mm solid #555;padding:.4mm 1mm}th{font-weight:bold;text-align:center}th.n{width:24%}td{text-align:right;font-variant-numeric:tabular-nums}td.n{text-align:left}\
tr.t td{font-weight:bold}svg{width:100%;display:block}.two{display:flex;gap:6mm}.two>div{flex:1;min-width:0}";

/// Writes the page.
pub fn write(report: &Printed, months: &[Part], agencies: &[AgencyLine]) -> String {
    let (from, to) = report.days();
    let mut page = String::with_capacity(16 * 1024);
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Biểu số {form}, {from} - {to}</title><style>{STYLE}</style></head><body>\
         <div class=\"top\"><b>{agency}</b><span>Biểu số {form}/VPCP/KSTT</span></div>\
         <h1>TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH</h1><p class=\"mid\">Từ ngày {from} đến ngày {to}</p>",
        form = escaped(&report.form),
        agency = escaped(report.whose()),
    );
    table(&mut page, report);
    let _ = write!(page, "<p class=\"note\">{}</p>", escaped(&known(report)));
    let _ = write!(
        page,
        "<h2>Tiếp nhận, giải quyết, giải quyết quá hạn theo tháng</h2>{}",
        charts::months(months)
    );
    let _ = write!(
        page,
        "<div class=\"two\"><div><h2>Tỷ lệ giải quyết quá hạn theo cơ quan</h2>{}</div><div><h2>Tỷ lệ công khai đúng quy định theo cơ quan</h2>{}</div></div>\
         </body></html>",
        charts::shares(agencies, |line| line.late, charts::LATE),
        charts::shares(agencies, |line| line.compliance, charts::GOOD),
    );
    page
}

fn table(page: &mut String, report: &Printed) {
    let rows = match report.by {
        ReportBy::Field => "Lĩnh vực",
        ReportBy::Level => "Cấp",
        ReportBy::Agency => "Cơ quan, đơn vị",
        ReportBy::Procedure => "Thủ tục hành chính",
    };
    let _ = write!(
        page,
        "<table><thead><tr><th class=\"n\" rowspan=\"2\">{rows}</th><th colspan=\"4\">Nhận giải quyết</th><th colspan=\"4\">Đã giải quyết</th>\
         <th colspan=\"3\">Đang giải quyết</th></tr><tr>"
    );
    for (_, _, name) in COLUMNS {
        let _ = write!(page, "<th>{name}</th>");
    }
    page.push_str("</tr></thead><tbody>");
    for row in shown(report) {
        line(page, &row, "");
    }
    line(page, &report.table.total_row(), " class=\"t\"");
    page.push_str("</tbody></table>");
}

/// The rows with the most dossiers, in their order, and the others together.
fn shown(report: &Printed) -> Vec<Row> {
    let rows = &report.table.rows;
    if rows.len() <= MOST_ROWS {
        return rows.clone();
    }
    let mut most: Vec<usize> = (0..rows.len()).collect();
    most.sort_by_key(|at| std::cmp::Reverse(rows[*at].counts[Column::ReceivedTotal]));
    most.truncate(MOST_ROWS - 1);
    let mut others = Row { key: String::new(), name: String::new(), counts: Counts::default() };
    let mut kept = vec![];
    for (at, row) in rows.iter().enumerate() {
        if most.contains(&at) {
            kept.push(row.clone());
        } else {
            others.counts += row.counts;
        }
    }
    others.name = format!("Còn lại ({})", rows.len() - kept.len());
    kept.push(others);
    kept
}

fn line(page: &mut String, row: &Row, class: &str) {
    let _ = write!(page, "<tr{class}><td class=\"n\">{}</td>", escaped(&row.name));
    for (column, _, _) in COLUMNS {
        let _ = write!(page, "<td>{}</td>", grouped(row.counts[column]));
    }
    page.push_str("</tr>");
}

fn known(report: &Printed) -> String {
    let known = format!("Dữ liệu được cập nhật đến {}.", report.known_at());
    let sealed = report.sealed.as_ref().map(|(number, digest, corrections)| {
        format!(" Báo cáo đã chốt số {number}, mã băm {digest}, đã đính chính {corrections} lần.")
    });
    known + &sealed.unwrap_or_default()
}

/// A number with a point after each three digits, as Vietnamese writes them.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A text that stands in HTML as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_texts_are_escaped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1.000"), (1_234_567, "1.234.567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(escaped("<b>\"A&B\"</b>"), "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;");
    }
}
