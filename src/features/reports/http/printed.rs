//! A report for people: as a workbook that an office can send, and as a page with charts.

use crate::db::DbError;
use crate::db::page::Page;
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::report::Counts;
use crate::domain::share::Share;
use crate::domain::vocabulary::Column;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::Principal;
use crate::features::disclosure::assess;
use crate::features::disclosure::queries as disclosure;
use crate::features::reports::json::PlaceBody;
use crate::features::reports::page::resolution::{self as page, AgencyLine};
use crate::features::reports::printed::Printed;
use crate::features::reports::queries::months::{Part, months};
use crate::features::reports::queries::places::{self, Cell, PlacedRow};
use crate::features::reports::queries::sums::Asked;
use crate::features::reports::workbook::{self, MOST_DOSSIERS};
use crate::http::error::Problem;
use crate::http::etag::Tag;
use crate::http::format::Format;
use crate::http::{caching, export};
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// The columns whose dossiers are on the second sheet.
const LATE: [Column; 2] = [Column::ResolvedLate, Column::PendingOverdue];

/// Whoever reads a report.
pub(super) struct Reader<'a> {
    /// What handlers work with.
    pub state: &'a State,
    /// As of when.
    pub as_of: &'a AsOf,
    /// Who it is, as they were then.
    pub caller: &'a Principal,
}

impl Reader<'_> {
    /// Answers with the workbook of a report, and the dossiers in it that ended late or are overdue.
    pub(super) async fn workbook(&self, asked: &Asked, printed: Printed) -> Result<HttpResponse, Problem> {
        let Self { state, as_of, caller } = *self;
        let cell = |column| Cell {
            frame: asked.frame,
            column,
            by_index: None,
            agencies: asked.agencies.clone(),
            versions: None,
        };
        let rows = state
            .slow
            .snapshot(as_of.known, async |conn| {
                let mut rows = vec![];
                for column in LATE {
                    let most = MOST_DOSSIERS - rows.len();
                    let page = Page { limit: i64::try_from(most).unwrap_or(i64::MAX), after: None };
                    rows.extend(places::page(conn, &cell(column), &page).await?.into_iter().take(most));
                }
                Ok(rows)
            })
            .await?;
        let names = state.names.with(rows.iter().map(|row| row.procedure_version_id), &state.reader).await?;
        let show = |row: PlacedRow| {
            let procedure = names.of(row.procedure_version_id);
            PlaceBody::new(row, asked.frame, procedure, &caller.tree, &caller.calendars)
        };
        let late: Vec<PlaceBody> = rows.into_iter().map(show).collect();
        let all: i64 = LATE.iter().map(|column| printed.table.total[*column]).sum();
        let left_out = (all - i64::try_from(late.len()).unwrap_or(i64::MAX)).max(0);
        // Two workbooks of the same report differ in their time of making.
        let tag = Tag::of_stream(format!("{:?} {:?} {late:?}", printed.table, printed.sealed).as_bytes());
        let mut response =
            export::written("report", move || workbook::write(&printed, &late, left_out)).await?;
        caching::set(&mut response, &tag);
        Ok(response)
    }

    /// Reads the months of a report, for its page.
    pub(super) async fn months(&self, asked: &Asked) -> Result<Vec<Part>, DbError> {
        self.state.slow.snapshot(self.as_of.known, async |conn| months(conn, asked).await).await
    }

    /// Answers with the page of a report.
    pub(super) async fn page(
        &self,
        asked: &Asked,
        printed: &Printed,
        (months, counts): (&[Part], &HashMap<AgencyId, Counts>),
    ) -> Result<HttpResponse, Problem> {
        Ok(self::page(page::write(printed, months, &self.agencies(asked, counts).await?)))
    }

    /// The agencies of a report: how much ended late, and how they disclose.
    async fn agencies(
        &self,
        asked: &Asked,
        counts: &HashMap<AgencyId, Counts>,
    ) -> Result<Vec<AgencyLine>, Problem> {
        let Self { state, as_of, caller } = *self;
        let all = || caller.tree.all().into_iter().map(|agency| agency.id).collect();
        let ids = asked.agencies.clone().unwrap_or_else(all);
        let (period, known) =
            (asked.frame.period, as_of.known.map_or(DateTime::<Utc>::MAX_UTC, Instant::utc));
        let known = state
            .slow
            .snapshot(None, async |conn| disclosure::known(conn, &ids, period, known).await)
            .await?;
        let lines = ids.iter().filter_map(|id| caller.tree.get(*id)).map(|agency| {
            let of = counts.get(&agency.id).copied().unwrap_or_default();
            let late = Share { numerator: of[Column::ResolvedLate], denominator: of[Column::ResolvedTotal] };
            let disclosed = assess::Counts::of(agency, &caller.tree, &known, &caller.calendars, period);
            AgencyLine { name: agency.name.clone(), late, compliance: disclosed.score() }
        });
        Ok(lines.collect())
    }
}

/// Answers with a page.
pub(super) fn page(page: String) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    // Nothing is fetched and nothing runs, whatever the name of an agency is.
    response.insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"));
    response.content_type(Format::Html.content_type()).body(page)
}
