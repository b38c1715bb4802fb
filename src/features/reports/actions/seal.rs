//! Seals reports and corrects them, each in one transaction.
//!
//! What a report says is given by the caller of these functions, who read it as of an instant; here it gets its number, its digest and
//! its place in the audit trail. Nothing of it is changed afterwards.

use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::AgencyId;
use crate::domain::canonical;
use crate::domain::hash_chain::{Hash, text_hash, to_hex};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::report::Frame;
use crate::domain::vocabulary::{ReportBy, ReportKind};
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use crate::features::reports::queries::sealed::{self, CorrectionRow, ReportRow};
use crate::features::reports::queries::sums::Asked;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

/// How long what is recorded may still be on its way: longer than a write takes from its instant to its commit.
const SETTLES: TimeDelta = TimeDelta::minutes(1);

/// The instant as of which something is sealed: nothing that was recorded by then is still being written.
pub fn settled(now: Instant) -> Instant {
    now + -SETTLES
}

/// A report to be sealed.
pub struct Sealing<'a> {
    /// The period, as of when, and the agencies.
    pub asked: &'a Asked,
    /// What a row is for.
    pub by: ReportBy,
    /// The agency; `None`: several, or all.
    pub agency: Option<AgencyId>,
}

/// What of a report is known when it is sealed.
pub struct Stamp<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub number: i32,
    /// When it is sealed.
    pub sealed_at: Instant,
    /// Who seals it.
    pub sealed_by: &'a str,
}

/// Fails unless the period of a report was over when what is known had settled.
fn require_over(frame: Frame) -> Result<(), Refusal> {
    if frame.ends() <= frame.now {
        return Ok(());
    }
    let message = "must be a day that is over, and has been for a minute";
    Err(Refusal::invalid("/to", Rule::InTheFuture, message))
}

/// Seals a report on the given terms and shows it. `content` says what it says, with its stamp.
pub async fn seal(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    sealing: &Sealing<'_>,
    terms: &Terms,
    (content, show): (impl Fn(&Stamp<'_>) -> Value, impl Fn(&ReportRow, Value) -> Answer),
) -> Result<Given, Failure> {
    require_over(sealing.asked.frame)?;
    let actor = principal.actor();
    let work = async |tx: &mut Transaction| {
        let (row, content) = seal_in(tx, &actor, now, sealing, &content).await?;
        Ok(show(&row, content))
    };
    writer.on_terms(terms, now, work).await
}

/// The same inside its transaction.
async fn seal_in(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    sealing: &Sealing<'_>,
    content: &impl Fn(&Stamp<'_>) -> Value,
) -> Result<(ReportRow, Value), Failure> {
    let number = sealed::next_number(tx, sealing.agency).await?;
    let stamp = Stamp { id: Uuid::now_v7(), number, sealed_at: now, sealed_by: &actor.name };
    let content = content(&stamp);
    let frame = sealing.asked.frame;
    let row = ReportRow {
        id: stamp.id,
        agency_id: sealing.agency,
        number,
        kind: ReportKind::Resolution,
        agency_ids: sealing.asked.agencies.clone(),
        first_day: frame.period.from,
        last_day: frame.period.to,
        by: sealing.by,
        as_of: frame.now.utc(),
        sealed_at: now.utc(),
        sealed_by: actor.name.clone(),
        digest: digest(&content).0.to_vec(),
    };
    sealed::insert(tx, &row, &content).await?;
    let details = json!({"number": number, "from": row.first_day, "to": row.last_day, "by": row.by, "digest": text_of(&row.digest)});
    let change = Change { action: "report.sealed", subject: format!("report:{}", row.id), details };
    audit::record(tx, actor, now, change).await?;
    Ok((row, content))
}

/// A correction to be made.
pub struct Correcting<'a> {
    /// The report.
    pub id: Uuid,
    /// As of when what is otherwise was read.
    pub as_of: Instant,
    /// Why.
    pub reason: &'a str,
}

/// What of a correction is known when it is made.
pub struct CorrectionStamp<'a> {
    /// Its number.
    pub number: i32,
    /// When it is made.
    pub corrected_at: Instant,
    /// Who makes it.
    pub corrected_by: &'a str,
    /// Digest of the report, or of the correction before.
    pub previous: &'a str,
}

/// Corrects a report on the given terms and shows the correction. `content` says what is otherwise than in the report with its corrections;
/// `None`: nothing is.
pub async fn correct(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    correcting: &Correcting<'_>,
    terms: &Terms,
    (content, show): (
        impl Fn((&ReportRow, Value), &[CorrectionRow], &CorrectionStamp<'_>) -> Option<Value>,
        impl Fn(&CorrectionRow) -> Answer,
    ),
) -> Result<Given, Failure> {
    let actor = principal.actor().because(Some(correcting.reason.to_owned()));
    let work = async |tx: &mut Transaction| {
        let (report, said) = sealed::lock(tx, correcting.id).await?.ok_or(Refusal::NotFound)?;
        let before = sealed::corrections(tx, report.id).await?;
        let (last, previous) = before
            .last()
            .map_or((report.as_of, &report.digest), |correction| (correction.as_of, &correction.digest));
        let stamp = CorrectionStamp {
            number: i32::try_from(before.len() + 1).unwrap_or(i32::MAX),
            corrected_at: now,
            corrected_by: &actor.name,
            previous: &text_of(previous),
        };
        let content = content((&report, said), &before, &stamp).filter(|_| correcting.as_of.utc() > last);
        let content = content.ok_or(Refusal::NothingToCorrect)?;
        let row = CorrectionRow {
            report_id: report.id,
            number: stamp.number,
            as_of: correcting.as_of.utc(),
            corrected_at: now.utc(),
            corrected_by: actor.name.clone(),
            digest: digest(&content).0.to_vec(),
            content,
        };
        sealed::insert_correction(tx, &row).await?;
        let details =
            json!({"number": row.number, "reason": correcting.reason, "digest": text_of(&row.digest)});
        let change = Change { action: "report.corrected", subject: format!("report:{}", report.id), details };
        audit::record(tx, &actor, now, change).await?;
        Ok(show(&row))
    };
    writer.on_terms(terms, now, work).await
}

/// The digest of what a report or a correction says.
fn digest(content: &Value) -> Hash {
    text_hash(&canonical::text_of(content))
}

/// A digest as it is shown.
pub fn text_of(digest: &[u8]) -> String {
    format!("sha256:{}", to_hex(digest))
}
