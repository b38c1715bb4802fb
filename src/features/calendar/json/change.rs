//! What follows from a change of a calendar: a preview of the dossiers that it would move, or the job that moves them.

use super::super::actions::Preview;
use super::super::queries::jobs::JobRow;
use super::{CalendarBody, YearBody, code};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::local_time::Instant;
use crate::domain::timing;
use crate::domain::vocabulary::{JobStatus, TimingState};
use crate::features::dossiers::queries::DossierRow;
use crate::http::write::WriteParameters;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// How a calendar is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PutParameters {
    /// As every write has it.
    #[param(ignore)]
    pub dry_run: Option<bool>,
    /// `true`: nothing is stored, and the answer has the dossiers whose date would move.
    pub preview: Option<bool>,
    /// Of a preview: items of a page, 1 to 200; 50 when not given.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// Of a preview: `next_cursor` of the page before, with the same body.
    pub cursor: Option<String>,
}

impl WriteParameters for PutParameters {
    fn dry_run(&self) -> Option<bool> {
        self.dry_run
    }
}

/// The answer to a write that starts no job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = CalendarPut)]
pub enum PutAnswer {
    /// Nothing changed: the calendar.
    Calendar(CalendarBody),
    /// Nothing changed: the table.
    Year(YearBody),
    /// What would move.
    Preview(PreviewBody),
}

/// What a change would move.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarPreview)]
pub struct PreviewBody {
    /// How many dossiers, of those that the key sees.
    pub moved: usize,
    /// A page of them, in the order of their receipt here.
    pub items: Vec<MoveBody>,
    /// Pass it as `cursor`, with the same body, to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A dossier whose date would move.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarMove)]
pub struct MoveBody {
    /// Code of the dossier.
    #[schema(example = "H51.29-220215-0001")]
    pub code: String,
    /// Due day now; null while its calendar is missing.
    pub due_on_before: Option<NaiveDate>,
    /// Due day after the change; null when its calendar would be missing.
    pub due_on_after: Option<NaiveDate>,
    /// Whether it is overdue now.
    pub overdue_before: bool,
    /// Whether it would be overdue now, after the change.
    pub overdue_after: bool,
}

impl PreviewBody {
    /// Shows a preview as of `now`.
    pub fn new(preview: &Preview, next_cursor: Option<String>, now: Instant) -> Self {
        // Whether it is due soon does not matter here.
        let is_overdue = |row: &DossierRow| timing::state(&row.facts(), now, None) == TimingState::Overdue;
        let items = preview.items.iter().map(|(before, after)| MoveBody {
            code: before.code.clone(),
            due_on_before: before.due_on,
            due_on_after: after.due_on,
            overdue_before: is_overdue(before),
            overdue_after: is_overdue(after),
        });
        Self { moved: preview.moved, items: items.collect(), next_cursor }
    }
}

/// A job that dates dossiers again after a change of a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobBody {
    /// Its id.
    pub id: Uuid,
    /// How far it has come.
    pub status: JobStatus,
    /// The calendar that changed.
    pub calendar: CalendarRef,
    /// The year whose table changed; null when it was the hours, or the place of the agency in the tree.
    #[schema(example = 2027)]
    pub year: Option<i32>,
    /// Dossiers that were looked at.
    pub checked: i64,
    /// Dossiers whose date moved.
    pub moved: i64,
    /// When the change was made.
    pub created_at: Instant,
    /// When the job was done.
    pub finished_at: Option<Instant>,
}

/// A version of a calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarRef {
    /// Main code of the agency whose calendar it is; null for the country.
    #[schema(example = "H51.29.05")]
    pub agency: Option<String>,
    /// Its version.
    pub version: i32,
}

impl JobBody {
    /// Shows a job.
    pub fn new(job: &JobRow, tree: &AgencyTree) -> Self {
        Self {
            id: job.id,
            status: job.status,
            calendar: CalendarRef { agency: code(job.agency_id, tree), version: job.version },
            year: job.year,
            checked: job.checked,
            moved: job.moved,
            created_at: job.created_at.into(),
            finished_at: job.finished_at.map(Instant::from),
        }
    }
}
