//! The numbers of a report as they are known, and as they were at the end of the period.

use super::queries::sums::{self, Alike, Asked};
use super::table::{Difference, Rows, Table};
use crate::db::{DbError, Slow, look_back};
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::report::{Counts, Frame};
use std::collections::HashMap;

/// The numbers of a report.
#[derive(Clone, Debug)]
pub struct Numbers {
    counts: HashMap<Alike, Counts>,
    /// What was known at the end of the period; `None`: it is not over.
    then: Option<HashMap<Alike, Counts>>,
    /// How many events were recorded since about the period.
    pub late_events: i64,
}

impl Numbers {
    /// Reads them, as they are known or as of an instant, on one snapshot.
    pub async fn read(slow: &Slow, known: Option<Instant>, asked: &Asked) -> Result<Self, DbError> {
        let ends = asked.frame.ends();
        slow.snapshot(known, async |conn| {
            let counted = sums::counted(conn, asked).await?;
            if asked.frame.now < ends {
                let counts = sums::counts(conn, asked, counted).await?;
                return Ok(Self { counts, then: None, late_events: 0 });
            }
            let late_events = sums::late_events(conn, asked).await?;
            let counts = sums::counts(conn, asked, counted.clone()).await?;
            look_back(conn, ends).await?;
            let then = Asked { frame: Frame { now: ends, ..asked.frame }, ..asked.clone() };
            Ok(Self { counts, then: Some(sums::counts(conn, &then, counted).await?), late_events })
        })
        .await
    }

    /// The procedure versions that are counted.
    pub fn versions(&self) -> impl Iterator<Item = i32> {
        let all = self.counts.keys().chain(self.then.iter().flat_map(HashMap::keys));
        all.map(|(_, version)| *version)
    }

    /// The numbers of each agency.
    pub fn by_agency(&self) -> HashMap<AgencyId, Counts> {
        let mut agencies: HashMap<AgencyId, Counts> = HashMap::new();
        for ((agency, _), counts) in &self.counts {
            *agencies.entry(*agency).or_default() += *counts;
        }
        agencies
    }

    /// The table, and the cells that are not what they were at the end of the period.
    pub fn table(&self, rows: Rows<'_>) -> (Table, Vec<Difference>) {
        let table = Table::of(rows, &self.counts);
        let then = self.then.as_ref().map(|then| Table::of(rows, then));
        let differences = then.map(|then| table.differences(&then)).unwrap_or_default();
        (table, differences)
    }
}
