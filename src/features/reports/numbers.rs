//! The numbers of a report as they are known, and as they were at the end of the period.

use super::queries::late;
use super::queries::sums::{self, AlikeId, Apart, Asked};
use super::table::{Difference, Rows, Table};
use crate::db::{DbError, Slow, look_back};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::local_time::Instant;
use crate::domain::report::{Counts, Frame};
use crate::domain::vocabulary::ReportBy;
use crate::features::procedures::names::Names;
use std::collections::HashMap;

/// The numbers of each agency, as they are known or as of an instant.
pub async fn by_agency(
    slow: &Slow,
    known: Option<Instant>,
    asked: &Asked,
) -> Result<HashMap<AgencyId, Counts>, DbError> {
    slow.snapshot(known, async |conn| {
        let counted = sums::counted(conn, asked, Apart::Agency).await?;
        sums::counts(conn, asked, Apart::Agency, counted).await
    })
    .await
}

/// The numbers of a report.
#[derive(Clone, Debug)]
pub struct Numbers {
    by: ReportBy,
    counts: HashMap<AlikeId, Counts>,
    /// What was known at the end of the period; `None`: it is not over.
    then: Option<HashMap<AlikeId, Counts>>,
    /// How many events were recorded since about the period.
    pub late_events: i64,
}

impl Numbers {
    /// Reads them, as they are known or as of an instant, on one snapshot.
    pub async fn read(
        slow: &Slow,
        known: Option<Instant>,
        asked: &Asked,
        by: ReportBy,
    ) -> Result<Self, DbError> {
        let (ends, apart) = (asked.frame.ends(), Apart::of(by));
        slow.snapshot(known, async |conn| {
            let counted = sums::counted(conn, asked, apart).await?;
            if asked.frame.now < ends {
                let counts = sums::counts(conn, asked, apart, counted).await?;
                return Ok(Self { by, counts, then: None, late_events: 0 });
            }
            let late_events = late::late_events(conn, asked).await?;
            let counts = sums::counts(conn, asked, apart, counted.clone()).await?;
            look_back(conn, ends).await?;
            let then = Asked { frame: Frame { now: ends, ..asked.frame }, ..asked.clone() };
            let then = Some(sums::counts(conn, &then, apart, counted).await?);
            Ok(Self { by, counts, then, late_events })
        })
        .await
    }

    /// The numbers of each agency; asked for anew when the rows are of something else.
    pub async fn by_agency(
        &self,
        slow: &Slow,
        known: Option<Instant>,
        asked: &Asked,
    ) -> Result<HashMap<AgencyId, Counts>, DbError> {
        match Apart::of(self.by) {
            Apart::Agency => Ok(self.counts.clone()),
            Apart::Version => by_agency(slow, known, asked).await,
        }
    }

    /// The procedure versions that its rows are of, if they are of any.
    pub fn versions(&self) -> impl Iterator<Item = i32> {
        let all = self.counts.keys().chain(self.then.iter().flat_map(HashMap::keys));
        all.copied().filter(|_| Apart::of(self.by) == Apart::Version)
    }

    /// What its rows are made by.
    pub const fn rows<'a>(&self, names: &'a Names, tree: &'a AgencyTree) -> Rows<'a> {
        Rows { by: self.by, names, tree }
    }

    /// The table, and the cells that are not what they were at the end of the period.
    pub fn table(&self, rows: Rows<'_>) -> (Table, Vec<Difference>) {
        let table = Table::of(rows, &self.counts);
        let then = self.then.as_ref().map(|then| Table::of(rows, then));
        let differences = then.map(|then| table.differences(&then)).unwrap_or_default();
        (table, differences)
    }
}
