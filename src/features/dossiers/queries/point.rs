//! Finds dossiers by their codes, those that many requests want at once together.
//!
//! Whoever asks: a caller with a key must be held against `visible`, and a public page shows nothing that is not public.

use super::{DossierRow, EventRow};
use crate::db::Question;
use crate::db::schema::{dossier_events, dossiers};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join;
use std::collections::HashMap;

/// A dossier, and the events that it was derived from.
pub struct Found {
    /// The dossier.
    pub dossier: DossierRow,
    /// Its events in order of recording; empty when nobody asked for them.
    pub events: Vec<EventRow>,
}

/// The dossier with a code, without its events.
pub struct ByCode;

/// The dossier with a code, with its events. There are few, each is a step of one handling.
pub struct WithEvents;

impl Question for ByCode {
    type Key = String;
    type Answer = Found;

    async fn ask(conn: &AsyncPgConnection, codes: &[String]) -> QueryResult<Vec<(String, Found)>> {
        let found = dossiers(conn, codes).await?.into_iter();
        Ok(found.map(|dossier| (dossier.code.clone(), Found { dossier, events: vec![] })).collect())
    }
}

impl Question for WithEvents {
    type Key = String;
    type Answer = Found;

    /// Dossiers and events are asked for at once.
    async fn ask(conn: &AsyncPgConnection, codes: &[String]) -> QueryResult<Vec<(String, Found)>> {
        let (found, events) = try_join(dossiers(conn, codes), events(conn, codes)).await?;
        let mut of_dossier: HashMap<_, Vec<EventRow>> = HashMap::with_capacity(found.len());
        for event in events {
            of_dossier.entry(event.dossier_id).or_default().push(event);
        }
        let with_events = found.into_iter().map(|dossier| {
            let mut events = of_dossier.remove(&dossier.id).unwrap_or_default();
            // An event may have come after the dossier was read.
            events.retain(|event| event.seq <= dossier.version);
            events.sort_unstable_by_key(|event| event.seq);
            (dossier.code.clone(), Found { dossier, events })
        });
        Ok(with_events.collect())
    }
}

/// The dossier with a code and its events on a snapshot, such as one as of an earlier instant.
pub async fn known(conn: &AsyncPgConnection, code: &str) -> QueryResult<Option<Found>> {
    let found = WithEvents::ask(conn, &[code.to_owned()]).await?;
    Ok(found.into_iter().next().map(|(_, found)| found))
}

async fn dossiers(mut conn: &AsyncPgConnection, codes: &[String]) -> QueryResult<Vec<DossierRow>> {
    let found = dossiers::table.filter(dossiers::code.eq_any(codes));
    found.select(DossierRow::as_select()).load(&mut conn).await
}

async fn events(mut conn: &AsyncPgConnection, codes: &[String]) -> QueryResult<Vec<EventRow>> {
    let ids = dossiers::table.filter(dossiers::code.eq_any(codes)).select(dossiers::id);
    let found = dossier_events::table.filter(dossier_events::dossier_id.eq_any(ids));
    found.select(EventRow::as_select()).load(&mut conn).await
}
