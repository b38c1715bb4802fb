//! Reports as Excel workbooks that an office can send: form II.06 as TT 01/2020/TT-VPCP prints it, on A4 across, with a place for the
//! signature (`form`); and a second sheet with the dossiers that ended late or are overdue (`dossiers`);
//! and the report on disclosure (`disclosure`).

pub mod disclosure;
mod dossiers;
mod form;

use super::json::PlaceBody;
use super::printed::Printed;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

/// Dossiers that the second sheet has at most.
pub const MOST_DOSSIERS: usize = 100_000;

/// Writes the workbook. `late` are the dossiers that ended late or are overdue, `left_out` how many more there are.
pub fn write(report: &Printed, late: &[PlaceBody], left_out: i64) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    form::write(sheet, report)?;
    dossiers::write(workbook.add_worksheet(), late, left_out)?;
    workbook.save_to_buffer()
}

fn plain() -> Format {
    Format::new().set_font_name("Times New Roman").set_font_size(12)
}

fn centred() -> Format {
    plain().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_text_wrap()
}

fn heading() -> Format {
    centred().set_bold().set_border(FormatBorder::Thin)
}

fn number() -> Format {
    let right = plain().set_align(FormatAlign::Right).set_align(FormatAlign::VerticalCenter).set_indent(1);
    right.set_num_format("#,##0").set_border(FormatBorder::Thin)
}

fn text() -> Format {
    plain().set_align(FormatAlign::VerticalCenter).set_border(FormatBorder::Thin).set_text_wrap()
}

/// The place for the signatures, from a row on; says in which row it ends. The right one is above columns.
fn signatures(sheet: &mut Worksheet, row: u32, right: (u16, u16)) -> Result<u32, XlsxError> {
    let ((from, to), date) = (right, centred().set_italic());
    sheet.merge_range(
        row,
        from,
        row,
        to,
        "................., ngày ...... tháng ...... năm ..........",
        &date,
    )?;
    let sign = centred().set_bold();
    sheet.merge_range(row + 1, 0, row + 1, 3, "NGƯỜI LẬP BIỂU", &sign)?;
    sheet.merge_range(row + 1, from, row + 1, to, "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ", &sign)?;
    let how = centred().set_italic().set_font_size(10);
    sheet.merge_range(row + 2, 0, row + 2, 3, "(Ký, ghi rõ họ tên)", &how)?;
    sheet.merge_range(row + 2, from, row + 2, to, "(Ký, đóng dấu)", &how)?;
    Ok(row + 6)
}

/// Height of a row in points, so that a text is whole in a column of a width: programs do not agree on when to find it themselves.
fn height(text: &str, width: usize) -> f64 {
    let lines = u8::try_from(text.chars().count() / width + 1).unwrap_or(u8::MAX).min(25);
    16.5 * f64::from(lines)
}
