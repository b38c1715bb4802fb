//! Reads what the check of a database compares, a chunk at a time.

use super::{SealColumns, SignedDay};
use crate::db::schema::{
    dossier_event_notes, dossier_events, dossier_persons, dossiers, log_days, log_leaves,
};
use crate::features::dossiers::queries::personal::{NoteRow, PersonRow};
use crate::features::dossiers::queries::{DossierRow, EventRow};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What the chain stores with a dossier.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = dossiers)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct DossierSeal {
    pub head_hash: Option<Vec<u8>>,
    pub person_digest: Option<Vec<u8>>,
    pub holder_digest: Option<Vec<u8>>,
}

/// A dossier with its whole chain.
pub struct Whole {
    /// The dossier.
    pub dossier: DossierRow,
    /// Its hashes.
    pub seal: DossierSeal,
    /// Its personal data; `None` when they were erased.
    pub person: Option<PersonRow>,
    /// Its events in order.
    pub events: Vec<Link>,
}

/// An event of it.
pub struct Link {
    /// The event.
    pub event: EventRow,
    /// Its hashes.
    pub seal: SealColumns,
    /// Its private note.
    pub note: Option<NoteRow>,
    /// Whether the log has it.
    pub is_logged: bool,
}

/// Lets statements of this transaction take the time they need: some look at every row of a table.
pub async fn take_time(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    conn.batch_execute("SET LOCAL statement_timeout = 0").await
}

/// The dossiers after an id, in the order of ids, with all that belongs to them.
pub async fn next(conn: &mut AsyncPgConnection, after: Uuid, most: i64) -> QueryResult<Vec<Whole>> {
    let rows: Vec<(DossierRow, DossierSeal)> = dossiers::table
        .filter(dossiers::id.gt(after))
        .order(dossiers::id)
        .limit(most)
        .select((DossierRow::as_select(), DossierSeal::as_select()))
        .load(conn)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|(dossier, _)| dossier.id).collect();
    let codes: Vec<&str> = rows.iter().map(|(dossier, _)| dossier.code.as_str()).collect();
    let persons: Vec<PersonRow> = dossier_persons::table
        .filter(dossier_persons::dossier_id.eq_any(&ids))
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    let mut persons: HashMap<Uuid, PersonRow> =
        persons.into_iter().map(|row| (row.dossier_id, row)).collect();
    let logged: Vec<(String, i32)> = log_leaves::table
        .filter(log_leaves::code.eq_any(&codes))
        .select((log_leaves::code, log_leaves::seq))
        .load(conn)
        .await?;
    let mut in_log: HashMap<String, HashSet<i32>> = HashMap::new();
    for (code, seq) in logged {
        in_log.entry(code).or_default().insert(seq);
    }
    let mut events = events(conn, &ids).await?;
    let whole = rows.into_iter().map(|(dossier, seal)| {
        let logged = in_log.get(&dossier.code);
        let own = events.remove(&dossier.id).unwrap_or_default().into_iter();
        let events = own.map(|(event, seal, note)| {
            let is_logged = logged.is_some_and(|logged| logged.contains(&event.seq));
            Link { event, seal, note, is_logged }
        });
        Whole { person: persons.remove(&dossier.id), seal, events: events.collect(), dossier }
    });
    Ok(whole.collect())
}

type Event = (EventRow, SealColumns, Option<NoteRow>);

/// The events of dossiers with their notes, in order.
async fn events(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> QueryResult<HashMap<Uuid, Vec<Event>>> {
    let rows: Vec<Event> = dossier_events::table
        .left_join(dossier_event_notes::table)
        .filter(dossier_events::dossier_id.eq_any(ids))
        .order((dossier_events::dossier_id, dossier_events::seq))
        .select((EventRow::as_select(), SealColumns::as_select(), Option::<NoteRow>::as_select()))
        .load(conn)
        .await?;
    let mut of_dossier: HashMap<Uuid, Vec<Event>> = HashMap::new();
    for row in rows {
        of_dossier.entry(row.0.dossier_id).or_default().push(row);
    }
    Ok(of_dossier)
}

/// Some of the events whose dossier is gone, by its id and their number.
pub async fn orphans(conn: &mut AsyncPgConnection, most: i64) -> QueryResult<Vec<(Uuid, i32)>> {
    let dossier = dossiers::table.filter(dossiers::id.eq(dossier_events::dossier_id));
    dossier_events::table
        .filter(not(exists(dossier)))
        .order((dossier_events::dossier_id, dossier_events::seq))
        .limit(most)
        .select((dossier_events::dossier_id, dossier_events::seq))
        .load(conn)
        .await
}

/// Every day of the log, oldest first; `None` for one that is not signed.
pub async fn days(conn: &mut AsyncPgConnection) -> QueryResult<Vec<(NaiveDate, Option<SignedDay>)>> {
    let all: Vec<NaiveDate> = log_days::table.order(log_days::day).select(log_days::day).load(conn).await?;
    let signed = log_days::table.filter(log_days::root.is_not_null()).select(SignedDay::as_select());
    let signed: Vec<SignedDay> = signed.load(conn).await?;
    let mut signed: HashMap<NaiveDate, SignedDay> = signed.into_iter().map(|day| (day.day, day)).collect();
    Ok(all.into_iter().map(|day| (day, signed.remove(&day))).collect())
}

/// A leaf of a day beside the event that it stands for.
#[derive(Clone, Debug)]
pub struct Stood {
    /// Its place.
    pub position: i32,
    /// Code of the dossier.
    pub code: String,
    /// Number of the event.
    pub seq: i32,
    /// The hash that it had.
    pub hash: Vec<u8>,
    /// Whether the dossier is there.
    pub has_dossier: bool,
    /// The hash and the time of record that the event has; `None` when it is gone.
    pub event: Option<(Option<Vec<u8>>, DateTime<Utc>)>,
}

type StoodRow = (i32, String, i32, Vec<u8>, Option<Uuid>, Option<Vec<u8>>, Option<DateTime<Utc>>);

/// The leaves of a day from a place on, each beside its event.
pub async fn stood(
    conn: &mut AsyncPgConnection,
    day: NaiveDate,
    from: i32,
    most: i64,
) -> QueryResult<Vec<Stood>> {
    use {dossier_events as e, log_leaves as l};
    let event = e::table.on(e::dossier_id.nullable().eq(dossiers::id.nullable()).and(e::seq.eq(l::seq)));
    let columns = (l::position, l::code, l::seq, l::hash);
    let found = (dossiers::id.nullable(), e::hash.nullable(), e::recorded_at.nullable());
    let rows: Vec<StoodRow> = l::table
        .left_join(dossiers::table.on(dossiers::code.eq(l::code)))
        .left_join(event)
        .filter(l::day.eq(day))
        .filter(l::position.ge(from))
        .order(l::position)
        .limit(most)
        .select((columns.0, columns.1, columns.2, columns.3, found.0, found.1, found.2))
        .load(conn)
        .await?;
    let stood = rows.into_iter().map(|(position, code, seq, hash, dossier, event, at)| Stood {
        position,
        code,
        seq,
        hash,
        has_dossier: dossier.is_some(),
        event: at.map(|at| (event, at)),
    });
    Ok(stood.collect())
}
