//! A table for the terminal: columns that line up whatever the text, colours when somebody looks.

use serde::Deserialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Days late from which a row is red.
const VERY_LATE: i64 = 10;
/// Columns of a terminal that the name of a procedure may take.
const NAME_WIDTH: usize = 60;

const HEADER: [&str; COLUMNS] = ["LATE", "DUE", "CODE", "HOLDER", "PROCEDURE"];
const COLUMNS: usize = 5;
const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

/// What is shown of a row of the overdue feed.
#[derive(Deserialize)]
pub(super) struct Row {
    code: String,
    procedure_name: String,
    holder_agency: String,
    holder_unit: Option<String>,
    holder_officer: Option<String>,
    due_on: Option<String>,
    days_late: Option<i64>,
}

/// Whether colours are wanted where they can be shown (no-color.org).
pub(super) fn wants_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// The rows in columns; nothing when there are none. `shortened`: long names are cut to fit a terminal.
pub(super) fn text(rows: &[Row], shortened: bool, coloured: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let cells: Vec<[String; COLUMNS]> = rows.iter().map(|row| row.cells(shortened)).collect();
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        let of_cells = cells.iter().map(|row| row[column].width());
        of_cells.chain([HEADER[column].width()]).max().unwrap_or(0)
    });
    let mut text = line(HEADER, &widths, if coloured { BOLD } else { "" });
    for (row, cells) in rows.iter().zip(&cells) {
        let colour = if row.days_late.is_some_and(|days| days >= VERY_LATE) { RED } else { YELLOW };
        text.push_str(&line(
            cells.each_ref().map(String::as_str),
            &widths,
            if coloured { colour } else { "" },
        ));
    }
    text
}

/// A line: the number to the right, the texts to the left, the last without blanks behind it.
fn line(cells: [&str; COLUMNS], widths: &[usize; COLUMNS], colour: &str) -> String {
    let mut line = colour.to_owned();
    for (column, cell) in cells.into_iter().enumerate() {
        let blanks = " ".repeat(widths[column] - cell.width());
        match column {
            0 => line.extend([blanks.as_str(), cell, "  "]),
            column if column == COLUMNS - 1 => line.push_str(cell),
            _ => line.extend([cell, blanks.as_str(), "  "]),
        }
    }
    if !colour.is_empty() {
        line.push_str(PLAIN);
    }
    line.push('\n');
    line
}

impl Row {
    fn cells(&self, shortened: bool) -> [String; COLUMNS] {
        let holder = [Some(&self.holder_agency), self.holder_unit.as_ref(), self.holder_officer.as_ref()];
        let holder = holder.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
        let name = clean(&self.procedure_name);
        [
            self.days_late.map_or_else(|| "?".to_owned(), |days| days.to_string()),
            clean(self.due_on.as_deref().unwrap_or("?")),
            clean(&self.code),
            clean(&holder),
            if shortened { short(name) } else { name },
        ]
    }
}

/// A text without what a terminal would obey.
fn clean(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn short(text: String) -> String {
    if text.width() <= NAME_WIDTH {
        return text;
    }
    let mut left = NAME_WIDTH - 1;
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, name: &str, holder: &str, days_late: Option<i64>) -> Row {
        Row {
            code: code.into(),
            procedure_name: name.into(),
            holder_agency: holder.into(),
            holder_unit: None,
            holder_officer: Some("Nguyễn Thị Ánh".into()),
            due_on: Some("2022-02-11".into()),
            days_late,
        }
    }

    #[test]
    fn columns_line_up_whatever_the_text() {
        // Composed, decomposed and of double width.
        let rows = [
            row("H51.29-220208-0001", "Hộ tịch", "Phòng Tư pháp", Some(2)),
            row("H51.29-220208-10002", "Đất đai", "Pho\u{300}ng Tu\u{31b} pha\u{301}p", Some(112)),
            row("A", "x", "戸籍", None),
        ];
        let expected = "\
LATE  DUE         CODE                 HOLDER                         PROCEDURE
   2  2022-02-11  H51.29-220208-0001   Phòng Tư pháp, Nguyễn Thị Ánh  Hộ tịch
 112  2022-02-11  H51.29-220208-10002  Pho\u{300}ng Tu\u{31b} pha\u{301}p, Nguyễn Thị Ánh  Đất đai
   ?  2022-02-11  A                    戸籍, Nguyễn Thị Ánh           x
";
        assert_eq!(text(&rows, false, false), expected);
        assert_eq!(text(&[], true, true), "");
    }

    #[test]
    fn colours_say_how_late_and_end_with_the_line() {
        let rows = [row("A", "x", "y", Some(2)), row("B", "x", "y", Some(10))];
        let coloured = text(&rows, false, true);
        let lines: Vec<&str> = coloured.lines().collect();
        for (line, colour) in lines.iter().zip([BOLD, YELLOW, RED]) {
            assert!(line.starts_with(colour) && line.ends_with(PLAIN), "{line:?}");
        }
    }

    #[test]
    fn nothing_in_a_text_reaches_the_terminal_as_an_order() {
        let shown = text(&[row("A\u{1b}[2J", "x\r\n\u{9b}31m", "\ty", Some(1))], true, false);
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
        assert_eq!(shown.lines().count(), 2);
    }

    #[test]
    fn a_long_name_is_cut_only_for_a_terminal() {
        let long = "Xác nhận ".repeat(20);
        let rows = [row("A", &long, "y", Some(1))];
        assert!(text(&rows, false, false).contains(long.trim_end()));
        let cut = text(&rows, true, false);
        assert!(cut.contains('…') && cut.lines().all(|line| line.width() < 110), "{cut}");
    }
}
