//! Where a public answer is read from: the replica while it is fresh enough, else the primary.
//!
//! Nothing fails for the replica's sake: what it could not answer is asked of the primary, and so is what it has not got, for a
//! dossier that was received a moment ago may not be there yet. Keyed reads and all writes never come here.

use crate::db::{NotUsed, Reader, Replica, Slow};
use crate::domain::local_time::Instant;
use crate::features::{Shared, State};
use crate::http::error::Problem;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use chrono::TimeDelta;
use std::time::Duration;

/// How often it is looked how far the replica is behind.
const LOOK: Duration = Duration::from_secs(1);

/// The doors through which an answer is read.
#[derive(Clone, Copy)]
pub struct Doors<'a> {
    /// Fast reads.
    pub reader: &'a Reader,
    /// Slow reads.
    pub slow: &'a Slow,
}

/// Reads an answer, with the instant of which it surely shows everything.
pub async fn read(
    state: &State,
    now: Instant,
    make: impl AsyncFn(Doors<'_>) -> Result<HttpResponse, Problem>,
) -> Result<(HttpResponse, Instant), Problem> {
    if let Some((doors, replica, behind)) = fresh(state) {
        match make(doors).await {
            Ok(answer) => {
                state.metrics.public_read("replica");
                return Ok((answer, now + -behind));
            }
            Err(problem) if problem.status_code().is_server_error() => replica.leave(),
            Err(problem) if problem.status_code() == StatusCode::NOT_FOUND => {}
            Err(problem) => return Err(problem),
        }
    }
    state.metrics.public_read("primary");
    Ok((make(Doors { reader: &state.reader, slow: &state.slow }).await?, now))
}

/// The doors to the replica, when it is fresh enough, and how far behind it is at most.
fn fresh(state: &State) -> Option<(Doors<'_>, &Replica, TimeDelta)> {
    let (reader, replica) = (state.replica_reader.as_ref()?, state.replica.as_deref()?);
    let behind = TimeDelta::from_std(replica.behind()?).ok()?;
    Some((Doors { reader, slow: replica.slow() }, replica, behind))
}

/// Looks at the replica for ever, if there is one. Says in the log when it begins to be used and when it is no longer.
pub async fn watch(shared: Shared) {
    let Some(replica) = &shared.replica else { return std::future::pending().await };
    let mut was_used = None;
    loop {
        let looked = replica.look().await;
        let behind = replica.behind();
        shared.metrics.replica_is_behind(behind);
        if was_used != Some(behind.is_some()) {
            was_used = Some(behind.is_some());
            tell(behind, looked.err());
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn tell(behind: Option<Duration>, why: Option<NotUsed>) {
    match (behind, why) {
        (Some(_), _) => log::info!("public pages are read from the replica"),
        (None, Some(why)) => log::warn!("public pages are read from the primary: {why}"),
        (None, None) => log::warn!("public pages are read from the primary: the replica is too far behind"),
    }
}
