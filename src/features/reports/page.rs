//! Reports as one page of HTML that prints to one A4, without scripts and without anything from elsewhere: `resolution` for form II.06,
//! `disclosure` for the report on disclosure.

mod charts;
pub mod disclosure;
pub mod resolution;

use std::fmt::Write;

const STYLE: &str = "@page{size:A4;margin:12mm}*{box-sizing:border-box}body{font:10pt/1.3 'Times New Roman',Tinos,serif;color:#111;margin:0 auto;max-width:186mm}\
h1{font-size:13pt;text-align:center;margin:2mm 0 0}h2{font-size:10.5pt;margin:4mm 0 1mm}p{margin:0}.top{display:flex;justify-content:space-between}\
.mid{text-align:center;font-style:italic}.note{font-size:8.5pt;font-style:italic;margin-top:1mm}table{border-collapse:collapse;width:100%;font-size:8.5pt;margin-top:2mm}\
th,td{border:.3mm solid #555;padding:.4mm 1mm}th{font-weight:bold;text-align:center}th.n{width:24%}td{text-align:right;font-variant-numeric:tabular-nums}td.n{text-align:left}\
tr.t td{font-weight:bold}svg{width:100%;display:block}.two{display:flex;gap:6mm}.two>div{flex:1;min-width:0}";

/// The beginning of a page, through its title.
fn begin(
    page: &mut String,
    (title, more_style): (&str, &str),
    (agency, form): (&str, &str),
    (heading, from, to): (&str, &str, &str),
) {
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}, {from} - {to}</title><style>{STYLE}{more_style}</style></head><body>\
         <div class=\"top\"><b>{agency}</b><span>{form}</span></div>\
         <h1>{heading}</h1><p class=\"mid\">Từ ngày {from} đến ngày {to}</p>",
        title = escaped(title),
        agency = escaped(agency),
        form = escaped(form),
    );
}

/// The largest of some rows, in their order, and the others: all of the former when they are no more than fit.
fn largest<T>(rows: &[T], most: usize, size: impl Fn(&T) -> i64) -> (Vec<&T>, Vec<&T>) {
    if rows.len() <= most {
        return (rows.iter().collect(), vec![]);
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(size(&rows[*at])));
    order.truncate(most - 1);
    let (mut kept, mut others) = (vec![], vec![]);
    for (at, row) in rows.iter().enumerate() {
        if order.contains(&at) { kept.push(row) } else { others.push(row) }
    }
    (kept, others)
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
