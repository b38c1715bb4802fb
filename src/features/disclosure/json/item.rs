//! The procedures of an agency.

use super::period;
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::DisclosureState;
use crate::features::disclosure::assess::Item;
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// A procedure of an agency, and how the agency stands with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgencyProcedure)]
pub struct ItemBody {
    /// Main code of the agency.
    #[schema(example = "H51.29.05")]
    pub agency: String,
    /// Its name.
    #[schema(example = "Phòng Tư pháp")]
    pub agency_name: String,
    /// Code of the procedure.
    #[schema(example = "1.004873")]
    pub procedure_code: String,
    /// Its name.
    #[schema(example = "Cấp Giấy xác nhận tình trạng hôn nhân")]
    pub procedure_name: String,
    /// Its field.
    #[schema(example = "ho-tich")]
    pub field: String,
    /// Number of the version in force.
    #[schema(example = 2)]
    pub procedure_version: i32,
    /// Whether the agency is to disclose it.
    pub is_assigned: bool,
    /// How the agency stands with it; null when it is not to disclose it.
    pub state: Option<DisclosureState>,
    /// Local day on which the decision of the version in force was signed; null without a decision.
    pub signed_on: Option<NaiveDate>,
    /// Local day through which that version is to be disclosed; null when the calendar of those days is missing.
    pub due_on: Option<NaiveDate>,
    /// Working days after the due day through the disclosure, or through the end of the period while the version in force is not
    /// disclosed; null when they cannot be counted.
    #[schema(example = 0)]
    pub days_late: Option<i64>,
    /// Number of the newest version that it discloses; null: none.
    #[schema(example = 2)]
    pub disclosed_version: Option<i32>,
    /// When it disclosed that.
    pub disclosed_at: Option<Instant>,
    /// When it last verified that what it discloses is right.
    pub verified_at: Option<Instant>,
    /// Raised by every change of what the agency recorded; 0: nothing was.
    #[schema(example = 1)]
    pub version: i32,
}

impl ListRow for ItemBody {}

impl ItemBody {
    /// Shows a procedure of an agency.
    pub fn new(item: &Item<'_>) -> Self {
        let Item { version, own, .. } = *item;
        Self {
            agency: item.agency.code.clone(),
            agency_name: item.agency.name.clone(),
            procedure_code: version.procedure_code.clone(),
            procedure_name: version.name.clone(),
            field: version.field.clone(),
            procedure_version: version.version,
            is_assigned: item.is_assigned,
            state: item.is_assigned.then_some(item.state),
            signed_on: version.signed_on,
            due_on: item.due_on,
            days_late: item.days_late,
            disclosed_version: own.and_then(|own| own.disclosed_version),
            disclosed_at: own.and_then(|own| own.disclosed_at).map(Instant::from),
            verified_at: own.and_then(|own| own.verified_at).map(Instant::from),
            version: own.map_or(0, |own| own.version),
        }
    }
}

paged! {
    /// Filters of the procedures of an agency.
    #[derive(Default)]
    ItemFilter {
        /// In these states; comma-separated.
        #[param(value_type = Option<Vec<DisclosureState>>, style = Form, explode = false, min_items = 1, max_items = 7)]
        pub state: Option<Several<DisclosureState>>,
        /// Of these fields.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["ho-tich"]))]
        pub field: Option<Several<String>>,
        /// First day of the period in which a late disclosure counts; the first of the year of `to` when not given.
        #[param(example = "2022-01-01")]
        pub from: Option<Day>,
        /// Last day of the period, as of which everything is judged; today when not given.
        #[param(example = "2022-02-15")]
        pub to: Option<Day>,
        /// Answers as it was answered at this instant, now or earlier. A page goes on with the same `as_of`.
        pub as_of: Option<Instant>,
    }
}

impl ItemFilter {
    /// The period that is asked for.
    pub fn period(&self, today: NaiveDate) -> Result<Period, Refusal> {
        period(self.from, self.to, today)
    }

    /// Whether a procedure fits.
    pub fn fits(&self, item: &Item<'_>) -> bool {
        let has_state =
            |wanted: &Several<DisclosureState>| item.is_assigned && wanted.0.contains(&item.state);
        self.state.as_ref().is_none_or(has_state)
            && self.field.as_ref().is_none_or(|wanted| wanted.0.contains(&item.version.field))
    }
}
