//! The families that say how the open dossiers of agencies stand, as they were counted last.
//!
//! They are replaced as a whole and read as a whole, so that a scrape never shows half a count.

use super::add;
use prometheus::{Gauge, GaugeVec, IntGaugeVec, Opts, Registry};

/// How the open dossiers stand that an agency decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyGauges {
    /// Code of the agency.
    pub agency: String,
    /// Those whose handling has not ended.
    pub open: i64,
    /// Of these, those that are due soon.
    pub due_soon: i64,
    /// Of these, those that are overdue.
    pub overdue: i64,
    /// Working days late of the one that was due first; `None` when the calendar of a year is missing.
    pub oldest_days_late: Option<i64>,
    /// Open ones in which nothing happens.
    pub stale: i64,
    /// Procedures that it does not disclose although the limit is over.
    pub undisclosed: i64,
}

pub(super) struct Families {
    open: IntGaugeVec,
    due_soon: IntGaugeVec,
    overdue: IntGaugeVec,
    oldest: IntGaugeVec,
    stale: IntGaugeVec,
    undisclosed: IntGaugeVec,
    age: GaugeVec,
    /// When they were counted, in seconds since 1970.
    counted_at: Option<f64>,
}

impl Families {
    pub(super) fn new(registry: &Registry) -> Self {
        let gauges = |name: &str, help: &str| {
            let name = format!("congkhai_dossiers_{name}");
            add(registry, IntGaugeVec::new(Opts::new(name, help), &["agency"]))
        };
        let age = Opts::new(
            "congkhai_dossiers_age_seconds",
            "Age of the counts of dossiers; not there before the first.",
        );
        Self {
            open: gauges("open", "Dossiers whose handling has not ended, by competent agency."),
            due_soon: gauges("due_soon", "Open dossiers that are due soon, by competent agency."),
            overdue: gauges("overdue", "Open dossiers that are overdue, by competent agency."),
            oldest: gauges(
                "oldest_days_late",
                "Working days late of the overdue dossier that was due first; 0 when none is, by competent agency.",
            ),
            stale: gauges(
                "stale",
                "Open dossiers in which somebody should do something and nothing happened for more than 3 working days, by competent agency.",
            ),
            undisclosed: add(
                registry,
                IntGaugeVec::new(
                    Opts::new(
                        "congkhai_procedures_undisclosed",
                        "Procedures in force that an agency does not disclose although the limit is over.",
                    ),
                    &["agency"],
                ),
            ),
            age: add(registry, GaugeVec::new(age, &[])),
            counted_at: None,
        }
    }

    pub(super) fn set(&mut self, counted: &[AgencyGauges], at: f64) {
        for family in
            [&self.open, &self.due_soon, &self.overdue, &self.oldest, &self.stale, &self.undisclosed]
        {
            family.reset();
        }
        for agency in counted {
            let label = [agency.agency.as_str()];
            self.open.with_label_values(&label).set(agency.open);
            self.due_soon.with_label_values(&label).set(agency.due_soon);
            self.stale.with_label_values(&label).set(agency.stale);
            self.undisclosed.with_label_values(&label).set(agency.undisclosed);
            self.overdue.with_label_values(&label).set(agency.overdue);
            if let Some(days) = agency.oldest_days_late {
                self.oldest.with_label_values(&label).set(days);
            }
        }
        self.counted_at = Some(at);
    }

    pub(super) fn show_age(&self, now: f64) {
        let age: Option<Gauge> = self.counted_at.map(|_| self.age.with_label_values::<&str>(&[]));
        if let Some((age, at)) = age.zip(self.counted_at) {
            age.set((now - at).max(0.0));
        }
    }
}
