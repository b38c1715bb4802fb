//! Text inside a LIKE pattern.

/// Text as a pattern that stands for itself: a wildcard in it is a character like any other.
pub fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
