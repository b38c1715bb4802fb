//! What the checks can be asked for.

use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::{Day, Instant};
use crate::domain::period::Period;
use crate::domain::refusal::Refusal;
use crate::domain::vocabulary::QualityCheck;
use crate::features::as_of::AsOf;
use crate::features::auth::Principal;
use crate::features::dossiers::queries::visible::Narrow;
use crate::features::overdue::queries::mirror::Moment;
use crate::features::quality_checks::queries::Filter;
use crate::http::input::Several;
use crate::http::list::paged;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// What the counts can be asked for. Days are local and inclusive.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChecksFilter {
    /// First day of the period; 29 days before `to` when not given. A period has at most 366 days.
    #[param(example = "2022-01-17")]
    pub from: Option<Day>,
    /// Last day of the period; today when not given.
    #[param(example = "2022-02-15")]
    pub to: Option<Day>,
    /// Decided by this agency or below it, or by what it watches. All that the key sees when not given.
    #[param(example = "H51.29")]
    pub agency: Option<String>,
    /// Answers as it was answered at this instant, now or earlier.
    pub as_of: Option<Instant>,
}

paged! {
    /// What a list can be asked for: the same as the counts. Days are local and inclusive.
    FindingsFilter {
        /// First day of the period; 29 days before `to` when not given. A period has at most 366 days.
        #[param(example = "2022-01-17")]
        pub from: Option<Day>,
        /// Last day of the period; today when not given.
        #[param(example = "2022-02-15")]
        pub to: Option<Day>,
        /// Decided by this agency or below it, or by what it watches. All that the key sees when not given.
        #[param(example = "H51.29")]
        pub agency: Option<String>,
        /// Answers as it was answered at this instant, now or earlier.
        pub as_of: Option<Instant>,
    }
}

impl ChecksFilter {
    /// What each check is asked for, beginning with the first.
    pub fn read(&self, caller: &Principal, as_of: &AsOf) -> Result<Filter, Refusal> {
        let today = as_of.now.local_date();
        let period = Period::recent(self.from.map(Day::date), self.to.map(Day::date), today)?;
        let watching = |tree: &AgencyTree, id: i32| tree.visible(&[id], today);
        let named = self.agency.clone().map(|code| Several(vec![code]));
        let competent = caller.agencies_named("agency", named, watching)?;
        Ok(Filter {
            check: QualityCheck::ALL[0],
            period,
            narrow: Narrow { competent, ..Narrow::default() },
            visible: caller.visible.clone(),
            moment: Moment::new(as_of.now, &caller.calendars),
            calendars: Arc::clone(&caller.calendars),
        })
    }
}

impl FindingsFilter {
    /// What a check is asked for.
    pub fn read(&self, check: QualityCheck, caller: &Principal, as_of: &AsOf) -> Result<Filter, Refusal> {
        let Self { from, to, as_of: asked, .. } = *self;
        let filter = ChecksFilter { from, to, agency: self.agency.clone(), as_of: asked };
        Ok(Filter { check, ..filter.read(caller, as_of)? })
    }
}
