//! The sheet with the form: title, heading, rows, total, notes, signatures.

use super::{centred, heading, height, number, plain, signatures, text};
use crate::domain::report::Counts;
use crate::domain::vocabulary::{Column, ReportBy};
use crate::features::reports::printed::{COLUMNS, Printed};
use rust_xlsxwriter::{FormatAlign, FormatBorder, Formula, Worksheet, XlsxError};

/// Columns of the sheet before the numbers: number and row.
const BEFORE: u16 = 2;
const LAST: u16 = BEFORE + 10;
/// Row of the sheet in which the heading of the table begins; it has four, the last with the numbers of the columns.
const HEAD: u32 = 7;

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, report: &Printed) -> Result<(), XlsxError> {
    sheet.set_name("Biểu II.06")?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3).set_footer("&CTrang &P/&N");
    sheet.set_column_width(0, 6)?.set_column_width(1, 38)?;
    for column in BEFORE..=LAST {
        sheet.set_column_width(column, 10.5)?;
    }
    title(sheet, report)?;
    head(sheet, report.by)?;
    let first = HEAD + 4;
    let mut row = first;
    for (at, line) in (1_u32..).zip(&report.table.rows) {
        sheet.write_number_with_format(row, 0, at, &centred().set_border(FormatBorder::Thin))?;
        sheet
            .write_string_with_format(row, 1, &line.name, &text())?
            .set_row_height(row, height(&line.name, 42))?;
        for (column, (of, _, _)) in (BEFORE..).zip(COLUMNS) {
            // No cell of a report has so many dossiers that a double could not hold it.
            #[allow(clippy::cast_precision_loss)]
            sheet.write_number_with_format(row, column, line.counts[of] as f64, &number())?;
        }
        row += 1;
    }
    total(sheet, report, (first, row))?;
    sheet.set_repeat_rows(HEAD, HEAD + 3)?.set_freeze_panes(first, BEFORE)?;
    let end = below(sheet, report, row + 1)?;
    sheet.set_print_area(0, 0, end, LAST)?;
    Ok(())
}

fn title(sheet: &mut Worksheet, report: &Printed) -> Result<(), XlsxError> {
    let (from, to) = report.span.days();
    let left = centred().set_bold();
    sheet.merge_range(0, 0, 0, 3, &report.whose().to_uppercase(), &left)?;
    sheet.merge_range(0, 8, 0, LAST, &format!("Biểu số {}/VPCP/KSTT", report.form), &centred())?;
    let big = centred().set_bold().set_font_size(14);
    sheet.merge_range(2, 0, 2, LAST, "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", &big)?;
    let place = if report.form == "II.06a" {
        "TẠI CƠ QUAN, ĐƠN VỊ TRỰC TIẾP GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
    } else {
        ""
    };
    sheet.merge_range(3, 0, 3, LAST, place, &centred().set_bold())?;
    let period = format!("Kỳ báo cáo: từ ngày {from} đến ngày {to}");
    sheet.merge_range(4, 0, 4, LAST, &period, &centred().set_italic())?;
    let unit = plain().set_italic().set_align(FormatAlign::Right);
    sheet.merge_range(5, 0, 5, LAST, "Đơn vị tính: Số hồ sơ TTHC", &unit)?;
    Ok(())
}

