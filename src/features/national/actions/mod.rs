//! Carries out what was sent: each object in a transaction of its own (`alone`), or all in one that is undone (`tried`).
//!
//! `snapshot` makes a dossier stand as it was sent, `step` records a step; `agencies` tells which agency a name or a code is of, `refused` says
//! of which key a refusal is. The payload is sealed and kept in the same transaction.

mod agencies;
mod refused;
mod snapshot;
mod step;

pub use agencies::Names;

use super::queries::{self, Kind};
use crate::db::{Constraint, DbError, End, Failure, Transaction, Writer, step as part};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::national::history::{Happened, History};
use crate::domain::national::progress::Step;
use crate::domain::national::snapshot::Snapshot;
use crate::domain::refusal::Refusal;
use crate::features::audit::{self, Change};
use crate::features::dossiers::actions::{Context, by_present_calendars};
use crate::features::dossiers::history;
use crate::features::dossiers::queries::{self as dossiers, DossierRow};
use crate::features::dossiers::sealed::seal;
use crate::features::procedures::queries::Procedure;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// An object that was sent.
#[derive(Debug)]
pub struct Sent {
    /// What it says.
    pub says: Says,
    /// The object, to be compared with the one that is kept.
    pub payload: Map<String, Value>,
    /// Its text, as it is kept.
    pub text: Vec<u8>,
}

/// What an object says.
#[derive(Debug)]
pub enum Says {
    /// How a dossier stands.
    Dossier(Box<Snapshot>),
    /// What was done.
    Step(Box<Step>),
}

/// What became of an object that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The dossier was not known, and is now.
    Created,
    /// Something of it is new.
    Updated,
    /// All of it was known.
    Unchanged,
}

impl Sent {
    /// Code of the dossier.
    pub fn dossier(&self) -> &str {
        match &self.says {
            Says::Dossier(sent) => &sent.code,
            Says::Step(sent) => &sent.code,
        }
    }

    const fn kind(&self) -> Kind {
        match self.says {
            Says::Dossier(_) => Kind::Dossier,
            Says::Step(_) => Kind::Progress,
        }
    }
}

/// Carries out an object in a transaction of its own. `versions` are those of its procedure.
pub async fn alone(
    writer: &Writer,
    context: &Context<'_>,
    names: &Names,
    (sent, versions): (&Sent, &[Procedure]),
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
) -> Result<Done, Failure> {
    by_present_calendars(context, fresh, async |context| {
        let once = async || {
            let work = async |tx: &mut Transaction| carry_out(tx, context, names, (sent, versions)).await;
            writer.transaction(work).await
        };
        match once().await {
            // Somebody else did it meanwhile: what they did is known now.
            Err(
                Failure::Refused(Refusal::DuplicateCode { .. })
                | Failure::Database(DbError::Refused(Constraint::DossierCode | Constraint::EventReference)),
            ) => once().await,
            done => done,
        }
    })
    .await
}

/// Carries out objects one after the other and undoes all of it, to say what would become of each.
pub async fn tried(
    writer: &Writer,
    context: &Context<'_>,
    names: &Names,
    all: &[(&Sent, &[Procedure])],
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
) -> Result<Vec<Result<Done, Refusal>>, Failure> {
    by_present_calendars(context, fresh, async |context| {
        let work = async |tx: &mut Transaction| {
            let mut results = Vec::with_capacity(all.len());
            for what in all {
                let one = async |tx: &mut Transaction| carry_out(tx, context, names, *what).await;
                results.push(match part(tx, one).await {
                    Ok(done) => Ok(done),
                    Err(Failure::Refused(refusal)) => Err(refusal),
                    Err(failure) => return Err(failure),
                });
            }
            Ok((results, End::RollBack))
        };
        writer.ending(work).await
    })
    .await
}

async fn carry_out(
    tx: &mut Transaction,
    context: &Context<'_>,
    names: &Names,
    (sent, versions): (&Sent, &[Procedure]),
) -> Result<Done, Failure> {
    let (dossier, recorded, is_new) = match &sent.says {
        Says::Dossier(says) => snapshot::stand(tx, context, names, (says, versions)).await?,
        Says::Step(says) => step::record(tx, context, names, says).await?,
    };
    // A step that was sent before is not the last one again.
    let is_news = recorded > 0 || sent.kind() == Kind::Dossier;
    let is_kept = is_news && keep(tx, context, (dossier, sent)).await?;
    if !is_new && !is_kept && recorded == 0 {
        return Ok(Done::Unchanged);
    }
    let change = Change {
        action: "dossier.national",
        subject: format!("dossier:{}", sent.dossier()),
        details: json!({"kind": sent.kind().as_str(), "events": recorded}),
    };
    audit::record(tx, context.actor, context.now, change).await?;
    Ok(if is_new { Done::Created } else { Done::Updated })
}

/// Seals and keeps an object, unless it is what is kept already. Says whether it did.
async fn keep(
    tx: &mut Transaction,
    context: &Context<'_>,
    (dossier, sent): (Uuid, &Sent),
) -> Result<bool, Failure> {
    let (kind, of) = (sent.kind(), bound_to(sent.dossier(), sent.kind().as_str()));
    // What cannot be opened is replaced: what was sent now is the newer.
    let kept =
        queries::last(tx, dossier, kind).await?.and_then(|sealed| context.keys.open(&of, &sealed).ok());
    let kept = kept.and_then(|text| serde_json::from_slice::<Map<String, Value>>(&text).ok());
    if kept.as_ref() == Some(&sent.payload) {
        return Ok(false);
    }
    let sealed = seal(context.keys, &of, &sent.text)?;
    queries::keep(tx, (dossier, kind), context.now, &sealed).await?;
    Ok(true)
}

/// What a payload is bound to: on the row of another dossier it does not open.
pub fn bound_to(dossier: &str, kind: &str) -> String {
    format!("national_payloads\0{dossier}\0{kind}")
}

/// What is recorded of a dossier.
async fn history_of(
    tx: &mut Transaction,
    context: &Context<'_>,
    row: &DossierRow,
) -> Result<History, Failure> {
    let events = dossiers::events_of(tx, &[row.id]).await?;
    let happened = history::as_happened(&events).into_iter().map(|event| Happened {
        kind: event.kind,
        at: Instant::from(event.occurred_at),
        reference: event.reference,
    });
    let recorded = events.iter().map(|event| (event.kind, event.reference.clone()));
    let holder = context.tree.code(row.holder_agency_id).to_owned();
    Ok(History { happened: happened.collect(), recorded: recorded.collect(), holder })
}
