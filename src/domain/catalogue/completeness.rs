//! The seven parts that a procedure must have to be published (NĐ 63/2010 Đ.8(2) a to g, as amended by NĐ 92/2017).
//! The rest (h: forms, result, conditions, fees) is there if there is any.

use super::content::Content;
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::Level;

/// A mandatory part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in the draft.
    pub pointer: &'static str,
    /// The point of the article.
    pub point: &'static str,
    /// Its name in Vietnamese.
    pub vi: &'static str,
    /// Its name in English.
    pub en: &'static str,
}

const fn part(pointer: &'static str, point: &'static str, vi: &'static str, en: &'static str) -> Part {
    Part { pointer, point, vi, en }
}

/// The name.
pub const NAME: Part = part("/name", "a", "tên thủ tục", "the name");
const STEPS: Part = part("/content/steps", "b", "trình tự thực hiện", "the steps");
const CHANNELS: Part = part("/content/channels", "c", "cách thức thực hiện", "the channels");
const DOCUMENTS: Part = part("/content/documents", "d", "thành phần hồ sơ", "the documents");
const SETS: Part = part("/content/sets", "d", "số lượng hồ sơ", "the number of sets");
const LIMITS: Part = part("/limits", "đ", "thời hạn giải quyết", "the time limit");
const APPLICANTS: Part = part("/content/applicants", "e", "đối tượng thực hiện", "who may apply");
const AGENCIES: Part =
    part("/levels", "g", "cơ quan giải quyết (cấp thực hiện)", "the level of the competent agency");

impl Part {
    /// That it is missing, and which article asks for it.
    pub fn is_missing(&self) -> String {
        format!("is missing: {} ({}), {}", self.vi, self.en, self.article())
    }

    /// The article that asks for it.
    pub fn article(&self) -> String {
        format!("NĐ 63/2010/NĐ-CP Đ.8(2)({})", self.point)
    }
}

/// The mandatory parts that are missing, in the order of the article.
pub fn missing(name: &str, levels: &[Level], limits: &[CaseLimit], content: &Content) -> Vec<Part> {
    let parts = [
        (name.is_empty(), NAME),
        (content.steps.is_empty(), STEPS),
        (content.channels.is_empty(), CHANNELS),
        (content.documents.is_empty(), DOCUMENTS),
        (content.sets.is_none(), SETS),
        (limits.is_empty(), LIMITS),
        (content.applicants.is_empty(), APPLICANTS),
        (levels.is_empty(), AGENCIES),
    ];
    parts.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, part)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_procedure_misses_all_seven() {
        let found = missing("", &[], &[], &Content::default());
        let points: Vec<_> = found.iter().map(|part| part.point).collect();
        assert_eq!(points, ["a", "b", "c", "d", "d", "đ", "e", "g"]);
        assert_eq!(found[1].article(), "NĐ 63/2010/NĐ-CP Đ.8(2)(b)");
    }
}
