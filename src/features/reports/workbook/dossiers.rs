//! The sheet with the dossiers that ended late or are overdue.

use super::{centred, heading, height, number, plain, text};
use crate::domain::vocabulary::TimingState;
use crate::features::reports::json::PlaceBody;
use rust_xlsxwriter::{FormatAlign, Worksheet, XlsxError};

/// Writes the sheet; `left_out` is how many more dossiers there are.
pub(super) fn write(sheet: &mut Worksheet, late: &[PlaceBody], left_out: i64) -> Result<(), XlsxError> {
    const HEADINGS: [(&str, f64); 9] = [
        ("TT", 6.0),
        ("Mã hồ sơ", 24.0),
        ("Mã TTHC", 12.0),
        ("Thủ tục hành chính", 44.0),
        ("Cơ quan giải quyết", 16.0),
        ("Ngày tiếp nhận", 14.0),
        ("Ngày hẹn trả", 14.0),
        ("Ngày kết thúc", 14.0),
        ("Số ngày làm việc quá hạn", 14.0),
    ];
    sheet.set_name("Hồ sơ quá hạn")?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_footer("&CTrang &P/&N").set_repeat_rows(1, 1)?.set_freeze_panes(2, 2)?;
    let title = centred().set_bold().set_font_size(14);
    sheet.merge_range(0, 0, 0, 8, "HỒ SƠ GIẢI QUYẾT QUÁ HẠN VÀ ĐANG QUÁ HẠN", &title)?;
    for (column, (name, width)) in (0..).zip(HEADINGS) {
        sheet.set_column_width(column, width)?.write_string_with_format(1, column, name, &heading())?;
    }
    sheet.set_row_height(1, 34)?;
    let (text, date) = (text(), text().set_align(FormatAlign::Center).set_num_format("dd/mm/yyyy"));
    let mut row = 2;
    for dossier in late {
        sheet.write_number_with_format(row, 0, row - 1, &text)?;
        sheet.write_string_with_format(row, 1, &dossier.code, &text)?;
        sheet.write_string_with_format(row, 2, &dossier.procedure_code, &text)?;
        sheet.write_string_with_format(row, 3, &dossier.procedure_name, &text)?;
        sheet.set_row_height(row, height(&dossier.procedure_name, 54))?;
        sheet.write_string_with_format(row, 4, &dossier.competent_agency, &text)?;
        sheet.write_datetime_with_format(row, 5, dossier.received_at.local().date_naive(), &date)?;
        match dossier.due_on {
            Some(due_on) => sheet.write_datetime_with_format(row, 6, due_on.date(), &date)?,
            None => sheet.write_blank(row, 6, &text)?,
        };
        match dossier.ended_at.filter(|_| dossier.timing == TimingState::Late) {
            Some(ended_at) => {
                sheet.write_datetime_with_format(row, 7, ended_at.local().date_naive(), &date)?
            }
            None => sheet.write_string_with_format(row, 7, "Đang giải quyết", &text)?,
        };
        match dossier.days_late.and_then(|days| u32::try_from(days).ok()) {
            Some(days) => sheet.write_number_with_format(row, 8, days, &number())?,
            None => sheet.write_blank(row, 8, &text)?,
        };
        row += 1;
    }
    if late.is_empty() {
        sheet.merge_range(row, 0, row, 8, "Không có hồ sơ quá hạn.", &centred())?;
    }
    if left_out > 0 {
        let more = format!("Còn {left_out} hồ sơ khác, xem danh sách CSV.");
        sheet.merge_range(row, 0, row, 8, &more, &plain().set_italic())?;
    }
    Ok(())
}
