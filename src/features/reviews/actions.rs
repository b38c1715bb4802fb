//! Creates and closes reviews, and records what agencies confirm, each in one transaction.

use super::assess::{self, Counts, Shown};
use super::queries::{self, Confirmation, ReviewRow, Said};
use crate::db::{Answer, Failure, Given, Terms, Transaction, Writer};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::refusal::{Place, Refusal, Rule, Violations};
use crate::domain::vocabulary::ReviewOutcome;
use crate::features::audit::{self, Actor, Change};
use crate::features::auth::Principal;
use crate::features::disclosure::queries as disclosure;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// A review as it is to be created.
#[derive(Clone, Debug)]
pub struct ReviewInput {
    /// What it is called.
    pub title: String,
    /// Number of the dispatch that orders it, if it is known.
    pub dispatch_number: Option<String>,
    /// Day on which that was signed.
    pub dispatch_signed_on: NaiveDate,
    /// Who issued it.
    pub dispatch_issued_by: String,
    /// Codes of the agencies that review.
    pub agencies: Vec<String>,
    /// Last day of the first round.
    pub due_on: NaiveDate,
    /// Months between rounds of a permanent one.
    pub every_months: Option<i16>,
}

/// Creates a review of agencies that the caller sees on the given terms, and shows it.
pub async fn create(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    input: &ReviewInput,
    terms: &Terms,
    show: impl Fn(&ReviewRow) -> Answer,
) -> Result<Given, Failure> {
    let today = now.local_date();
    if input.due_on < today {
        return Err(Refusal::invalid("/due_on", Rule::InvalidValue, "must not be past").into());
    }
    if input.dispatch_signed_on > today {
        let message = "must not be after today";
        return Err(Refusal::invalid("/dispatch/signed_on", Rule::InTheFuture, message).into());
    }
    let named = input.agencies.iter().enumerate();
    let named = named.map(|(i, code)| {
        let pointer = format!("/agencies/{i}");
        let agency = found(principal, code, &pointer)?;
        principal.require_visible(agency, Place::Pointer(pointer)).map(|()| agency)
    });
    let mut agency_ids: Vec<AgencyId> = named.collect::<Result<_, _>>()?;
    agency_ids.sort_unstable();
    agency_ids.dedup();
    let work = async |tx: &mut Transaction| {
        let owner_ids = principal.roots().map(<[AgencyId]>::to_vec);
        let owned = (agency_ids.clone(), owner_ids);
        Ok(show(&create_in(tx, &principal.actor(), now, input, owned).await?))
    };
    writer.on_terms(terms, now, work).await
}

/// The same inside a transaction that does more, for agencies that were found, owned by some roots.
pub async fn create_in(
    tx: &mut Transaction,
    actor: &Actor,
    now: Instant,
    input: &ReviewInput,
    (agency_ids, owner_ids): (Vec<AgencyId>, Option<Vec<AgencyId>>),
) -> Result<ReviewRow, Failure> {
    let row = ReviewRow {
        id: Uuid::now_v7(),
        title: input.title.clone(),
        dispatch_number: input.dispatch_number.clone(),
        dispatch_signed_on: input.dispatch_signed_on,
        dispatch_issued_by: input.dispatch_issued_by.clone(),
        agency_ids,
        owner_ids,
        opens_on: now.local_date(),
        due_on: input.due_on,
        every_months: input.every_months,
        created_at: now.utc(),
        closed_at: None,
        closing_note: None,
        version: 1,
    };
    queries::insert(tx, &row).await?;
    let details = json!({
        "title": row.title, "dispatch_number": row.dispatch_number, "dispatch_signed_on": row.dispatch_signed_on,
        "agencies": input.agencies, "due_on": row.due_on, "every_months": row.every_months,
    });
    let change = Change { action: "review.created", subject: format!("review:{}", row.id), details };
    audit::record(tx, actor, now, change).await?;
    Ok(row)
}

fn found(principal: &Principal, code: &str, pointer: &str) -> Result<AgencyId, Refusal> {
    let unknown = || Refusal::invalid(pointer, Rule::UnknownAgency, format!("no agency has the code {code}"));
    Ok(principal.tree.find(code).ok_or_else(unknown)?.id)
}

/// What an agency says of procedures.
#[derive(Clone, Debug)]
pub struct ConfirmationInput {
    /// Code of the agency.
    pub agency: String,
    /// The procedures, each with what is to be done with it, and why.
    pub items: Vec<(String, ReviewOutcome, Option<String>)>,
}

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The confirmations, in the order of the input.
    pub rows: Vec<Confirmation>,
    /// How many procedures the agency has not confirmed in the round.
    pub unconfirmed: i64,
}

