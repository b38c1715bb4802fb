//! The words as they are shown.

use crate::domain::vocabulary::{Channel, EventKind, Level, QualityCheck, Status, TimingState};
use serde::Serialize;
use utoipa::ToSchema;

/// The words of the contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vocabularies)]
pub struct VocabulariesBody {
    /// Statuses of a dossier (trạng thái hồ sơ).
    pub statuses: Vec<Word>,
    /// Kinds of event.
    pub event_kinds: Vec<Word>,
    /// Administrative levels (cấp thực hiện).
    pub levels: Vec<Word>,
    /// Channels by which a dossier is filed (kênh thực hiện).
    pub channels: Vec<Word>,
    /// Timing states of a dossier.
    pub timing_states: Vec<Word>,
    /// Checks of data quality.
    pub quality_checks: Vec<Word>,
}

/// A word.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VocabularyWord)]
pub struct Word {
    /// The word as it stands in JSON.
    #[schema(example = "processing")]
    pub code: &'static str,
    /// Vietnamese label.
    #[schema(example = "Đang xử lý")]
    pub vi: &'static str,
    /// English label.
    #[schema(example = "Processing")]
    pub en: &'static str,
    /// Its number in the national format; null where that has none.
    #[schema(example = 4)]
    pub national_code: Option<u8>,
}

impl VocabulariesBody {
    /// All of them.
    pub fn all() -> Self {
        let word = |code, (vi, en), national_code| Word { code, vi, en, national_code };
        Self {
            statuses: Status::ALL
                .iter()
                .map(|it| word(it.as_str(), it.labels(), Some(it.national_code())))
                .collect(),
            event_kinds: EventKind::ALL.iter().map(|it| word(it.as_str(), it.labels(), None)).collect(),
            levels: Level::ALL.iter().map(|it| word(it.as_str(), it.labels(), None)).collect(),
            channels: Channel::ALL
                .iter()
                .map(|it| word(it.as_str(), it.labels(), Some(it.national_code())))
                .collect(),
            timing_states: TimingState::ALL.iter().map(|it| word(it.as_str(), it.labels(), None)).collect(),
            quality_checks: QualityCheck::ALL.iter().map(|it| word(it.as_str(), it.labels(), None)).collect(),
        }
    }
}
