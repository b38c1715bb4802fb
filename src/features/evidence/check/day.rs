//! Judges a day of the log: its statement and signature, and its leaves against the events.

use super::{Fault, Tell};
use crate::db::DbError;
use crate::domain::daily_log::{self, AuditRoot, Statement, signed_by};
use crate::domain::hash_chain::Hash;
use crate::domain::merkle;
use crate::domain::signing::PublicKey;
use crate::features::evidence::queries::SignedDay;
use crate::features::evidence::queries::chain::{self, Stood};
use chrono::{Days, NaiveDate};
use diesel_async::AsyncPgConnection;

/// Finds days that are missing, and days without a root before others that have one.
pub(super) fn sequence(days: &[(NaiveDate, Option<SignedDay>)], tell: Tell<'_>) {
    let last_signed = days.iter().rposition(|(_, signed)| signed.is_some()).unwrap_or(0);
    for (day, _) in days[..last_signed].iter().filter(|(_, signed)| signed.is_none()) {
        tell(Fault::day(*day, "log_days", "has no root, though later days have: it was removed"));
    }
    for pair in days.windows(2) {
        let mut expected = pair[0].0;
        loop {
            expected = expected.checked_add_days(Days::new(1)).unwrap_or(pair[1].0);
            if expected >= pair[1].0 {
                break;
            }
            tell(Fault::day(expected, "log_days", "is missing: it was removed"));
        }
    }
}

/// Checks the statement of a day: that it is signed, says what the row says, and follows the one before.
pub(super) fn statement(signed: &SignedDay, before: Option<&SignedDay>, keys: &[PublicKey], tell: Tell<'_>) {
    let mut wrong = |what: &str| tell(Fault::day(signed.day, "log_days", what));
    let Some(said) = Statement::parse(&signed.statement) else {
        return wrong("has a statement that is none: it was changed");
    };
    if signed_by(keys, &said, &signed.statement, &signed.signature).is_none() {
        wrong(
            "has a statement that is not signed with the given public key: statement or signature was changed, or another key is needed",
        );
    }
    let row = (
        signed.day,
        signed.until.into(),
        signed.events,
        Hash::read(&signed.root),
        signed.public_key.as_slice(),
    );
    let audit = (signed.audit_rows, signed.audit_root.as_deref().and_then(Hash::read));
    let said_audit = (said.audit.map(|it| it.rows), said.audit.map(|AuditRoot { root, .. }| root));
    if row != (said.day, said.until, said.events, Some(said.root), &said.key[..]) {
        wrong("has another day, until, events, root or public_key than its statement: the row was changed");
    }
    if audit != said_audit {
        wrong("has another audit_rows or audit_root than its statement: the row was changed");
    }
    if said.previous != before.map(|before| Statement::hash(&before.statement)) {
        wrong(
            "does not follow the statement of the day before: one of them was changed, removed or inserted",
        );
    }
}

/// Checks the leaves of a day: each against its event, all against the root. Says how many there are.
pub(super) async fn leaves(
    conn: &mut AsyncPgConnection,
    signed: &SignedDay,
    tell: Tell<'_>,
) -> Result<u64, DbError> {
    let (mut count, mut roots) = (0_u64, vec![]);
    let stored = signed.block_roots().unwrap_or_default();
    loop {
        let from = i32::try_from(count).unwrap_or(i32::MAX);
        let most = i64::try_from(merkle::BLOCK).unwrap_or(i64::MAX);
        let block = chain::stood(conn, signed.day, from, most).await?;
        for (place, leaf) in (count..).zip(&block) {
            self::leaf(signed, (place, leaf), tell);
        }
        if !block.is_empty() {
            let hash = |leaf: &Stood| {
                daily_log::leaf(&leaf.code, leaf.seq, Hash::read(&leaf.hash).unwrap_or(Hash::ZERO))
            };
            let root = merkle::root(&block.iter().map(hash).collect::<Vec<_>>());
            if stored.get(roots.len()) != Some(&root) {
                let last = count + block.len() as u64 - 1;
                let what = format!(
                    "positions {count} to {last} do not give their signed hash: a leaf was changed, removed or inserted"
                );
                tell(Fault::day(signed.day, "log_leaves", what));
            }
            roots.push(root);
        }
        count += block.len() as u64;
        if block.len() < merkle::BLOCK {
            break;
        }
    }
    if Hash::read(&signed.root) != Some(merkle::root(&roots)) || u64::try_from(signed.events) != Ok(count) {
        let what = format!(
            "{count} leaves do not give the root of {} events: some were changed, removed or inserted",
            signed.events
        );
        tell(Fault::day(signed.day, "log_leaves", what));
    }
    if signed.block_roots().is_none_or(|blocks| blocks.len() != roots.len()) {
        tell(Fault::day(
            signed.day,
            "log_days",
            "has other blocks than its leaves make: the row was changed",
        ));
    }
    Ok(count)
}

/// Checks a leaf against its event.
fn leaf(signed: &SignedDay, (place, leaf): (u64, &Stood), tell: Tell<'_>) {
    let Stood { code, seq, .. } = leaf;
    let day = signed.day;
    if u64::try_from(leaf.position) != Ok(place) {
        let what = format!(
            "stands at position {} of {day} instead of {place}: a leaf was removed or inserted",
            leaf.position
        );
        tell(Fault::leaf("log_leaves", code, *seq, what));
    }
    match &leaf.event {
        None if leaf.has_dossier => {
            tell(Fault::event(code, *seq, format!("is gone, and is in the log of {day}: it was removed")));
        }
        None => tell(Fault::leaf(
            "dossiers",
            code,
            *seq,
            format!("is in the log of {day}, and the dossier is gone: it was removed"),
        )),
        Some((hash, recorded_at)) => {
            if hash.as_ref() != Some(&leaf.hash) {
                let what = format!("has another hash than in the log of {day}: one of them was changed");
                tell(Fault::event(code, *seq, what));
            }
            if *recorded_at >= signed.until {
                let what = format!(
                    "was recorded after the end of {day}, in whose log it is: one of them was changed"
                );
                tell(Fault::event(code, *seq, what));
            }
        }
    }
}
