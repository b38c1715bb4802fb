//! The metrics of group 2 of the national index (QĐ 766/QĐ-TTg): how many dossiers are on time, and how long they take.

use super::mirror::placed;
use super::sums::{self, Apart, Asked, framed, known, of_agencies, reopened_where};
use crate::domain::report::Took;
use crate::domain::share::Share;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// The dossiers of a period, by the choices of the index.
#[derive(Clone, Debug, Default)]
pub struct ByIndex {
    /// Metric 2.1: on time, of those with a deadline.
    pub on_time: Share,
    /// Metric 2.2: how long those took that ended, for each procedure version of which any did.
    pub took: HashMap<i32, Took>,
}

#[derive(QueryableByName)]
struct Reopened {
    #[diesel(sql_type = Integer)]
    procedure_version_id: i32,
    #[diesel(sql_type = BigInt)]
    on_time: i64,
    #[diesel(sql_type = BigInt)]
    judged: i64,
    #[diesel(sql_type = BigInt)]
    resolved: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    minutes: Option<i64>,
}

/// The dossiers of a period, as they are known on the snapshot of the connection.
pub async fn by_index(conn: &mut AsyncPgConnection, asked: &Asked) -> QueryResult<ByIndex> {
    let counted = sums::counted(conn, asked, Apart::Version).await?;
    let mut found = ByIndex::default();
    for (version, tally) in known(conn, asked, Apart::Version, counted).await? {
        found.add(version, tally.on_time_by_index(), tally.took());
    }
    let statement = format!(
        "SELECT procedure_version_id, count(*) FILTER (WHERE on_time_by_index) AS on_time, count(on_time_by_index) AS judged,
            count(end_at) AS resolved, sum(minutes)::bigint AS minutes
        FROM ({}) placed GROUP BY 1",
        placed(&reopened_where(asked))
    );
    let rows: Vec<Reopened> = of_agencies(framed(statement, asked.frame), asked).load(conn).await?;
    for row in rows {
        let took = Took { minutes: row.minutes.unwrap_or_default(), resolved: row.resolved };
        found.add(row.procedure_version_id, Share { numerator: row.on_time, denominator: row.judged }, took);
    }
    Ok(found)
}

impl ByIndex {
    fn add(&mut self, version: i32, on_time: Share, took: Took) {
        self.on_time += on_time;
        if took.resolved > 0 {
            *self.took.entry(version).or_default() += took;
        }
    }

    /// How long all took together that ended.
    pub fn took_all(&self) -> Took {
        let mut sum = Took::default();
        for took in self.took.values() {
            sum += *took;
        }
        sum
    }
}
