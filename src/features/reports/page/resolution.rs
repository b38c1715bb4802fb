//! Form II.06: the table, what came in and ended month by month, and the agencies that end most late.

use super::{begin, charts, escaped, grouped, largest};
use crate::domain::report::Counts;
use crate::domain::share::Share;
use crate::domain::vocabulary::{Column, ReportBy};
use crate::features::reports::printed::{COLUMNS, Printed};
use crate::features::reports::queries::months::Part;
use crate::features::reports::table::Row;
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

/// Writes the page.
pub fn write(report: &Printed, months: &[Part], agencies: &[AgencyLine]) -> String {
    let (from, to) = report.span.days();
    let mut page = String::with_capacity(16 * 1024);
    let form = format!("Biểu số {}", report.form);
    let heading = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH";
    let of = (report.whose(), &*format!("{form}/VPCP/KSTT"));
    begin(&mut page, (&form, ""), of, (heading, &from, &to));
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
        charts::shares(agencies.iter().map(|line| (&*line.name, line.late)), charts::LATE),
        charts::shares(agencies.iter().map(|line| (&*line.name, line.compliance)), charts::GOOD),
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
    let (kept, others) = largest(&report.table.rows, MOST_ROWS, |row| row.counts[Column::ReceivedTotal]);
    let mut rows: Vec<Row> = kept.into_iter().cloned().collect();
    if !others.is_empty() {
        let mut counts = Counts::default();
        for row in &others {
            counts += row.counts;
        }
        rows.push(Row { key: String::new(), name: format!("Còn lại ({})", others.len()), counts });
    }
    rows
}

fn line(page: &mut String, row: &Row, class: &str) {
    let _ = write!(page, "<tr{class}><td class=\"n\">{}</td>", escaped(&row.name));
    for (column, _, _) in COLUMNS {
        let _ = write!(page, "<td>{}</td>", grouped(row.counts[column]));
    }
    page.push_str("</tr>");
}

fn known(report: &Printed) -> String {
    let known = format!("Dữ liệu được cập nhật đến {}.", report.span.known_at());
    let sealed = report.sealed.as_ref().map(|(number, digest, corrections)| {
        format!(" Báo cáo đã chốt số {number}, mã băm {digest}, đã đính chính {corrections} lần.")
    });
    known + &sealed.unwrap_or_default()
}
