//! Closes the days of the log, and signs them where there is a key: the leader's work, step by step, each step a transaction.
//!
//! First the boundary after a day is committed. From then on no event of the day is taken (`require_open_day` of the migration). Who
//! began before may still commit one, so the day waits until they have ended. Then its events are gathered and its root is
//! signed. Each step may be done twice, or by two leaders at once, without harm.

use super::queries::SignedDay;
use super::queries::audit::{self as audit_tree, Block};
use super::queries::log::{self, OpenDay};
use crate::db::{DbError, Transaction, Writer};
use crate::domain::daily_log::{self, AuditRoot, Statement};
use crate::domain::hash_chain::Hash;
use crate::domain::local_time::Instant;
use crate::domain::merkle;
use crate::domain::signing::SecretKey;
use crate::features::audit::{self, Actor, Change};
use chrono::{DateTime, Days, NaiveDate, TimeDelta};
use serde_json::json;

/// How long after its end a day is closed: the clocks of the machines that record differ a little.
const GRACE: TimeDelta = TimeDelta::minutes(5);

/// Closes the days that are over, and signs those that can be where there is a key; says how many were signed.
pub async fn step(writer: &Writer, key: Option<&SecretKey>, now: Instant) -> Result<usize, DbError> {
    writer.transaction(async |tx| close_days(tx, now).await).await?;
    writer.transaction(async |tx| Ok::<_, DbError>(log::note_writers(tx).await?)).await?;
    let (Some(key), mut signed) = (key, 0) else { return Ok(0) };
    while writer.transaction(async |tx| sign_next(tx, key, now).await).await? {
        signed += 1;
    }
    Ok(signed)
}

/// Draws the boundaries of the days that are over. The log begins with the day before it is first looked at.
async fn close_days(tx: &mut Transaction, now: Instant) -> Result<(), DbError> {
    let Some(last) = (now + -GRACE).local_date().pred_opt() else { return Ok(()) };
    let mut day = log::latest_day(tx).await?.map_or(last, next);
    while day <= last && log::close(tx, day).await? {
        day = next(day);
    }
    Ok(())
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// Signs the oldest day that is not, if nothing can be added to it any more; whether there was one.
async fn sign_next(tx: &mut Transaction, key: &SecretKey, now: Instant) -> Result<bool, DbError> {
    let Some(open) = log::lock_settled(tx).await? else { return Ok(false) };
    let before = log::signed_before(tx, open.day).await?;
    let from = before.as_ref().map(|before| before.until);
    log::gather(tx, &open, from).await?;
    let (events, blocks) = tree(tx, open.day).await?;
    let span = (from.unwrap_or(DateTime::UNIX_EPOCH), open.until);
    let audit = audit_tree::blocks(tx, span).await?;
    let signed = sign(&open, (events, &blocks, &audit), before.as_ref(), (key, now));
    log::sign(tx, &signed).await?;
    let details = json!({
        "events": events, "root": merkle::root(&blocks).to_string(), "audit_rows": signed.audit_rows,
    });
    let change = Change { action: "log.signed", subject: format!("log:{}", open.day), details };
    audit::record(tx, &Actor::command("worker"), now, change).await?;
    Ok(true)
}

/// The number of leaves of a day, and the roots of its blocks. Holds one block at a time.
async fn tree(tx: &mut Transaction, day: NaiveDate) -> Result<(i64, Vec<Hash>), DbError> {
    let (mut events, mut blocks) = (0_i32, vec![]);
    loop {
        let leaves = log::leaves(tx, day, events, i64::try_from(merkle::BLOCK).unwrap_or(i64::MAX)).await?;
        let hashes = leaves
            .iter()
            .map(|(code, seq, hash)| daily_log::leaf(code, *seq, Hash::read(hash).unwrap_or(Hash::ZERO)));
        let hashes: Vec<Hash> = hashes.collect();
        if !hashes.is_empty() {
            blocks.push(merkle::root(&hashes));
        }
        events = events.saturating_add(i32::try_from(hashes.len()).unwrap_or(i32::MAX));
        if hashes.len() < merkle::BLOCK {
            return Ok((events.into(), blocks));
        }
    }
}

/// The signed row of a day.
fn sign(
    open: &OpenDay,
    (events, blocks, audit): (i64, &[Hash], &[Block]),
    before: Option<&SignedDay>,
    (key, now): (&SecretKey, Instant),
) -> SignedDay {
    let (root, public) = (merkle::root(blocks), key.public().bytes());
    let audit_roots: Vec<Hash> = audit.iter().map(|block| block.root).collect();
    let rows = audit.iter().map(|block| i64::try_from(block.rows).unwrap_or(i64::MAX)).sum();
    let audited = AuditRoot { rows, root: merkle::root(&audit_roots) };
    let previous = before.map(|before| Statement::hash(&before.statement));
    let statement = Statement {
        day: open.day,
        until: open.until.into(),
        events,
        root,
        audit: Some(audited),
        previous,
        key: public,
    };
    let text = statement.text();
    SignedDay {
        day: open.day,
        until: open.until,
        events,
        blocks: bytes(blocks),
        root: root.0.to_vec(),
        signature: key.sign(text.as_bytes()).to_vec(),
        statement: text,
        public_key: public.to_vec(),
        signed_at: now.utc(),
        audit_rows: Some(audited.rows),
        audit_blocks: Some(bytes(&audit_roots)),
        audit_root: Some(audited.root.0.to_vec()),
    }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}