/// Records what an agency says in a review on the given terms and shows it.
pub async fn confirm(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (id, input): (Uuid, &ConfirmationInput),
    terms: &Terms,
    show: impl Fn(&ReviewRow, &Confirmed) -> Answer,
) -> Result<Given, Failure> {
    let work = async |tx: &mut Transaction| {
        let row = seen(queries::lock(tx, id, false).await?, principal)?;
        let agency = found(principal, &input.agency, "/agency")?;
        principal.require_governed(agency, Place::Pointer("/agency".to_owned()))?;
        require_open(&row)?;
        let world = (&*principal.tree, &*principal.calendars);
        let confirmed = confirm_in(tx, &principal.actor(), world, now, (&row, input)).await?;
        Ok(show(&row, &confirmed))
    };
    writer.on_terms(terms, now, work).await
}

/// The same inside a transaction that does more, in a review that is open.
pub async fn confirm_in(
    tx: &mut Transaction,
    actor: &Actor,
    (tree, calendars): (&AgencyTree, &Calendars),
    now: Instant,
    (row, input): (&ReviewRow, &ConfirmationInput),
) -> Result<Confirmed, Failure> {
    let today = now.local_date();
    let named = tree.find(&input.agency).map(|agency| agency.id);
    let reviews = assess::agencies(row, tree, today, |id| Some(id) == named);
    let agency = *reviews.first().ok_or_else(|| {
        let message = "must be one of the agencies that review, or below them";
        Refusal::invalid("/agency", Rule::InvalidValue, message)
    })?;
    let shown = Shown::of(row, None, now)?;
    let (ids, round) = ([agency.id], (row.id, shown.round.number));
    let period = Period { from: today, to: today };
    let known = disclosure::known(tx, &ids, period, DateTime::<Utc>::MAX_UTC).await?;
    let nothing = Said::default();
    let to_confirm = assess::items(agency, &known, &nothing, calendars, shown);
    let versions: HashMap<&str, i32> =
        to_confirm.map(|item| (&*item.version.procedure_code, item.version.version)).collect();
    let mut wrong = Violations::default();
    let mut rows = vec![];
    for (i, (code, outcome, note)) in input.items.iter().enumerate() {
        let Some(version) = versions.get(code.as_str()) else {
            let message = format!("must be a procedure in force that {} handles", agency.code);
            wrong.add(format!("/items/{i}/procedure"), Rule::InvalidValue, message);
            continue;
        };
        rows.push(Confirmation {
            id: Uuid::now_v7(),
            review_id: row.id,
            round: shown.round.number,
            agency_id: agency.id,
            procedure_code: code.clone(),
            procedure_version: *version,
            outcome: *outcome,
            note: note.clone(),
            confirmed_at: now.utc(),
        });
    }
    wrong.check()?;
    queries::confirm(tx, &rows).await?;
    let said = queries::said(tx, round, &ids, now.utc()).await?;
    let unconfirmed = Counts::of(assess::items(agency, &known, &said, calendars, shown)).unconfirmed();
    let items: Vec<_> = rows.iter().map(|row| json!([row.procedure_code, row.outcome])).collect();
    let details = json!({"agency": agency.code, "round": shown.round.number, "items": items});
    let change = Change { action: "review.confirmed", subject: format!("review:{}", row.id), details };
    audit::record(tx, actor, now, change).await?;
    Ok(Confirmed { rows, unconfirmed })
}

/// Closes a review on the given terms and shows it. `expects` checks the version that is there.
pub async fn close(
    writer: &Writer,
    principal: &Principal,
    now: Instant,
    (id, note): (Uuid, Option<String>),
    terms: &Terms,
    expects: impl Fn(Option<i32>) -> Result<(), Refusal>,
    show: impl Fn(&ReviewRow) -> Answer,
) -> Result<Given, Failure> {
    let work = async |tx: &mut Transaction| {
        let mut row = seen(queries::lock(tx, id, true).await?, principal)?;
        principal.require_owned(row.owner_ids.as_deref())?;
        expects(Some(row.version))?;
        require_open(&row)?;
        row.closed_at = Some(now.utc());
        row.closing_note = note.clone();
        row.version += 1;
        queries::close(tx, &row).await?;
        let details = json!({"note": row.closing_note});
        let change = Change { action: "review.closed", subject: format!("review:{id}"), details };
        audit::record(tx, &principal.actor(), now, change).await?;
        Ok(show(&row))
    };
    writer.on_terms(terms, now, work).await
}

/// A review of which the caller sees an agency.
pub fn seen(row: Option<ReviewRow>, principal: &Principal) -> Result<ReviewRow, Refusal> {
    let sees = |row: &ReviewRow| {
        let reviews = row.agency_ids.iter().flat_map(|id| principal.tree.subtree(*id));
        reviews.into_iter().any(|id| principal.visible.contains(id))
    };
    row.filter(sees).ok_or(Refusal::NotFound)
}

fn require_open(row: &ReviewRow) -> Result<(), Refusal> {
    row.closed_at.map_or(Ok(()), |at| Err(Refusal::ReviewClosed { closed_at: at.into() }))
}
