//! Text that came from outside: cleaned, bounded, and folded for search.
//!
//! Stored text is NFC, without control characters, and never empty. What a name means is not decided here.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What is wrong with a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than the field holds.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Holds a control character other than tab and line break.
    #[error("must not contain control characters")]
    Control,
}

/// Trims `text`, brings it to NFC and checks its length in characters.
pub fn clean(text: &str, most: usize) -> Result<String, BadText> {
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Err(BadText::Empty);
    }
    if text.chars().count() > most {
        return Err(BadText::TooLong(most));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(BadText::Control);
    }
    Ok(text)
}

/// Folds Vietnamese text for search: lower case, no accents, `đ` as `d`, single spaces.
pub fn fold(text: &str) -> String {
    let folded: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_and_bounds() {
        assert_eq!(clean("  Nguyễn Văn An ", 20).unwrap(), "Nguyễn Văn An");
        assert_eq!(clean("Nguye\u{302}\u{303}n", 10).unwrap(), "Nguyễn", "NFC");
        assert_eq!(clean(" \t ", 5), Err(BadText::Empty));
        assert_eq!(clean("sáu chữ", 6), Err(BadText::TooLong(6)));
        assert_eq!(clean("a\u{0}b", 5), Err(BadText::Control));
        assert_eq!(clean("dòng một\ndòng hai", 50).unwrap(), "dòng một\ndòng hai");
    }

    #[test]
    fn folds_accents_case_and_the_barred_d() {
        assert_eq!(fold("Đăng ký  Khai SINH"), "dang ky khai sinh");
        assert_eq!(fold("Cấp đổi Giấy chứng nhận"), "cap doi giay chung nhan");
    }
}
