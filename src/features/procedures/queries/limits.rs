//! The time limits of procedure versions. Their parts and prolongations are JSON arrays, read and written here only.

use crate::db::Transaction;
use crate::db::schema::procedure_limits;
use crate::domain::amount::Amount;
use crate::domain::time_limit::{CaseLimit, Prolongation, Segment, TimeLimit};
use crate::domain::vocabulary::{AgencyRole, Channel, Starts, Unit};
use chrono::NaiveTime;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use serde::{Deserialize, Serialize};

#[derive(Queryable, Selectable)]
#[diesel(table_name = procedure_limits)]
struct LimitRow {
    procedure_version_id: i32,
    case_code: Option<String>,
    case_name: Option<String>,
    channel: Option<Channel>,
    unit: Unit,
    amount_hundredths: Option<i32>,
    cutoff: Option<NaiveTime>,
    starts: Starts,
    segments: Option<serde_json::Value>,
    prolongations: Option<serde_json::Value>,
}

/// A part of a chained limit, as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredSegment {
    agency_role: AgencyRole,
    unit: Unit,
    amount_hundredths: i32,
}

/// A prolongation, as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredProlongation {
    ground: String,
    unit: Unit,
    amount_hundredths: i32,
    law: Option<String>,
}

/// A row that slipped through the checks is an error, not a guess.
fn broken<E: std::error::Error + Send + Sync + 'static>(why: E) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(Box::new(why))
}

fn limit(unit: Unit, hundredths: Option<i32>, cutoff: Option<NaiveTime>) -> QueryResult<TimeLimit> {
    TimeLimit::new(unit, hundredths.and_then(Amount::from_hundredths), cutoff).map_err(broken)
}

fn list<T: for<'de> Deserialize<'de>>(json: Option<serde_json::Value>) -> QueryResult<Vec<T>> {
    json.map_or_else(|| Ok(vec![]), |json| serde_json::from_value(json).map_err(broken))
}

impl LimitRow {
    fn read(self) -> QueryResult<(i32, CaseLimit)> {
        let segments = list::<StoredSegment>(self.segments)?.into_iter().map(|stored| {
            let limit = limit(stored.unit, Some(stored.amount_hundredths), None)?;
            Ok(Segment { role: stored.agency_role, limit })
        });
        let prolongations = list::<StoredProlongation>(self.prolongations)?.into_iter().map(|stored| {
            let by = limit(stored.unit, Some(stored.amount_hundredths), None)?;
            Ok(Prolongation { ground: stored.ground, by, law: stored.law })
        });
        let read = CaseLimit {
            case: self.case_code,
            case_name: self.case_name,
            channel: self.channel,
            limit: limit(self.unit, self.amount_hundredths, self.cutoff)?,
            starts: self.starts,
            segments: segments.collect::<QueryResult<_>>()?,
            prolongations: prolongations.collect::<QueryResult<_>>()?,
        };
        Ok((self.procedure_version_id, read))
    }
}

/// The limits of versions, each with the version it belongs to, in the order in which they were written.
pub(super) async fn of<C>(conn: &mut C, versions: &[i32]) -> QueryResult<Vec<(i32, CaseLimit)>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let rows: Vec<LimitRow> = procedure_limits::table
        .filter(procedure_limits::procedure_version_id.eq_any(versions))
        .order(procedure_limits::id)
        .select(LimitRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(LimitRow::read).collect()
}

/// An array, or null when there is nothing in it.
fn array<T: Serialize>(items: impl Iterator<Item = Option<T>>) -> Option<serde_json::Value> {
    let items: Vec<T> = items.flatten().collect();
    // Words and numbers, which JSON has.
    if items.is_empty() { None } else { serde_json::to_value(items).ok() }
}

/// Writes the limits of a version.
pub(super) async fn write(tx: &mut Transaction, version: i32, limits: &[CaseLimit]) -> QueryResult<usize> {
    let limits = limits.iter().map(|of| {
        let segments = array(of.segments.iter().map(|segment| {
            let amount_hundredths = segment.limit.amount()?.hundredths();
            Some(StoredSegment { agency_role: segment.role, unit: segment.limit.unit(), amount_hundredths })
        }));
        let prolongations = array(of.prolongations.iter().map(|allowed| {
            let amount_hundredths = allowed.by.amount()?.hundredths();
            let (ground, law) = (allowed.ground.clone(), allowed.law.clone());
            Some(StoredProlongation { ground, unit: allowed.by.unit(), amount_hundredths, law })
        }));
        (
            procedure_limits::procedure_version_id.eq(version),
            procedure_limits::case_code.eq(of.case.as_deref()),
            procedure_limits::case_name.eq(of.case_name.as_deref()),
            procedure_limits::channel.eq(of.channel.map(Channel::as_str)),
            procedure_limits::unit.eq(of.limit.unit().as_str()),
            procedure_limits::amount_hundredths.eq(of.limit.amount().map(Amount::hundredths)),
            procedure_limits::cutoff.eq(of.limit.cutoff()),
            procedure_limits::starts.eq(of.starts.as_str()),
            procedure_limits::segments.eq(segments),
            procedure_limits::prolongations.eq(prolongations),
        )
    });
    diesel::insert_into(procedure_limits::table).values(limits.collect::<Vec<_>>()).execute(tx).await
}
