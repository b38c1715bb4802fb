//! Reads and writes the agency tables.

use crate::db::Transaction;
use crate::db::later::later;
use crate::db::schema::{agencies, agency_codes, agency_monitors, agency_successors, reference_state};
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree, FocalOfficer, Validity, Watch};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::Level;
use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use std::collections::HashMap;

/// The present version of the reference data.
pub async fn version<C>(conn: &mut C) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    reference_state::table.select(reference_state::version).first(conn).await
}

/// Raises the version and thereby waits for any other change of the tree, which is made at `now`.
pub(super) async fn lock(tx: &mut Transaction, now: Instant) -> QueryResult<usize> {
    use reference_state as r;
    diesel::update(r::table)
        .set((r::version.eq(r::version + 1), r::changed_at.eq(later(r::changed_at, now.utc()))))
        .execute(tx)
        .await
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = agencies)]
struct AgencyRow {
    id: AgencyId,
    code: String,
    name: String,
    level: Level,
    parent_id: Option<AgencyId>,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    version: i32,
    focal_name: Option<String>,
    focal_title: Option<String>,
    focal_unit: Option<String>,
}

/// The whole tree. The version is read first: a change that comes between is read again next time.
pub async fn tree<C>(conn: &mut C) -> QueryResult<AgencyTree>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let version = version(conn).await?;
    let rows: Vec<AgencyRow> = agencies::table.select(AgencyRow::as_select()).load(conn).await?;
    let codes: Vec<(AgencyId, String)> = agency_codes::table
        .select((agency_codes::agency_id, agency_codes::code))
        .order(agency_codes::code)
        .load(conn)
        .await?;
    let successors: Vec<(AgencyId, AgencyId)> = agency_successors::table.load(conn).await?;
    let monitors: Vec<(AgencyId, AgencyId, NaiveDate, Option<NaiveDate>)> =
        agency_monitors::table.load(conn).await?;

    let (mut codes, mut successors) = (grouped(codes), grouped(successors));
    let watches = monitors
        .into_iter()
        .map(|(agency, monitor, from, to)| (agency, Watch { monitor, validity: Validity { from, to } }));
    let mut watches = grouped(watches.collect());
    let all = rows.into_iter().map(|row| {
        let mut further = codes.remove(&row.id).unwrap_or_default();
        further.retain(|code| *code != row.code);
        Agency {
            id: row.id,
            codes: further,
            successors: successors.remove(&row.id).unwrap_or_default(),
            watches: watches.remove(&row.id).unwrap_or_default(),
            code: row.code,
            name: row.name,
            level: row.level,
            parent: row.parent_id,
            validity: Validity { from: row.valid_from, to: row.valid_to },
            focal_officer: row.focal_name.map(|name| FocalOfficer {
                name,
                title: row.focal_title,
                unit: row.focal_unit,
            }),
            version: row.version,
        }
    });
    Ok(AgencyTree::new(version, all.collect()))
}

fn grouped<T>(pairs: Vec<(AgencyId, T)>) -> HashMap<AgencyId, Vec<T>> {
    let mut groups: HashMap<AgencyId, Vec<T>> = HashMap::new();
    for (id, item) in pairs {
        groups.entry(id).or_default().push(item);
    }
    groups
}

/// Writes an agency: a new one when `agency.id` is 0. Returns its number.
pub(super) async fn write(tx: &mut Transaction, agency: &Agency) -> QueryResult<AgencyId> {
    let focal = agency.focal_officer.as_ref();
    let focal = (
        agencies::focal_name.eq(focal.map(|officer| &officer.name)),
        agencies::focal_title.eq(focal.and_then(|officer| officer.title.as_ref())),
        agencies::focal_unit.eq(focal.and_then(|officer| officer.unit.as_ref())),
    );
    let values = (
        agencies::code.eq(&agency.code),
        agencies::name.eq(&agency.name),
        agencies::level.eq(agency.level.as_str()),
        agencies::parent_id.eq(agency.parent),
        agencies::valid_from.eq(agency.validity.from),
        agencies::valid_to.eq(agency.validity.to),
        agencies::version.eq(agency.version),
        focal,
    );
    let id = if agency.id == 0 {
        diesel::insert_into(agencies::table).values(values).returning(agencies::id).get_result(tx).await?
    } else {
        diesel::update(agencies::table.find(agency.id)).set(values).execute(tx).await?;
        agency.id
    };
    diesel::delete(agency_codes::table.filter(agency_codes::agency_id.eq(id))).execute(tx).await?;
    diesel::delete(agency_successors::table.filter(agency_successors::agency_id.eq(id))).execute(tx).await?;
    diesel::delete(agency_monitors::table.filter(agency_monitors::agency_id.eq(id))).execute(tx).await?;
    let codes = agency.codes.iter().chain([&agency.code]);
    let codes: Vec<_> =
        codes.map(|code| (agency_codes::code.eq(code), agency_codes::agency_id.eq(id))).collect();
    diesel::insert_into(agency_codes::table).values(codes).execute(tx).await?;
    let successors = agency.successors.iter();
    let successors: Vec<_> = successors
        .map(|to| (agency_successors::agency_id.eq(id), agency_successors::successor_id.eq(to)))
        .collect();
    diesel::insert_into(agency_successors::table).values(successors).execute(tx).await?;
    let watches = agency.watches.iter().map(|watch| {
        (
            agency_monitors::agency_id.eq(id),
            agency_monitors::monitor_id.eq(watch.monitor),
            agency_monitors::valid_from.eq(watch.validity.from),
            agency_monitors::valid_to.eq(watch.validity.to),
        )
    });
    diesel::insert_into(agency_monitors::table).values(watches.collect::<Vec<_>>()).execute(tx).await?;
    Ok(id)
}
