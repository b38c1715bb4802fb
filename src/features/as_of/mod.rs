//! Answers as of an earlier instant: what `as_of` asks for, and who asks, as they were then.
//!
//! An answer as of an instant is the one that was given then: *now* is that instant, and only what was recorded by it is
//! known. What was known is in the database, and shown by its views ([`crate::db::Slow::snapshot`]); here is what is in memory
//! for the present: the agency tree and the calendars. Names and limits of procedure versions never change, so what is in memory of
//! them needs nothing.

pub mod cache;
mod queries;

use crate::db::DbError;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::features::State;
use crate::features::auth::Principal;
use serde::Deserialize;
use std::borrow::Cow;
use utoipa::IntoParams;

/// The instant that an answer is about.
#[derive(Clone, Copy, Debug)]
pub struct AsOf {
    /// Now, for everything that depends on it.
    pub now: Instant,
    /// The instant by which things must have been recorded; `None`: as it is.
    pub known: Option<Instant>,
}

/// The parameter of an operation that has no other.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfParameter {
    /// Answers as it was answered at this instant, now or earlier.
    pub as_of: Option<Instant>,
}

impl AsOf {
    /// What is asked for, at the instant `now`. The future is refused: nobody knows what will be recorded.
    pub fn asked(as_of: Option<Instant>, now: Instant) -> Result<Self, Refusal> {
        if as_of.is_some_and(|at| at > now) {
            let message = format!("must not be after now, which is {now}");
            return Err(Refusal::parameter("as_of", Rule::InTheFuture, message));
        }
        Ok(Self { now: as_of.unwrap_or(now), known: as_of })
    }

    /// What a whole list depends on beside its rows: the day, or the instant as of which it is wanted.
    pub fn view(&self) -> String {
        self.known.map_or_else(|| self.now.local_date().to_string(), |at| format!("as of {at}"))
    }

    /// The caller with the agency tree and the calendars that were known. They see what was theirs to see then, and still
    /// is: a key that has lost an agency since does not look back into it.
    pub async fn caller<'a>(
        &self,
        caller: &'a Principal,
        state: &State,
    ) -> Result<Cow<'a, Principal>, DbError> {
        let Some(at) = self.known else { return Ok(Cow::Borrowed(caller)) };
        let past = state.past.at(at, caller, &state.slow).await?;
        Ok(Cow::Owned(caller.on(at.local_date(), past.tree, past.calendars)))
    }
}
