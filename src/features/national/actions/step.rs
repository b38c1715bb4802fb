//! Records a step of the handling of a dossier that is known.

use super::agencies::named;
use super::refused::at_keys;
use super::snapshot::input;
use super::{Names, history_of};
use crate::db::{Failure, Transaction};
use crate::domain::national::progress::Step;
use crate::domain::national::wanted;
use crate::domain::refusal::{Place, Refusal};
use crate::features::dossiers::actions::{Context, record_in};
use crate::features::dossiers::queries::{visible, write};
use uuid::Uuid;

/// Records the events that are missing for a step to have been done. Returns the dossier with their number, and that it is not new.
pub(super) async fn record(
    tx: &mut Transaction,
    context: &Context<'_>,
    names: &Names,
    sent: &Step,
) -> Result<(Uuid, usize, bool), Failure> {
    let agency = named(context, names, ("PhongBanXuLy", sent.unit.as_deref()), sent.at)?;
    let (_, locked) = write::lock(tx, &sent.code).await?;
    let found = locked.map(|(row, _)| row).filter(|row| visible::sees(context.visible, row));
    let row = found.ok_or(Refusal::NotFound)?;
    if !visible::sees(context.governed, &row) {
        let code = context.tree.code(row.competent_agency_id).to_owned();
        return Err(Refusal::AgencyOutOfScope { place: Place::whole(), code }.into());
    }
    let history = history_of(tx, context, &row).await?;
    let events = wanted::of_step(&history, sent)?;
    for event in &events {
        let input = input(event, agency.map(|agency| agency.code.as_str()));
        let recorded = record_in(tx, context, (&sent.code, &input), &|_| Ok(())).await;
        let keys = [("/occurred_at", event.key), ("/to_agency", "PhongBanXuLy")];
        recorded.map_err(|why| at_keys(why, &keys))?;
    }
    Ok((row.id, events.len(), false))
}
