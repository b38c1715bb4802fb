//! The time limits of a procedure: unit and amount, what starts them, their parts, and how far they may be prolonged.

use crate::domain::amount::Amount;
use crate::domain::ids::Slug;
use crate::domain::law::law;
use crate::domain::local_time::TimeOfDay;
use crate::domain::refusal::{Rule, Violations};
use crate::domain::text::clean;
use crate::domain::time_limit::{self, BadTimeLimit, CaseLimit, Prolongation, Segment, Span, TimeLimit};
use crate::domain::vocabulary::{AgencyRole, Channel, Starts, Unit};
use crate::http::input::{object, objects};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A time limit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitBody {
    /// Unit.
    pub unit: Unit,
    /// Decimal string; null for `same_day` and `none`. Calendar days are whole.
    #[serde(default)]
    #[schema(example = "2.5")]
    pub amount: Option<Amount>,
    /// For `same_day`: received after this local time, it is due the next working day; what the law says when not given.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "15:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub cutoff: Option<TimeOfDay>,
    /// Event that starts the clock.
    #[serde(default)]
    pub starts: Starts,
    /// Parts of a chained limit (liên thông) in their order, each the time of one agency. Their amounts add up to that of the
    /// limit, in its unit. Empty: all of it is the competent agency's.
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20, nullable = false)]
    pub segments: Vec<SegmentBody>,
    /// Prolongations that the law allows, such as five days to verify. An event `extended` needs one of their grounds.
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20, nullable = false)]
    pub prolongations: Vec<ProlongationBody>,
}

/// A part of a chained limit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Segment)]
pub struct SegmentBody {
    /// Whose time it is.
    pub agency_role: AgencyRole,
    /// How long.
    #[serde(deserialize_with = "object")]
    pub limit: Span,
}

