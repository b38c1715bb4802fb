//! What is behind a metric.

use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::report::{Frame, Took};
use crate::features::auth::Principal;
use crate::features::disclosure::assess::Item;
use crate::features::disclosure::metrics::{Announced, Disclosing};
use crate::features::procedures::queries::ProcedureName;
use crate::features::reports::queries::places::{Judgement, PlacedRow};
use crate::features::reports::queries::sums::Asked;
use crate::http::export::ListRow;
use crate::http::list::paged;
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

paged! {
    /// What the items behind a metric are asked for: what the index is, then what narrows them.
    ItemFilter {
        /// First local day of the period.
        #[param(example = "2022-01-01")]
        pub from: Day,
        /// Last local day of the period; at most 365 days after `from`. It may be still to come.
        #[param(example = "2022-01-31")]
        pub to: Day,
        /// Of this agency and those below it. Those that the key was given for when not given.
        #[param(example = "H51.29")]
        pub agency: Option<String>,
        /// `false`: without those below `agency`.
        pub below: Option<bool>,
        /// `true`: what the numerator counts; `false`: what it does not. Of 2.2 neither.
        pub counted: Option<bool>,
        /// As it was answered at this instant, now or earlier: what was recorded later is not known.
        pub as_of: Option<Instant>,
    }
}

impl ItemFilter {
    /// The period and as of when, and the agencies.
    pub fn asked(&self, caller: &Principal, now: Instant) -> Result<Asked, Refusal> {
        let period = Period::begun(self.from.date(), self.to.date(), now.local_date())?;
        let place = Place::Parameter("agency".into());
        let agencies = match (self.below.unwrap_or(true), self.agency.as_deref()) {
            (true, named) => caller.agencies_below(named, &place)?,
            (false, Some(code)) => Some(vec![caller.agency_named(code, &place)?.id]),
            (false, None) => {
                let message = "is required with below=false";
                return Err(Refusal::parameter("agency", Rule::MissingField, message));
            }
        };
        Ok(Asked { frame: Frame { period, now }, agencies })
    }

    /// Which dossiers are wanted, by whether they are on time.
    pub fn judgement(&self) -> Judgement {
        match self.counted {
            None => Judgement::Any,
            Some(true) => Judgement::OnTime,
            Some(false) => Judgement::Late,
        }
    }

    /// Whether an item is wanted.
    pub fn fits(&self, item: &ItemBody) -> bool {
        self.counted.is_none_or(|wanted| item.is_counted == Some(wanted))
    }
}

/// What a metric counts: a procedure that an agency announced (1.1), or that it is to disclose (1.2, 1.3); a dossier (2.1); a procedure, of
/// all agencies together (2.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityIndexItem)]
pub struct ItemBody {
    /// Code of the agency that announced, discloses or decides it; null of 2.2.
    #[schema(example = "H51.29.05")]
    pub agency: Option<String>,
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure_code: String,
    /// Its name.
    #[schema(example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub procedure_name: String,
    /// Its field.
    #[schema(example = "ho-tich")]
    pub field: String,
    /// Code of the dossier; null but of 2.1.
    #[schema(example = "H51.29-220120-0003")]
    pub dossier: Option<String>,
    /// Whether the numerator counts it; null of 2.2.
    pub is_counted: Option<bool>,
    /// Last local day on which it is in time: to announce, to disclose, or to handle by the choices of the index, which subtract the time of a
    /// supplement. Null when there is none: of 1.3 and 2.2, of a dossier whose clock stands still, without the calendar of those days.
    #[schema(value_type = Option<NaiveDate>)]
    pub due_on: Option<Day>,
    /// Local day on which the decision was signed (1.1), the version in force was disclosed (1.2), any was (1.3), or by which the dossier is
    /// judged that has ended (2.1); null: it was not, and of 2.2.
    #[schema(value_type = Option<NaiveDate>)]
    pub done_on: Option<Day>,
    /// Of 2.2: how many dossiers ended in the period.
    #[schema(example = 12)]
    pub resolved: Option<i64>,
    /// Of 2.2: the minutes that they took together.
    #[schema(example = 47520)]
    pub minutes: Option<i64>,
    /// Of 2.2: the days of 24 hours that one took on average.
    #[schema(example = "2.75")]
    pub average_days: Option<String>,
}

impl ListRow for ItemBody {}

impl ItemBody {
    fn of(agency: Option<&str>, procedure: (&str, &str, &str)) -> Self {
        let (code, name, field) = procedure;
        Self {
            agency: agency.map(str::to_owned),
            procedure_code: code.to_owned(),
            procedure_name: name.to_owned(),
            field: field.to_owned(),
            dossier: None,
            is_counted: None,
            due_on: None,
            done_on: None,
            resolved: None,
            minutes: None,
            average_days: None,
        }
    }

    /// Shows what an agency announced.
    pub fn announced(agency: &Agency, announced: &Announced<'_>) -> Self {
        let row = announced.row;
        Self {
            is_counted: Some(announced.is_in_time()),
            due_on: Some(announced.by.into()),
            done_on: Some(row.signed_on.into()),
            ..Self::of(Some(&agency.code), (&row.procedure_code, &row.name, &row.field))
        }
    }

    /// Shows what an agency disclosed or was to disclose.
    pub fn disclosed(agency: &Agency, disclosing: &Disclosing<'_>) -> Self {
        Self {
            is_counted: Some(disclosing.is_in_time()),
            due_on: Some(disclosing.due_on.into()),
            done_on: disclosing.disclosed_on.map(Day::from),
            ..Self::of(Some(&agency.code), disclosing.version.names())
        }
    }

    /// Shows what is disclosed; `None`: it is not.
    pub fn whole(item: &Item<'_>) -> Option<Self> {
        Some(Self {
            is_counted: Some(item.is_disclosed_whole()?),
            done_on: item.disclosed_on.map(Day::from),
            ..Self::of(Some(&item.agency.code), item.version.names())
        })
    }

    /// Shows a dossier.
    pub fn dossier(row: PlacedRow, procedure: &ProcedureName, tree: &AgencyTree) -> Self {
        let last_in_time = |late_from| (Instant::from(late_from) + TimeDelta::microseconds(-1)).local_date();
        let agency: AgencyId = row.competent_agency_id;
        Self {
            dossier: Some(row.code),
            is_counted: row.on_time_by_index,
            due_on: row.index_late_from.map(last_in_time).map(Day::from),
            done_on: row.judged_at.map(|at| Instant::from(at).local_date().into()),
            ..Self::of(Some(tree.code(agency)), named(procedure))
        }
    }

    /// Shows how long the dossiers of a procedure took.
    pub fn took(procedure: &ProcedureName, took: Took) -> Self {
        Self {
            resolved: Some(took.resolved),
            minutes: Some(took.minutes),
            average_days: took.average_days(),
            ..Self::of(None, named(procedure))
        }
    }
}

fn named(procedure: &ProcedureName) -> (&str, &str, &str) {
    (&procedure.procedure_code, &procedure.name, &procedure.field)
}
