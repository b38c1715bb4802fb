//! Bodies of the procedure operations.

use super::actions::ProcedureInput;
use super::queries::Procedure;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::amount::Amount;
use crate::domain::ids::{AgencyCode, ProcedureCode, Slug};
use crate::domain::local_time::{Day, Instant};
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::time_limit::{BadTimeLimit, CaseLimit, TimeLimit};
use crate::domain::vocabulary::{Channel, Level, Starts, Unit};
use crate::http::export::ListRow;
use crate::http::format::Format;
use crate::http::input::{Several, object, objects};
use crate::http::list::{Listed, Paging};
use crate::http::page::Count;
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

/// A time limit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitBody {
    /// Unit.
    pub unit: Unit,
    /// Decimal string; null for `same_day` and `none`. Calendar days are whole.
    #[serde(default)]
    #[schema(example = "2.5")]
    pub amount: Option<Amount>,
    /// For `same_day`: received after this local time, it is due the next working day.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "15:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub cutoff: Option<Cutoff>,
    /// Event that starts the clock.
    #[serde(default)]
    pub starts: Starts,
}

/// A local time of day, `HH:MM`.
#[derive(Clone, Copy, Debug)]
pub struct Cutoff(NaiveTime);

impl Serialize for Cutoff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for Cutoff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = NaiveTime::parse_from_str(&text, "%H:%M").ok().filter(|_| text.len() == 5);
        time.map(Self).ok_or_else(|| serde::de::Error::custom("must be a local time such as \"15:00\""))
    }
}

impl LimitBody {
    /// Shows a limit.
    pub fn new(limit: TimeLimit) -> Self {
        let (unit, amount, cutoff) = (limit.unit(), limit.amount(), limit.cutoff().map(Cutoff));
        Self { unit, amount, cutoff, starts: Starts::Received }
    }

    fn check(self, pointer: &str, wrong: &mut Violations) -> Option<TimeLimit> {
        let limit = TimeLimit::new(self.unit, self.amount, self.cutoff.map(|c| c.0));
        limit
            .map_err(|why| {
                let field = match why {
                    BadTimeLimit::CutoffMissing | BadTimeLimit::CutoffUnexpected => "cutoff",
                    _ => "amount",
                };
                wrong.add(format!("{pointer}/{field}"), Rule::InvalidValue, why);
            })
            .ok()
    }
}

/// The limit of a case and channel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseLimitBody {
    /// Case (trường hợp) as a slug; null: the default case.
    #[serde(default)]
    #[schema(value_type = Option<Slug>, example = "xac-minh")]
    pub case: Option<String>,
    /// Name of the case.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    pub case_name: Option<String>,
    /// Channel; null: every channel without a limit of its own.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// The limit.
    #[serde(deserialize_with = "object")]
    pub limit: LimitBody,
}

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
        let limits = procedure.limits.iter().map(|(of, case_name)| CaseLimitBody {
            case: of.case.clone(),
            case_name: case_name.clone(),
            channel: of.channel,
            limit: LimitBody::new(of.limit),
        });
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
            limits: limits.collect(),
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
        let limits = check_limits(self.limits, &mut wrong);
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

fn check_limits(limits: Vec<CaseLimitBody>, wrong: &mut Violations) -> Vec<(CaseLimit, Option<String>)> {
    let mut checked: Vec<(CaseLimit, Option<String>)> = vec![];
    if !(1..=200).contains(&limits.len()) {
        wrong.add("/limits", Rule::InvalidValue, "must hold 1 to 200 limits");
        return checked;
    }
    for (i, of) in limits.into_iter().enumerate() {
        let at = |field: &str| format!("/limits/{i}{field}");
        if let Some(case) = &of.case {
            wrong.take(at("/case"), Slug::parse(case));
        }
        let name = of.case_name.map(|name| clean(&name, 500)).transpose();
        let name = wrong.take(at("/case_name"), name).flatten();
        if checked.iter().any(|(other, _)| (&other.case, other.channel) == (&of.case, of.channel)) {
            wrong.add(at(""), Rule::InvalidValue, "must be the only limit of its case and channel");
        }
        if let Some(limit) = of.limit.check(&at("/limit"), wrong) {
            checked.push((CaseLimit { case: of.case, channel: of.channel, ..CaseLimit::plain(limit) }, name));
        }
    }
    checked
}
