//! What a key has not sealed, in the order of rows. A row is written only as it was read: whoever wrote it meanwhile did so with a newer key.

use crate::db::Transaction;
use crate::db::schema::{dossier_event_notes, dossier_events, dossier_persons, dossiers, national_payloads};
use crate::domain::sealing::Sealed;
use crate::features::dossiers::queries::personal::{NoteRow, PersonRow};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Lets the statements of this transaction take the time they need.
const TAKE_TIME: &str = "SET LOCAL statement_timeout = 0";

/// How many rows of each table a key has not sealed.
pub async fn left(conn: &mut AsyncPgConnection, key: &str) -> QueryResult<[i64; 3]> {
    use {dossier_event_notes as n, dossier_persons as p, national_payloads as d};
    conn.batch_execute(TAKE_TIME).await?;
    let persons = p::table.filter(p::key_id.is_distinct_from(key)).count().get_result(conn).await?;
    let notes = n::table.filter(n::key_id.is_distinct_from(key)).count().get_result(conn).await?;
    let payloads = d::table.filter(d::key_id.ne(key)).count().get_result(conn).await?;
    Ok([persons, notes, payloads])
}

/// How many rows each key has sealed, by its id; `None`: rows that are in clear from before there was encryption.
pub async fn keys_used(conn: &mut AsyncPgConnection) -> QueryResult<BTreeMap<Option<String>, i64>> {
    use {dossier_event_notes as n, dossier_persons as p, national_payloads as d};
    type Counted = Vec<(Option<String>, i64)>;
    let persons: Counted = p::table.group_by(p::key_id).select((p::key_id, count_star())).load(conn).await?;
    let notes: Counted = n::table.group_by(n::key_id).select((n::key_id, count_star())).load(conn).await?;
    let payloads: Counted =
        d::table.group_by(d::key_id).select((d::key_id.nullable(), count_star())).load(conn).await?;
    let mut used = BTreeMap::new();
    for (key, rows) in persons.into_iter().chain(notes).chain(payloads) {
        *used.entry(key).or_default() += rows;
    }
    Ok(used)
}

/// Personal data of the next dossiers.
pub async fn persons(tx: &mut Transaction, key: &str, after: Uuid, most: i64) -> QueryResult<Vec<PersonRow>> {
    use dossier_persons as p;
    let left = p::table.filter(p::dossier_id.gt(after)).filter(p::key_id.is_distinct_from(key));
    left.order(p::dossier_id).limit(most).select(PersonRow::as_select()).load(tx).await
}

/// Seals the personal data of a dossier that was read with a nonce, or in clear.
pub async fn seal_person(
    tx: &mut Transaction,
    (dossier, before): (Uuid, Option<&[u8]>),
    sealed: &Sealed,
) -> QueryResult<usize> {
    use dossier_persons as p;
    let clear = None::<String>;
    diesel::update(p::table.find(dossier).filter(p::nonce.is_not_distinct_from(before)))
        .set((
            (p::name.eq(&clear), p::id_number.eq(&clear), p::phone.eq(&clear), p::email.eq(&clear)),
            (p::address.eq(&clear), p::summary.eq(&clear), p::salt.eq(None::<Vec<u8>>)),
            p::key_id.eq(&sealed.key_id),
            p::nonce.eq(&sealed.nonce),
            p::ciphertext.eq(&sealed.ciphertext),
        ))
        .execute(tx)
        .await
}

/// The next private notes, each with the salt that its event has in clear.
pub async fn notes(
    tx: &mut Transaction,
    key: &str,
    after: Uuid,
    most: i64,
) -> QueryResult<Vec<(NoteRow, Option<Vec<u8>>)>> {
    use dossier_event_notes as n;
    let left = n::table.inner_join(dossier_events::table).filter(n::event_id.gt(after));
    let left = left.filter(n::key_id.is_distinct_from(key)).order(n::event_id).limit(most);
    left.select((NoteRow::as_select(), dossier_events::salt)).load(tx).await
}

/// Seals a private note that was read with a nonce, or in clear. The salt of its event is sealed with it.
pub async fn seal_note(
    tx: &mut Transaction,
    (event, before): (Uuid, Option<&[u8]>),
    sealed: &Sealed,
) -> QueryResult<usize> {
    use {dossier_event_notes as n, dossier_events as e};
    let written = diesel::update(n::table.find(event).filter(n::nonce.is_not_distinct_from(before)))
        .set((
            n::note.eq(None::<String>),
            n::key_id.eq(&sealed.key_id),
            n::nonce.eq(&sealed.nonce),
            n::ciphertext.eq(&sealed.ciphertext),
        ))
        .execute(tx)
        .await?;
    if written > 0 && before.is_none() {
        diesel::update(e::table.find(event)).set(e::salt.eq(None::<Vec<u8>>)).execute(tx).await?;
    }
    Ok(written)
}

/// What was sent of a dossier in the national format.
pub struct Payload {
    /// The dossier.
    pub dossier_id: Uuid,
    /// Its code.
    pub code: String,
    /// Which kind of object.
    pub kind: String,
    /// The object.
    pub sealed: Sealed,
}

type PayloadRow = (Uuid, String, String, String, Vec<u8>, Vec<u8>);

/// The next objects that were sent in the national format.
pub async fn payloads(
    tx: &mut Transaction,
    key: &str,
    (dossier, kind): (Uuid, &str),
    most: i64,
) -> QueryResult<Vec<Payload>> {
    use national_payloads as d;
    let after = d::dossier_id.gt(dossier).or(d::dossier_id.eq(dossier).and(d::kind.gt(kind)));
    let rows: Vec<PayloadRow> = d::table
        .inner_join(dossiers::table)
        .filter(d::key_id.ne(key))
        .filter(after)
        .order((d::dossier_id, d::kind))
        .limit(most)
        .select((d::dossier_id, dossiers::code, d::kind, d::key_id, d::nonce, d::ciphertext))
        .load(tx)
        .await?;
    let read = |(dossier_id, code, kind, key_id, nonce, ciphertext)| {
        let sealed = Sealed { key_id, nonce, ciphertext };
        Payload { dossier_id, code, kind, sealed }
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Seals an object that was read.
pub async fn seal_payload(tx: &mut Transaction, read: &Payload, sealed: &Sealed) -> QueryResult<usize> {
    use national_payloads as d;
    let row = d::table.find((read.dossier_id, &read.kind)).filter(d::nonce.eq(&read.sealed.nonce));
    diesel::update(row)
        .set((d::key_id.eq(&sealed.key_id), d::nonce.eq(&sealed.nonce), d::ciphertext.eq(&sealed.ciphertext)))
        .execute(tx)
        .await
}

/// Holds the tables to what new rows are held to already: everything in them is sealed.
pub async fn validate(tx: &mut Transaction) -> QueryResult<()> {
    tx.batch_execute(TAKE_TIME).await?;
    tx.batch_execute(
        "ALTER TABLE dossier_persons VALIDATE CONSTRAINT dossier_persons_sealed;
         ALTER TABLE dossier_event_notes VALIDATE CONSTRAINT dossier_event_notes_sealed",
    )
    .await
}
