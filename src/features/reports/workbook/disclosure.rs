//! The report on disclosure: title, heading, a row for each agency, total, signatures.

use super::{centred, heading, height, number, plain, signatures, text};
use crate::features::reports::disclosure::{Cell, GROUPS, Numbers, Report, TITLE};
use crate::features::reports::printed::whose;
use crate::features::reports::table::TOTAL_NAME;
use rust_xlsxwriter::{Format, FormatBorder, Workbook, Worksheet, XlsxError};

/// Columns of the sheet before the numbers: number and agency.
const BEFORE: u16 = 2;
/// Row of the sheet in which the heading of the table begins; it has two.
const HEAD: u32 = 5;

/// Writes the workbook.
pub fn write(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Công khai TTHC")?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3).set_footer("&CTrang &P/&N");
    sheet.set_column_width(0, 5)?.set_column_width(1, 28)?;
    let last = head(sheet, report)?;
    let first = HEAD + 2;
    let mut row = first;
    for (at, line) in (1_u32..).zip(&report.lines) {
        sheet.write_number_with_format(row, 0, at, &centred().set_border(FormatBorder::Thin))?;
        sheet.write_string_with_format(row, 1, &line.name, &text())?;
        sheet.set_row_height(row, height(&line.name, 30))?;
        numbers(sheet, row, &line.numbers, &number())?;
        row += 1;
    }
    sheet.merge_range(row, 0, row, 1, TOTAL_NAME, &heading())?;
    numbers(sheet, row, &report.total, &number().set_bold())?;
    sheet.set_repeat_rows(HEAD, HEAD + 1)?.set_freeze_panes(first, BEFORE)?;
    let note = plain().set_font_size(10).set_italic().set_text_wrap();
    let known = format!("Số liệu theo dữ liệu được cập nhật đến {}.", report.span.known_at());
    sheet.merge_range(row + 1, 0, row + 1, last, &known, &note)?;
    let end = signatures(sheet, row + 3, (last - 7, last))?;
    sheet.set_print_area(0, 0, end, last)?;
    workbook.save_to_buffer()
}

/// The title, and the heading of the table; says which column is the last.
fn head(sheet: &mut Worksheet, report: &Report) -> Result<u16, XlsxError> {
    let format = heading();
    sheet.merge_range(HEAD, 0, HEAD + 1, 0, "TT", &format)?;
    sheet.merge_range(HEAD, 1, HEAD + 1, 1, "Cơ quan, đơn vị", &format)?;
    let mut column = BEFORE;
    for (group, columns) in GROUPS {
        let first = column;
        for (name, _) in columns {
            sheet.set_column_width(column, 6.8)?;
            sheet.write_string_with_format(HEAD + 1, column, *name, &heading().set_font_size(10))?;
            column += 1;
        }
        sheet.merge_range(HEAD, first, HEAD, column - 1, group, &format)?;
    }
    sheet.set_row_height(HEAD, 34)?.set_row_height(HEAD + 1, 62)?;
    let (last, (from, to)) = (column - 1, report.span.days());
    sheet.merge_range(0, 0, 0, 6, &whose(&report.agency).to_uppercase(), &centred().set_bold())?;
    sheet.merge_range(2, 0, 2, last, TITLE, &centred().set_bold().set_font_size(14))?;
    let period = format!("Kỳ báo cáo: từ ngày {from} đến ngày {to}");
    sheet.merge_range(3, 0, 3, last, &period, &centred().set_italic())?;
    Ok(last)
}

fn numbers(sheet: &mut Worksheet, row: u32, numbers: &Numbers, format: &Format) -> Result<(), XlsxError> {
    for (column, (_, of)) in (BEFORE..).zip(GROUPS.iter().flat_map(|(_, columns)| *columns)) {
        // No number of an agency is so great that a double could not hold it.
        #[allow(clippy::cast_precision_loss)]
        match of(numbers) {
            Cell::Count(count) => sheet.write_number_with_format(row, column, count as f64, format)?,
            Cell::Part(share) if share.denominator <= 0 => {
                sheet.write_string_with_format(row, column, "–", &format.clone())?
            }
            Cell::Part(share) => {
                let part = share.numerator as f64 / share.denominator as f64;
                sheet.write_number_with_format(row, column, part, &format.clone().set_num_format("0.0%"))?
            }
        };
    }
    Ok(())
}
