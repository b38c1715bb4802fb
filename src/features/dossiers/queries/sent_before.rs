//! What is stored of a receipt or an event that may have been sent before, to be compared with what is sent now.

use super::personal::{NoteRow, PersonRow};
use super::{DossierRow, EventRow};
use crate::db::schema::{dossier_event_notes, dossier_events, dossier_persons, dossiers, procedure_versions};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use std::collections::HashMap;
use uuid::Uuid;

/// A dossier as it was received.
pub struct ReceivedBefore {
    /// The dossier as it stands.
    pub dossier: DossierRow,
    /// Code of its procedure.
    pub procedure: String,
    /// The event with which it began.
    pub first: EventRow,
    /// Its personal data, unless it was erased.
    pub person: Option<PersonRow>,
}

/// An event with a reference.
pub struct RecordedBefore {
    /// Its dossier as it stands.
    pub dossier: DossierRow,
    /// The event.
    pub event: EventRow,
    /// Its private note.
    pub note: Option<NoteRow>,
}

/// By what something is known that is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent<'a> {
    /// A receipt, by the code of its dossier.
    Receipt(&'a str),
    /// An event, by the code of its dossier and its reference.
    Event(&'a str, &'a str),
}

/// What to look for.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    receipts: Vec<&'a str>,
    events: (Vec<&'a str>, Vec<&'a str>),
}

/// What was found.
#[derive(Default)]
pub struct Known {
    receipts: HashMap<String, ReceivedBefore>,
    events: HashMap<(String, String), RecordedBefore>,
}

impl<'a> Wanted<'a> {
    /// Whatever is sent.
    pub fn of(sent: impl Iterator<Item = Sent<'a>>) -> Self {
        let mut wanted = Self::default();
        for one in sent {
            match one {
                Sent::Receipt(code) => wanted.receipts.push(code),
                Sent::Event(code, reference) => {
                    wanted.events.0.push(code);
                    wanted.events.1.push(reference);
                }
            }
        }
        wanted
    }
}

impl Known {
    /// The dossier with a code.
    pub fn receipt(&self, code: &str) -> Option<&ReceivedBefore> {
        self.receipts.get(code)
    }

    /// The event of a dossier with a reference.
    pub fn event(&self, code: &str, reference: &str) -> Option<&RecordedBefore> {
        self.events.get(&(code.to_owned(), reference.to_owned()))
    }
}

/// Finds what is stored of what is wanted.
pub async fn known<C>(conn: &mut C, wanted: &Wanted<'_>) -> QueryResult<Known>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let mut known = Known::default();
    if !wanted.receipts.is_empty() {
        let found = received(conn, &wanted.receipts).await?;
        known.receipts = found.into_iter().map(|found| (found.dossier.code.clone(), found)).collect();
    }
    if !wanted.events.0.is_empty() {
        known.events = recorded(conn, &wanted.events).await?;
    }
    Ok(known)
}

async fn received<C>(conn: &mut C, codes: &[&str]) -> QueryResult<Vec<ReceivedBefore>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let found = dossiers::table
        .inner_join(procedure_versions::table)
        .inner_join(dossier_events::table)
        .left_join(dossier_persons::table)
        .filter(dossiers::code.eq_any(codes))
        .filter(dossier_events::seq.eq(1));
    let columns = (
        DossierRow::as_select(),
        procedure_versions::procedure_code,
        EventRow::as_select(),
        Option::<PersonRow>::as_select(),
    );
    let rows = found.select(columns).load(conn).await?;
    let read = |(dossier, procedure, first, person)| ReceivedBefore { dossier, procedure, first, person };
    Ok(rows.into_iter().map(read).collect())
}

/// The ids of events with pairs of code and reference. Asked pair by pair: any of the codes with any of the references is thousands of times
/// more to look for. Of each pair there is one, and the limit keeps the planner from looking for all references first where it knows of none yet.
const EVENTS_SENT: &str = "SELECT e.id FROM unnest($1, $2) AS sent(code, reference) JOIN dossiers d ON d.code = sent.code
    CROSS JOIN LATERAL (SELECT id FROM dossier_events WHERE dossier_id = d.id AND reference = sent.reference LIMIT 1) e";

#[derive(QueryableByName)]
struct EventId {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
}

async fn recorded<C>(
    conn: &mut C,
    (codes, references): &(Vec<&str>, Vec<&str>),
) -> QueryResult<HashMap<(String, String), RecordedBefore>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let sent =
        diesel::sql_query(EVENTS_SENT).bind::<Array<Text>, _>(codes).bind::<Array<Text>, _>(references);
    let ids: Vec<Uuid> = sent.load::<EventId>(conn).await?.into_iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = dossiers::table
        .inner_join(dossier_events::table.left_join(dossier_event_notes::table))
        .filter(dossier_events::id.eq_any(ids));
    let columns = (DossierRow::as_select(), EventRow::as_select(), Option::<NoteRow>::as_select());
    let rows: Vec<(DossierRow, EventRow, Option<NoteRow>)> = found.select(columns).load(conn).await?;
    let read = |(dossier, event, note): (DossierRow, EventRow, _)| {
        let reference = event.reference.clone()?;
        Some(((dossier.code.clone(), reference), RecordedBefore { dossier, event, note }))
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Holds the dossiers with some codes until the transaction ends, in the same order whoever asks.
pub async fn hold<C>(conn: &mut C, codes: &[&str]) -> QueryResult<()>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let found = dossiers::table.filter(dossiers::code.eq_any(codes)).order(dossiers::code);
    found.select(dossiers::id).for_update().load::<Uuid>(conn).await?;
    Ok(())
}