/// A prolongation that the law allows.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Prolongation)]
pub struct ProlongationBody {
    /// The ground, as events name it; at most 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "xac-minh")]
    pub ground: String,
    /// By how much at most.
    #[serde(deserialize_with = "object")]
    pub by: Span,
    /// Where the law says so; at most 200 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Luật Hộ tịch 60/2014 Đ.25")]
    pub law: Option<String>,
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

impl CaseLimitBody {
    /// Shows a limit.
    pub fn new(of: &CaseLimit) -> Self {
        // What is stored has passed the checks: parts and prolongations have amounts.
        let segments = of.segments.iter().filter_map(|segment| {
            Some(SegmentBody { agency_role: segment.role, limit: Span::of(segment.limit)? })
        });
        let prolongations = of.prolongations.iter().filter_map(|allowed| {
            let (ground, law) = (allowed.ground.clone(), allowed.law.clone());
            Some(ProlongationBody { ground, by: Span::of(allowed.by)?, law })
        });
        Self {
            case: of.case.clone(),
            case_name: of.case_name.clone(),
            channel: of.channel,
            limit: LimitBody {
                unit: of.limit.unit(),
                amount: of.limit.amount(),
                cutoff: of.limit.cutoff().map(TimeOfDay),
                starts: of.starts,
                segments: segments.collect(),
                prolongations: prolongations.collect(),
            },
        }
    }
}

/// Checks the limits of a version that is in force from a day on.
pub(super) fn check(limits: Vec<CaseLimitBody>, from: NaiveDate, wrong: &mut Violations) -> Vec<CaseLimit> {
    let mut checked: Vec<CaseLimit> = vec![];
    if limits.len() > 200 {
        wrong.add("/limits", Rule::InvalidValue, "must have at most 200 items");
        return checked;
    }
    for (i, of) in limits.into_iter().enumerate() {
        let at = |field: &str| format!("/limits/{i}{field}");
        if let Some(case) = &of.case {
            wrong.take(at("/case"), Slug::parse(case));
        }
        let case_name = of.case_name.map(|name| clean(&name, 500)).transpose();
        let case_name = wrong.take(at("/case_name"), case_name).flatten();
        if checked.iter().any(|other| (&other.case, other.channel) == (&of.case, of.channel)) {
            wrong.add(at(""), Rule::InvalidValue, "must be the only limit of its case and channel");
        }
        let starts = of.limit.starts;
        if let Some((limit, segments, prolongations)) = of.limit.check(&at("/limit"), from, wrong) {
            let (case, channel) = (of.case, of.channel);
            checked.push(CaseLimit { case, case_name, channel, limit, starts, segments, prolongations });
        }
    }
    checked
}

type Checked = (TimeLimit, Vec<Segment>, Vec<Prolongation>);

impl LimitBody {
    fn check(self, pointer: &str, from: NaiveDate, wrong: &mut Violations) -> Option<Checked> {
        let cutoff = self.cutoff.map(|cutoff| cutoff.0);
        let by_law = (self.unit == Unit::SameDay).then(|| law().same_day_cutoff.on(from).0);
        let limit = named(TimeLimit::new(self.unit, self.amount, cutoff.or(by_law)), pointer, wrong);
        if self.unit == Unit::None && self.starts != Starts::Received {
            let message = "must be received for none, which never starts";
            wrong.add(format!("{pointer}/starts"), Rule::InvalidValue, message);
        }
        let segments = segments(&self.segments, pointer, wrong);
        if let Some(limit) = limit
            && !segments.is_empty()
            && !time_limit::adds_up(limit, &segments)
        {
            let message = "must be the sum of the amounts of the segments, all in the same unit";
            wrong.add(format!("{pointer}/amount"), Rule::InvalidValue, message);
        }
        let prolongations = prolongations(&self.prolongations, pointer, wrong);
        Some((limit?, segments, prolongations))
    }
}

/// Names the field that is wrong.
fn named(limit: Result<TimeLimit, BadTimeLimit>, pointer: &str, wrong: &mut Violations) -> Option<TimeLimit> {
    let note = |why| {
        let field = match why {
            BadTimeLimit::CutoffMissing | BadTimeLimit::CutoffUnexpected => "cutoff",
            _ => "amount",
        };
        wrong.add(format!("{pointer}/{field}"), Rule::InvalidValue, why);
    };
    limit.map_err(note).ok()
}

fn segments(bodies: &[SegmentBody], pointer: &str, wrong: &mut Violations) -> Vec<Segment> {
    if bodies.len() > 20 {
        wrong.add(format!("{pointer}/segments"), Rule::InvalidValue, "must have at most 20 items");
    }
    let mut checked = vec![];
    for (i, body) in bodies.iter().enumerate() {
        let limit = named(body.limit.limit(), &format!("{pointer}/segments/{i}/limit"), wrong);
        checked.extend(limit.map(|limit| Segment { role: body.agency_role, limit }));
    }
    checked
}

fn prolongations(bodies: &[ProlongationBody], pointer: &str, wrong: &mut Violations) -> Vec<Prolongation> {
    if bodies.len() > 20 {
        wrong.add(format!("{pointer}/prolongations"), Rule::InvalidValue, "must have at most 20 items");
    }
    let mut checked: Vec<Prolongation> = vec![];
    for (i, body) in bodies.iter().enumerate() {
        let at = |field: &str| format!("{pointer}/prolongations/{i}/{field}");
        let ground = wrong.take(at("ground"), clean(&body.ground, 200)).unwrap_or_default();
        let law = wrong.take(at("law"), body.law.as_deref().map(|law| clean(law, 200)).transpose()).flatten();
        if checked.iter().any(|other| other.ground == ground) {
            wrong.add(at("ground"), Rule::InvalidValue, "must be named once");
        }
        let by = named(body.by.limit(), &at("by"), wrong);
        checked.extend(by.map(|by| Prolongation { ground, by, law }));
    }
    checked
}
