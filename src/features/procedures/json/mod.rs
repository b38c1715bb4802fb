//! Bodies of the procedure operations; `limit` has the time limits.

mod limit;

pub use limit::CaseLimitBody;

use super::actions::ProcedureInput;
use super::queries::Procedure;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::ids::{AgencyCode, ProcedureCode, Slug};
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::vocabulary::Level;
use crate::http::export::ListRow;
use crate::http::format::Format;
use crate::http::input::{Several, objects};
use crate::http::list::{Listed, Paging};
use crate::http::page::Count;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A procedure as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Procedure)]
pub struct ProcedureBody {
    /// Code (mã TTHC).
    #[schema(example = "1.004873")]
    pub code: String,
    /// Number of this version.
    pub version: i32,
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
    /// First day in force.
    pub effective_from: NaiveDate,
    /// First day no longer in force; null while in force.
    pub effective_to: Option<NaiveDate>,
    /// True when the content is sample data and not authoritative.
    pub sample: bool,
    /// Time limits per case and channel.
    pub limits: Vec<CaseLimitBody>,
    /// When this version was recorded here.
    pub recorded_at: Instant,
}

/// A procedure as it is written: its next version.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutProcedure {
    /// Official name, at most 1,000 characters.
    #[schema(min_length = 1, max_length = 1_000, example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub name: String,
    /// Field as a slug.
    #[schema(value_type = Slug, example = "ho-tich")]
    pub field: String,
    /// Name of the field.
    #[schema(min_length = 1, max_length = 200, example = "Hộ tịch")]
    pub field_name: String,
    /// Levels that handle it; at least one.
    #[schema(min_items = 1)]
    pub levels: Vec<Level>,
    /// Codes of the competent agencies; empty: any agency of its levels.
    #[serde(default)]
    #[schema(value_type = Vec<AgencyCode>, max_items = 1_000)]
    pub competent_agencies: Vec<String>,
    /// First day in force; not before that of the version it replaces.
    pub effective_from: Day,
    /// True when the content is sample data.
    #[serde(default)]
    pub sample: bool,
    /// Time limits; at least one.
    #[serde(deserialize_with = "objects")]
    #[schema(min_items = 1, max_items = 200)]
    pub limits: Vec<CaseLimitBody>,
}

/// Filters of a list of procedures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProcedureFilter {
    /// Words of the name in any order, without regard to case and accents (đ = d), or the beginning of the code.
    #[param(example = "khai sinh")]
    pub q: Option<String>,
    /// Of these fields, comma-separated.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["ho-tich"]))]
    pub field: Option<Several<String>>,
    /// Handled at one of these levels, comma-separated.
    #[param(value_type = Option<Vec<Level>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["commune"]))]
    pub level: Option<Several<Level>>,
    /// Decided by this agency.
    #[param(example = "H51.29.05")]
    pub agency: Option<String>,
    /// In force on this day; today when not given.
    pub in_force_on: Option<Day>,
    /// Format; by the `Accept` header when not given. All but `json` give the whole list.
    #[param(inline)]
    pub format: Option<Format>,
    /// Items of a page, 1 to 200; 50 when not given. With another format than `json`: gives that page only.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `exact` adds `total`.
    #[param(inline)]
    pub count: Option<Count>,
}

impl Listed for ProcedureFilter {
    fn paging(&self) -> Paging<'_> {
        Paging { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count, format: self.format }
    }
}

impl ListRow for ProcedureBody {}

impl ProcedureBody {
    /// Shows a version.
    pub fn new(procedure: &Procedure, tree: &AgencyTree) -> Self {
        let row = &procedure.row;
        Self {
            code: row.procedure_code.clone(),
            version: row.version,
            name: row.name.clone(),
            field: row.field.clone(),
            field_name: row.field_name.clone(),
            levels: row.levels.clone(),
            competent_agencies: procedure.agencies.iter().map(|id| tree.code(*id).to_owned()).collect(),
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            sample: row.sample,
            limits: procedure.limits.iter().map(CaseLimitBody::new).collect(),
            recorded_at: row.recorded_at.into(),
        }
    }
}

impl PutProcedure {
    /// Checks what can be checked without the database.
    pub fn check(self, code: &str) -> Result<ProcedureInput, Refusal> {
        // The code stands in the path, so a bad one is a path that is not there.
        let code = ProcedureCode::parse(code).map_err(|_| Refusal::NotFound)?;
        let mut wrong = Violations::default();
        let name = wrong.take("/name", clean(&self.name, 1_000)).unwrap_or_default();
        wrong.take("/field", Slug::parse(&self.field));
        let field_name = wrong.take("/field_name", clean(&self.field_name, 200)).unwrap_or_default();
        let mut levels = self.levels;
        levels.sort_unstable();
        levels.dedup();
        if levels.is_empty() {
            wrong.add("/levels", Rule::InvalidValue, "must name at least one level");
        }
        if self.competent_agencies.len() > 1_000 {
            wrong.add("/competent_agencies", Rule::InvalidValue, "must have at most 1000 items");
        }
        let limits = limit::check(self.limits, self.effective_from.date(), &mut wrong);
        wrong.check()?;
        Ok(ProcedureInput {
            code: code.as_str().to_owned(),
            name,
            field: self.field,
            field_name,
            levels,
            agencies: self.competent_agencies,
            effective_from: self.effective_from.date(),
            sample: self.sample,
            limits,
        })
    }
}
