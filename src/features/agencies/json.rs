//! Bodies of the agency operations.

use super::actions::AgencyInput;
use crate::domain::agency_tree::{Agency, AgencyTree, FocalOfficer, Validity};
use crate::domain::ids::AgencyCode;
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::vocabulary::Level;
use crate::http::export::ListRow;
use crate::http::format::Format;
use crate::http::input::{Several, objects, optional_object};
use crate::http::list::listed;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many codes, successors or watchers one agency has at most.
const MOST: usize = 50;

/// An agency as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agency)]
pub struct AgencyBody {
    /// Main code.
    #[schema(example = "H51.29.05")]
    pub code: String,
    /// Further codes, old and new; each finds the agency.
    pub codes: Vec<String>,
    /// Official name.
    #[schema(example = "Phòng Tư pháp")]
    pub name: String,
    /// Administrative level.
    pub level: Level,
    /// Main code of the agency directly above; null for a root.
    pub parent: Option<String>,
    /// First day in force.
    pub valid_from: NaiveDate,
    /// First day no longer in force; null while in force.
    pub valid_to: Option<NaiveDate>,
    /// Main codes of the agencies that took over its work.
    pub succeeded_by: Vec<String>,
    /// Agencies outside the line of command that watch it and see its dossiers.
    pub monitored_by: Vec<Monitor>,
    /// The officer to whom reminders go; null when none is named.
    pub focal_officer: Option<FocalOfficer>,
    /// Raised by every change; the `ETag`.
    pub version: i32,
}

/// An agency that watches another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Monitor {
    /// Code of the agency that watches.
    #[schema(example = "H51.29")]
    pub agency: String,
    /// First day of the watch.
    pub valid_from: NaiveDate,
    /// First day without it; null while it lasts.
    pub valid_to: Option<NaiveDate>,
}

/// An agency that is to watch another.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutMonitor {
    /// Code of the agency that watches.
    #[schema(value_type = AgencyCode, example = "H51.29")]
    pub agency: String,
    /// First day of the watch.
    pub valid_from: Day,
    /// First day without it.
    #[serde(default)]
    pub valid_to: Option<Day>,
}

/// An agency as it is written. What is left out is empty.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutAgency {
    /// Further codes, old and new.
    #[serde(default)]
    #[schema(value_type = Vec<AgencyCode>, max_items = 50)]
    pub codes: Vec<String>,
    /// Official name, at most 300 characters.
    #[schema(min_length = 1, max_length = 300, example = "Phòng Tư pháp")]
    pub name: String,
    /// Administrative level.
    pub level: Level,
    /// Code of the agency directly above; null for a root.
    #[serde(default)]
    #[schema(value_type = Option<AgencyCode>)]
    pub parent: Option<String>,
    /// First day in force.
    pub valid_from: Day,
    /// First day no longer in force.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Codes of the agencies that took over its work.
    #[serde(default)]
    #[schema(value_type = Vec<AgencyCode>, max_items = 50)]
    pub succeeded_by: Vec<String>,
    /// Agencies that watch it.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 50)]
    pub monitored_by: Vec<PutMonitor>,
    /// The officer to whom reminders go.
    #[serde(default, deserialize_with = "optional_object")]
    pub focal_officer: Option<FocalOfficer>,
}

/// Filters of the agency list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgencyFilter {
    /// This agency and everything below it.
    pub subtree_of: Option<String>,
    /// Directly below this agency.
    pub parent: Option<String>,
    /// Of these levels, comma-separated.
    #[param(value_type = Option<Vec<Level>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["district", "commune"]))]
    pub level: Option<Several<Level>>,
    /// In force on this day.
    pub valid_on: Option<Day>,
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
    pub count: Option<crate::http::page::Count>,
}

listed!(AgencyFilter);

impl ListRow for AgencyBody {}

impl AgencyBody {
    /// Shows an agency of a tree.
    pub fn new(agency: &Agency, tree: &AgencyTree) -> Self {
        let code = |id| tree.code(id).to_owned();
        let monitors = agency.watches.iter().map(|watch| Monitor {
            agency: code(watch.monitor),
            valid_from: watch.validity.from,
            valid_to: watch.validity.to,
        });
        Self {
            code: agency.code.clone(),
            codes: agency.codes.clone(),
            name: agency.name.clone(),
            level: agency.level,
            parent: agency.parent.map(code),
            valid_from: agency.validity.from,
            valid_to: agency.validity.to,
            succeeded_by: agency.successors.iter().map(|id| code(*id)).collect(),
            monitored_by: monitors.collect(),
            focal_officer: agency.focal_officer.clone(),
            version: agency.version,
        }
    }
}

impl PutAgency {
    /// Checks what can be checked without the tree.
    pub fn check(self, code: &str) -> Result<AgencyInput, Refusal> {
        let mut wrong = Violations::default();
        // The code stands in the path, so a bad one is a path that is not there.
        let code = AgencyCode::parse(code).map_err(|_| Refusal::NotFound)?;
        for (i, further) in self.codes.iter().enumerate() {
            wrong.take(format!("/codes/{i}"), AgencyCode::parse(further));
        }
        let sizes = [self.codes.len(), self.succeeded_by.len(), self.monitored_by.len()];
        for (pointer, size) in ["/codes", "/succeeded_by", "/monitored_by"].into_iter().zip(sizes) {
            if size > MOST {
                wrong.add(pointer, Rule::InvalidValue, format!("must have at most {MOST} items"));
            }
        }
        let name = wrong.take("/name", clean(&self.name, 300)).unwrap_or_default();
        let mut ordered = |pointer: String, from: Day, to: Option<Day>| {
            if to.is_some_and(|to| to.date() < from.date()) {
                wrong.add(pointer, Rule::InvalidValue, "must not be before valid_from");
            }
        };
        ordered("/valid_to".into(), self.valid_from, self.valid_to);
        for (i, monitor) in self.monitored_by.iter().enumerate() {
            ordered(format!("/monitored_by/{i}/valid_to"), monitor.valid_from, monitor.valid_to);
        }
        let focal_officer = self.focal_officer.map(|officer| cleaned(officer, &mut wrong));
        wrong.check()?;
        let validity = |from: Day, to: Option<Day>| Validity { from: from.date(), to: to.map(Day::date) };
        let watch = |m: PutMonitor| (m.agency, validity(m.valid_from, m.valid_to));
        Ok(AgencyInput {
            code: code.as_str().to_owned(),
            codes: self.codes,
            name,
            level: self.level,
            parent: self.parent,
            validity: validity(self.valid_from, self.valid_to),
            successors: self.succeeded_by,
            watches: self.monitored_by.into_iter().map(watch).collect(),
            focal_officer,
        })
    }
}

/// The officer with clean words.
fn cleaned(officer: FocalOfficer, wrong: &mut Violations) -> FocalOfficer {
    let mut clean = |field: &str, text: String| {
        wrong.take(format!("/focal_officer/{field}"), clean(&text, 200)).unwrap_or_default()
    };
    FocalOfficer {
        name: clean("name", officer.name),
        title: officer.title.map(|title| clean("title", title)),
        unit: officer.unit.map(|unit| clean("unit", unit)),
    }
}