/// The heading of the table: groups over columns, then the numbers of the form.
fn head(sheet: &mut Worksheet, by: ReportBy) -> Result<(), XlsxError> {
    let rows = match by {
        ReportBy::Field | ReportBy::Level => "Lĩnh vực, công việc giải quyết theo cấp",
        ReportBy::Agency => "Cơ quan, đơn vị",
        ReportBy::Procedure => "Thủ tục hành chính",
    };
    let (top, format) = (HEAD, heading());
    sheet.merge_range(top, 0, top + 2, 0, "TT", &format)?;
    sheet.merge_range(top, 1, top + 2, 1, rows, &format)?;
    sheet.merge_range(top, 2, top, 5, "Số hồ sơ nhận giải quyết", &format)?;
    sheet.merge_range(top, 6, top, 9, "Số lượng hồ sơ đã giải quyết", &format)?;
    sheet.merge_range(top, 10, top, 12, "Số lượng hồ sơ đang giải quyết", &format)?;
    sheet.merge_range(top + 1, 3, top + 1, 4, "Trong kỳ", &format)?;
    for (column, (_, name, _)) in (BEFORE..).zip(COLUMNS) {
        if matches!(column, 3 | 4) {
            sheet.write_string_with_format(top + 2, column, name, &format)?;
        } else {
            sheet.merge_range(top + 1, column, top + 2, column, name, &format)?;
        }
    }
    let sums = ["(3)=(4)+(5)+(6)", "(7)=(8)+(9)+(10)", "(11)=(12)+(13)"];
    let small = heading().set_bold().set_font_size(9).set_italic();
    for column in 0..=LAST {
        let shown = match column {
            2 => sums[0].to_owned(),
            6 => sums[1].to_owned(),
            10 => sums[2].to_owned(),
            other => format!("({})", other + 1),
        };
        sheet.write_string_with_format(top + 3, column, shown, &small)?;
    }
    sheet.set_row_height(top + 2, 48)?.set_row_height(top + 3, 26)?;
    Ok(())
}

/// The total: sums of the rows above, so that who adds a row sees it counted.
fn total(sheet: &mut Worksheet, report: &Printed, (first, row): (u32, u32)) -> Result<(), XlsxError> {
    sheet.merge_range(row, 0, row, 1, "Tổng cộng", &heading())?;
    let bold = number().set_bold();
    for (column, (of, _, _)) in (BEFORE..).zip(COLUMNS) {
        let sum = report.table.total[of];
        if row == first {
            sheet.write_number_with_format(row, column, 0, &bold)?;
            continue;
        }
        let letter = char::from(b'A' + u8::try_from(column).unwrap_or_default());
        let formula = Formula::new(format!("=SUM({letter}{}:{letter}{row})", first + 1));
        sheet.write_formula_with_format(row, column, formula.set_result(sum.to_string()), &bold)?;
    }
    Ok(())
}

/// What stands below the table; says in which row the sheet ends.
fn below(sheet: &mut Worksheet, report: &Printed, row: u32) -> Result<u32, XlsxError> {
    let note = plain().set_font_size(10).set_italic().set_text_wrap();
    let known = format!("Số liệu theo dữ liệu được cập nhật đến {}.", report.span.known_at());
    let mut next = row;
    for line in [of_which(&report.table.total), Some(known), sealed(report)].into_iter().flatten() {
        sheet.merge_range(next, 0, next, LAST, &line, &note)?;
        next += 1;
    }
    signatures(sheet, next + 1, (8, LAST))
}

fn of_which(total: &Counts) -> Option<String> {
    let parts = [
        (Column::ResolvedNoDeadline, "đã giải quyết không có thời hạn (tính ở cột 9)"),
        (Column::ResolvedWithdrawn, "công dân xin rút"),
        (Column::ResolvedTerminated, "dừng giải quyết"),
        (Column::CarriedReopened, "mở lại sau khi đã kết thúc"),
        (Column::PendingStopped, "đang tạm dừng, chờ bổ sung"),
        (Column::PendingNoDeadline, "đang giải quyết không có thời hạn"),
    ];
    let shown = parts.iter().filter(|(column, _)| total[*column] > 0);
    let shown: Vec<String> = shown.map(|(column, name)| format!("{name}: {}", total[*column])).collect();
    (!shown.is_empty()).then(|| format!("Trong đó: {}.", shown.join("; ")))
}

fn sealed(report: &Printed) -> Option<String> {
    let (number, digest, corrections) = report.sealed.as_ref()?;
    let corrected = match corrections {
        0 => String::new(),
        n => format!(" Đã đính chính {n} lần."),
    };
    Some(format!("Báo cáo đã chốt số {number}, mã băm {digest}.{corrected}"))
}
