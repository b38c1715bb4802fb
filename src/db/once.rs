//! Writes on terms: at most once for an `Idempotency-Key`, or only tried (`dry_run`).
//!
//! The answer to a request with a key is stored in the transaction that did the work, so that it is there exactly when
//! the work is. The same request again, even at the same moment, gets the stored answer; a refused request stores
//! nothing. What a stored answer means to its caller is the business of `http`.

use super::schema::idempotency_keys as keys;
use super::writer::End;
use super::{DbError, Failure, Prepared, Transaction, Writer};
use crate::domain::local_time::Instant;
use crate::domain::refusal::Refusal;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel_async::RunQueryDsl;
use serde_json::json;

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(48);

/// A request that is to be carried out once. The same key on another operation or of another caller is another request.
#[derive(Clone, Debug)]
pub struct Once {
    /// Public part of the caller's key.
    pub key_id: String,
    /// Method of the request.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of its body.
    pub body_digest: Vec<u8>,
}

/// How a write is asked for.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Carry it out once; `None`: as often as it is sent.
    pub once: Option<Once>,
    /// Do everything and keep nothing. Wins over `once`.
    pub dry_run: bool,
}

/// An answer that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers that belong to the work, such as `Location`.
    pub headers: Vec<(String, String)>,
    /// Body as JSON text.
    pub body: Vec<u8>,
}

/// An answer, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The work was done now.
    Fresh(Answer),
    /// It was done before, by a request like this one.
    Replayed(Answer),
    /// It was only tried.
    Tried(Answer),
}

impl Terms {
    /// Whether there are none.
    const fn are_none(&self) -> bool {
        self.once.is_none() && !self.dry_run
    }
}

impl Writer {
    /// Runs `work`, which is a single statement, on the given terms: by itself when there are none, else in a transaction.
    pub async fn statement_on_terms(
        &self,
        terms: &Terms,
        now: Instant,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<Answer, Failure>,
    ) -> Result<Given, Failure> {
        if terms.are_none() {
            return self.statement(work).await.map(Given::Fresh);
        }
        self.on_terms(terms, now, work).await
    }

    /// Runs `work` in one transaction on the given terms.
    pub async fn on_terms(
        &self,
        terms: &Terms,
        now: Instant,
        work: impl AsyncFnOnce(&mut Transaction) -> Result<Answer, Failure>,
    ) -> Result<Given, Failure> {
        if terms.dry_run {
            let tried = self.ending(async |tx| Ok((work(tx).await?, End::RollBack))).await;
            return tried.map(Given::Tried);
        }
        let Some(once) = &terms.once else {
            return self.transaction(work).await.map(Given::Fresh);
        };
        self.transaction(async |tx| {
            if !claim(tx, once, now).await? {
                return stored(tx, once).await.map(Given::Replayed);
            }
            let answer = work(tx).await?;
            store(tx, once, &answer).await?;
            Ok(Given::Fresh(answer))
        })
        .await
    }
}

type Row = (Vec<u8>, Option<i16>, Option<serde_json::Value>, Option<Vec<u8>>);

/// The row of a request.
macro_rules! of_request {
    ($once:expr) => {
        keys::table.find((&$once.key_id, &$once.method, &$once.path, &$once.key))
    };
}

/// Takes the key for this transaction; false when it was used before. Waits for another request that holds it.
async fn claim(tx: &mut Transaction, once: &Once, now: Instant) -> Result<bool, Failure> {
    let fresh = (keys::body_digest.eq(&once.body_digest), keys::created_at.eq(now.utc()));
    let emptied = (
        keys::status.eq(None::<i16>),
        keys::headers.eq(None::<serde_json::Value>),
        keys::body.eq(None::<Vec<u8>>),
    );
    let who = (
        keys::key_id.eq(&once.key_id),
        keys::method.eq(&once.method),
        keys::path.eq(&once.path),
        keys::key.eq(&once.key),
    );
    let insert = diesel::insert_into(keys::table)
        .values((who, fresh))
        .on_conflict((keys::key_id, keys::method, keys::path, keys::key))
        .do_update()
        .set((fresh, emptied));
    let unless_kept = FilterDsl::filter(insert, keys::created_at.lt(now.utc() - KEPT));
    match Prepared(unless_kept).execute(tx).await.map_err(DbError::from) {
        Ok(rows) => Ok(rows > 0),
        // Nothing else in this statement waits.
        Err(DbError::TimedOut) => Err(Refusal::IdempotencyKeyInUse.into()),
        Err(error) => Err(error.into()),
    }
}

/// The answer that was given to the request that used the key, which must have been this one.
async fn stored(tx: &mut Transaction, once: &Once) -> Result<Answer, Failure> {
    let (digest, status, headers, body): Row = of_request!(once)
        .select((keys::body_digest, keys::status, keys::headers, keys::body))
        .first(tx)
        .await?;
    if digest != once.body_digest {
        return Err(Refusal::IdempotencyKeyReused.into());
    }
    let headers = headers.and_then(|headers| serde_json::from_value(headers).ok()).unwrap_or_default();
    let (Some(status), Some(body)) = (status.and_then(|status| u16::try_from(status).ok()), body) else {
        // A check of the table forbids it.
        return Err(DbError::Other(diesel::result::Error::NotFound).into());
    };
    Ok(Answer { status, headers, body })
}

/// Keeps the answer with the work.
async fn store(tx: &mut Transaction, once: &Once, answer: &Answer) -> Result<(), Failure> {
    let values = (
        keys::status.eq(i16::try_from(answer.status).ok()),
        keys::headers.eq(json!(answer.headers)),
        keys::body.eq(&answer.body),
    );
    Prepared(diesel::update(of_request!(once)).set(values)).execute(tx).await?;
    Ok(())
}
