//! What a change of a calendar would move, without changing anything.

use super::{Wanted, changed};
use crate::db::page::Page;
use crate::db::{Failure, Transaction};
use crate::domain::agency_tree::{AgencyId, AgencyTree};
use crate::domain::calendar::Owner;
use crate::features::auth::Visible;
use crate::features::calendar::queries;
use crate::features::dossiers::actions::redate::{CHUNK, redate};
use crate::features::dossiers::queries::{DossierRow, dating, visible};
use uuid::Uuid;

/// What would move.
#[derive(Debug, Default)]
pub struct Preview {
    /// How many dossiers.
    pub moved: usize,
    /// A page of them, before and after, in the order of their ids.
    pub items: Vec<(DossierRow, DossierRow)>,
    /// Id of the last on this page, when there are more.
    pub next: Option<Uuid>,
}

/// What a write would move of the dossiers that the caller sees. Counts all of them, and shows a page.
pub async fn preview(
    tx: &mut Transaction,
    tree: &AgencyTree,
    seen: &Visible,
    (owner, wanted): (Owner, &Wanted),
    page: &Page<Uuid>,
) -> Result<Preview, Failure> {
    let present = queries::load(tx).await?;
    let Some(own) = changed(&present, owner, wanted)? else { return Ok(Preview::default()) };
    let calendars = present.with(owner, own);
    let agencies: Vec<AgencyId> = calendars.below(owner).into_iter().collect();
    let mut found = Preview::default();
    let mut after = Uuid::nil();
    loop {
        let rows = dating::next(tx, &agencies, after, CHUNK).await?;
        let Some(last) = rows.last().map(|row| row.id) else { break };
        let is_last = i64::try_from(rows.len()).is_ok_and(|rows| rows < CHUNK);
        let moved = redate(tx, rows, &calendars, tree).await?;
        for pair in moved.into_iter().filter(|(row, _)| visible::sees(seen, row)) {
            found.moved += 1;
            // One more than the page, to know whether there is a next one.
            let is_after = page.after.is_none_or(|from| pair.0.id > from);
            if is_after && i64::try_from(found.items.len()).is_ok_and(|shown| shown < page.fetch()) {
                found.items.push(pair);
            }
        }
        if is_last {
            break;
        }
        after = last;
    }
    (found.items, found.next) = page.cut(found.items, |(row, _)| row.id);
    Ok(found)
}
