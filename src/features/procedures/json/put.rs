//! A procedure as it is sent: its draft.

use super::{CaseLimitBody, content, limit};
use crate::domain::catalogue::completeness::NAME;
use crate::domain::catalogue::content::Content;
use crate::domain::ids::{AgencyCode, ProcedureCode, Slug};
use crate::domain::local_time::Day;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::{BadText, clean};
use crate::domain::vocabulary::{Level, OnlineLevel};
use crate::features::procedures::actions::ProcedureInput;
use crate::http::input::{object, objects};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A procedure as it is written: its draft.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
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
    /// Levels that handle it; a publication needs one.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Codes of the competent agencies; empty: any agency of its levels.
    #[serde(default)]
    #[schema(value_type = Vec<AgencyCode>, max_items = 1_000)]
    pub competent_agencies: Vec<String>,
    /// First day in force, unless the decision names another; not before that of the present version.
    pub effective_from: Day,
    /// True when the content is sample data.
    #[serde(default)]
    pub sample: bool,
    /// Level of the online service.
    #[serde(default)]
    pub online_level: Option<OnlineLevel>,
    /// Time limits; a publication needs one.
    #[serde(default, deserialize_with = "objects")]
    #[schema(max_items = 200)]
    pub limits: Vec<CaseLimitBody>,
    /// What it says to people.
    #[serde(default, deserialize_with = "object")]
    pub content: Content,
}

impl PutProcedure {
    /// Reads a draft that was stored: what passed the checks once.
    pub fn stored(code: &str, draft: serde_json::Value) -> Result<ProcedureInput, Refusal> {
        let read = serde_json::from_value::<Self>(draft);
        // A field that a later release no longer knows: the draft must be written again.
        let body =
            read.map_err(|why| Refusal::invalid("", Rule::InvalidValue, format!("the draft: {why}")))?;
        body.check(code).map(|(input, _)| input)
    }

    /// Checks what can be checked without the database. Gives the draft, and the same as it is stored.
    pub fn check(self, code: &str) -> Result<(ProcedureInput, serde_json::Value), Refusal> {
        let bad = |why| Refusal::parameter("code", Rule::InvalidValue, why);
        let code = ProcedureCode::parse(code).map_err(bad)?;
        let mut wrong = Violations::default();
        let name = match clean(&self.name, 1_000) {
            Err(BadText::Empty) => {
                wrong.add(NAME.pointer, Rule::PartMissing, NAME.is_missing());
                String::new()
            }
            cleaned => wrong.take("/name", cleaned).unwrap_or_default(),
        };
        wrong.take("/field", Slug::parse(&self.field));
        let field_name = wrong.take("/field_name", clean(&self.field_name, 200)).unwrap_or_default();
        let mut levels = self.levels.clone();
        levels.sort_unstable();
        levels.dedup();
        if self.competent_agencies.len() > 1_000 {
            wrong.add("/competent_agencies", Rule::InvalidValue, "must have at most 1000 items");
        }
        for (i, agency) in self.competent_agencies.iter().enumerate() {
            wrong.take(format!("/competent_agencies/{i}"), AgencyCode::parse(agency));
        }
        let from = self.effective_from.date();
        let limits = limit::check(self.limits.clone(), from, &mut wrong);
        let mut content = self.content.clone();
        content::check(&mut content, &mut wrong);
        wrong.check()?;
        let input = ProcedureInput {
            code: code.as_str().to_owned(),
            name: name.clone(),
            field: self.field.clone(),
            field_name: field_name.clone(),
            levels: levels.clone(),
            agencies: self.competent_agencies.clone(),
            effective_from: self.effective_from,
            sample: self.sample,
            online_level: self.online_level,
            limits,
            content: content.clone(),
        };
        let stored = Self { name, field_name, levels, content, ..self };
        // Words, numbers and dates, which JSON has.
        Ok((input, serde_json::to_value(stored).unwrap_or_default()))
    }
}
