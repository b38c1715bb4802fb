//! What may be shown of personal data (NĐ 61/2018 Art. 5(1)(d); NĐ 13/2023): the first letters of a name.
//!
//! Everything else of a person is shown as null. The number of stars is fixed, so that it tells nothing.

/// First letter of each word with three stars: `Nguyễn Văn An` becomes `N*** V*** A***`.
pub fn name(name: &str) -> String {
    let words = name.split_whitespace().filter_map(|word| word.chars().next());
    words.map(|first| format!("{first}***")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn shows_first_letters_only() {
        assert_eq!(super::name("Nguyễn Văn An"), "N*** V*** A***");
        assert_eq!(super::name("  Đỗ   Ân "), "Đ*** Â***");
        assert_eq!(super::name(""), "");
    }
}
