//! Procedures as they are shown.

use super::CaseLimitBody;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::catalogue::completeness;
use crate::domain::catalogue::content::Content;
use crate::domain::catalogue::contradictions::{Warning, contradictions};
use crate::domain::catalogue::decision::Decision;
use crate::domain::catalogue::diff::{self, Change};
use crate::domain::catalogue::search::{Match, Search};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Level, OnlineLevel, VersionState};
use crate::features::procedures::queries::Procedure;
use crate::http::export::ListRow;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A procedure as it is shown: a version of it, or its draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Procedure)]
pub struct ProcedureBody {
    /// Code (mã TTHC).
    #[schema(example = "1.004873")]
    pub code: String,
    /// Number of this version; null of a draft.
    pub version: Option<i32>,
    /// Its state today, or on the day or at the instant that is asked for.
    pub state: VersionState,
    /// Official name.
    #[schema(example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub name: String,
    /// Field (lĩnh vực) as a slug.
    #[schema(example = "ho-tich")]
    pub field: String,
    /// Name of the field.
    #[schema(example = "Hộ tịch")]
    pub field_name: String,
    /// Levels that handle it.
    pub levels: Vec<Level>,
    /// Main codes of the competent agencies; empty: any agency of its levels.
    pub competent_agencies: Vec<String>,
    /// Level of the online service; null: not said.
    pub online_level: Option<OnlineLevel>,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// First day no longer in force; null while none is decided.
    pub effective_to: Option<NaiveDate>,
    /// Day of its disclosure; null of a draft.
    pub published_on: Option<NaiveDate>,
    /// True when the content is sample data and not authoritative.
    pub sample: bool,
    /// Time limits per case and channel.
    pub limits: Vec<CaseLimitBody>,
    /// The decision that announces it; null of a draft, and of a version from before decisions were kept.
    pub decision: Option<Decision>,
    /// Code of the procedure that replaces it; null: none does.
    #[schema(example = "1.013225")]
    pub replaced_by: Option<String>,
    /// The decision by which the procedure ended with this version; null: it did not.
    pub end_decision: Option<Decision>,
    /// When this version or draft was recorded here.
    pub recorded_at: Instant,
    /// What it says to people. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub content: Option<Content>,
    /// Where it contradicts itself. Not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub warnings: Option<Vec<Warning>>,
    /// Of a draft: the mandatory parts that its publication would miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub missing: Option<Vec<MissingPart>>,
    /// In a list with `q`: where it matches. `name` itself is plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub matches: Option<Vec<Match>>,
}

/// A mandatory part that is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingPart {
    /// Where it belongs: a JSON pointer into the draft.
    #[schema(example = "/content/steps")]
    pub pointer: &'static str,
    /// In Vietnamese.
    #[schema(example = "trình tự thực hiện")]
    pub vi: &'static str,
    /// In English.
    #[schema(example = "the steps")]
    pub en: &'static str,
    /// The article.
    #[schema(example = "NĐ 63/2010/NĐ-CP Đ.8(2)(b)")]
    pub law: String,
}

/// The versions of a procedure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProcedureVersions)]
pub struct VersionsBody {
    /// Newest first, without what they say to people. A procedure has few, so there is one page.
    pub items: Vec<ProcedureBody>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// What changed between two versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProcedureDiff)]
pub struct DiffBody {
    /// Code.
    #[schema(example = "1.004873")]
    pub code: String,
    /// Number of the earlier version.
    pub from: i32,
    /// Number of the later version.
    pub to: i32,
    /// Every field that differs.
    pub changes: Vec<Change>,
}

impl ListRow for ProcedureBody {
    const NO_COLUMN: &'static [&'static str] = &["content", "warnings", "missing", "matches"];
}

impl ProcedureBody {
    /// Shows a version as it stands on a day, without what it says to people.
    pub fn new(procedure: &Procedure, tree: &AgencyTree, day: NaiveDate) -> Self {
        let row = &procedure.row;
        let is_draft = row.version == 0;
        Self {
            code: row.procedure_code.clone(),
            version: (!is_draft).then_some(row.version),
            state: if is_draft { VersionState::Draft } else { row.dates().state(day) },
            name: row.name.clone(),
            field: row.field.clone(),
            field_name: row.field_name.clone(),
            levels: row.levels.clone(),
            competent_agencies: procedure.agencies.iter().map(|id| tree.code(*id).to_owned()).collect(),
            online_level: row.online_level,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            published_on: (!is_draft).then_some(row.published_on),
            sample: row.sample,
            limits: procedure.limits.iter().map(CaseLimitBody::new).collect(),
            decision: row.decision.clone(),
            replaced_by: row.replaced_by.clone(),
            end_decision: row.end_decision.clone(),
            recorded_at: row.recorded_at.into(),
            content: None,
            warnings: None,
            missing: None,
            matches: None,
        }
    }

    /// The same with what it says, and what is wrong with that.
    pub fn whole(procedure: &Procedure, content: &Content, tree: &AgencyTree, day: NaiveDate) -> Self {
        let missing = || {
            let row = &procedure.row;
            let parts = completeness::missing(&row.name, &row.levels, &procedure.limits, content);
            let show = |part: completeness::Part| {
                let law = part.article();
                MissingPart { pointer: part.pointer, vi: part.vi, en: part.en, law }
            };
            parts.into_iter().map(show).collect()
        };
        Self {
            content: Some(content.clone()),
            warnings: Some(contradictions(&procedure.limits, content)),
            missing: (procedure.row.version == 0).then(missing),
            ..Self::new(procedure, tree, day)
        }
    }

    /// The same with where it matches.
    #[must_use]
    pub fn found(self, search: Option<&Search>) -> Self {
        let matches = search.map(|search| search.matches(&self.code, &self.name));
        Self { matches, ..self }
    }
}

impl DiffBody {
    /// Compares two versions, of which each is shown whole. What belongs to the version and not to the procedure is left out.
    pub fn new(
        code: &str,
        (from, before): (i32, &ProcedureBody),
        (to, after): (i32, &ProcedureBody),
    ) -> Self {
        let fields = |body: &ProcedureBody| {
            let mut shown = serde_json::to_value(body).unwrap_or_default();
            if let Some(fields) = shown.as_object_mut() {
                for own in [
                    "version",
                    "state",
                    "effective_to",
                    "replaced_by",
                    "end_decision",
                    "recorded_at",
                    "warnings",
                ] {
                    fields.remove(own);
                }
            }
            shown
        };
        Self { code: code.to_owned(), from, to, changes: diff::diff(&fields(before), &fields(after)) }
    }
}
