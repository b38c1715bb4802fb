//! The search for procedures: what is asked for, where a found one stands, and where it matches.
//!
//! Words are those of the folded text: letters and digits of ASCII, without case and accents, `đ` as `d`. Whole words match in any
//! order, the last one also by its beginning. `procedure_rank` of the migration says in SQL what [`Search::rank`] says here; a test compares
//! the two.

use crate::domain::text::fold;
use serde::Serialize;
use utoipa::ToSchema;

/// The most words of a search; what comes after is not looked at.
const MOST_WORDS: usize = 20;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The beginning of the code, in capital letters; empty: any.
    pub code: String,
    /// Words of the name.
    pub words: Vec<String>,
    /// Whether code or words are enough: a number alone may be either.
    pub either: bool,
}

/// The words of a text: folded, letters and digits only.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(ToOwned::to_owned).collect()
}

impl Search {
    /// Reads a question; `None` when nothing is asked.
    pub fn read(q: &str) -> Option<Self> {
        let terms: Vec<&str> = q.split_whitespace().collect();
        let mut search = Self::default();
        for term in &terms {
            let is_code = term.starts_with(|c: char| c.is_ascii_digit())
                && term.chars().all(|c| c.is_ascii_digit() || ".GHgh".contains(c));
            let is_number = term.chars().all(|c| c.is_ascii_digit());
            if is_code && search.code.is_empty() && (!is_number || terms.len() == 1) {
                search.code = term.to_uppercase();
            }
            if !is_code || is_number {
                search.words.extend(words(term));
            }
        }
        search.words.truncate(MOST_WORDS);
        search.either = terms.len() == 1 && !search.code.is_empty() && !search.words.is_empty();
        (!terms.is_empty()).then_some(search)
    }

    /// Whether nothing can match: there are signs only.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.words.is_empty()
    }

    /// The words in their order.
    pub fn phrase(&self) -> String {
        self.words.join(" ")
    }

    /// The words as `to_tsquery` takes them: whole words, the last by its beginning. They hold nothing but letters and digits.
    pub fn ts_query(&self) -> String {
        if self.words.is_empty() { String::new() } else { format!("{}:*", self.words.join(" & ")) }
    }

    /// Where a found procedure stands: exact code, beginning of the code, name that begins with the words, name that has them in
    /// their order, others.
    pub fn rank(&self, code: &str, search_text: &str) -> i32 {
        if code == self.code {
            0
        } else if !self.code.is_empty() && code.starts_with(&self.code) {
            1
        } else if search_text.starts_with(&self.phrase()) {
            2
        } else if format!(" {search_text}").contains(&format!(" {}", self.phrase())) {
            3
        } else {
            4
        }
    }

    /// Where a name matches.
    pub fn in_name(&self, name: &str) -> Vec<(usize, usize)> {
        // Each character of the name, folded, with its place.
        let folded: Vec<(usize, char)> = name
            .chars()
            .enumerate()
            .flat_map(|(i, c)| {
                fold(&c.to_string()).chars().map(move |folded| (i, folded)).collect::<Vec<_>>()
            })
            .collect();
        let last = self.words.len().checked_sub(1);
        let mut found = vec![];
        // Between words lies at least one character that folds to nothing of a word, or to nothing at all.
        let joins = |a: &(usize, char), b: &(usize, char)| {
            b.0 - a.0 <= 1 && a.1.is_ascii_alphanumeric() && b.1.is_ascii_alphanumeric()
        };
        for word in folded.chunk_by(joins).filter(|word| word[0].1.is_ascii_alphanumeric()) {
            let text: String = word.iter().map(|(_, c)| *c).collect();
            let matched =
                self.words.iter().enumerate().filter(|(i, asked)| {
                    text == **asked || Some(*i) == last && text.starts_with(asked.as_str())
                });
            if let Some(length) = matched.map(|(_, asked)| asked.len()).max() {
                found.push((word[0].0, word[length - 1].0 + 1));
            }
        }
        found
    }
}

/// A part of a text that matches a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SearchMatch)]
pub struct Match {
    /// The field: `name` or `code`.
    #[schema(example = "name")]
    pub field: &'static str,
    /// First character, counted from 0 in characters (Unicode scalar values).
    #[schema(minimum = 0, example = 8)]
    pub from: usize,
    /// First character behind it.
    #[schema(minimum = 1, example = 17)]
    pub to: usize,
}

impl Search {
    /// Every part of a found procedure that matches.
    pub fn matches(&self, code: &str, name: &str) -> Vec<Match> {
        let in_code = (!self.code.is_empty() && code.starts_with(&self.code)).then_some((0, self.code.len()));
        let in_code = in_code.into_iter().map(|(from, to)| Match { field: "code", from, to });
        in_code
            .chain(self.in_name(name).into_iter().map(|(from, to)| Match { field: "name", from, to }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_words_or_a_code() {
        let read = |q: &str| Search::read(q).map(|s| (s.code.clone(), s.phrase(), s.either));
        let of = |code: &str, words: &str, either| Some((code.to_owned(), words.to_owned(), either));
        assert_eq!(read(" \t"), None);
        assert_eq!(read("Đăng ký  KHAI"), of("", "dang ky khai", false));
        assert_eq!(read("1.0048"), of("1.0048", "", false));
        assert_eq!(read("1.000001.h51"), of("1.000001.H51", "", false));
        assert_eq!(read("2"), of("2", "2", true));
        assert_eq!(read("1.00 khai sinh"), of("1.00", "khai sinh", false));
        assert_eq!(read("trẻ dưới 6 tuổi"), of("", "tre duoi 6 tuoi", false));
        assert_eq!(read("%"), of("", "", false));
        assert_eq!(Search::read("khai 'sinh' & !x").unwrap().ts_query(), "khai & sinh & x:*");
    }

    #[test]
    fn the_match_is_marked_in_the_name() {
        let marked = |q: &str, name: &str| {
            let chars: Vec<char> = name.chars().collect();
            let found = Search::read(q).unwrap().in_name(name);
            found.into_iter().map(|(from, to)| chars[from..to].iter().collect::<String>()).collect::<Vec<_>>()
        };
        assert_eq!(marked("khai sin", "Đăng ký khai sinh"), ["khai", "sin"]);
        assert_eq!(marked("SINH dang", "Đăng ký khai sinh"), ["Đăng", "sinh"]);
        assert_eq!(marked("dat", "Hòa giải (đất đai), đất"), ["đất", "đất"]);
        assert_eq!(marked("da", "đất đai"), ["đấ", "đa"]);
        assert_eq!(marked("ha", "khai"), Vec::<String>::new(), "the beginning of a word only");
    }

    #[test]
    fn what_is_nearer_comes_first() {
        let rank =
            |q: &str, code: &str, name: &str| Search::read(q).unwrap().rank(code, &words(name).join(" "));
        assert_eq!(rank("1.004873", "1.004873", "x"), 0);
        assert_eq!(rank("1.0048", "1.004873", "x"), 1);
        assert_eq!(rank("khai sinh", "1.001193", "Khai sinh lại"), 2);
        assert_eq!(rank("khai sinh", "1.001193", "Đăng ký khai sinh"), 3);
        assert_eq!(rank("sinh khai", "1.001193", "Đăng ký khai sinh"), 4);
    }
}
