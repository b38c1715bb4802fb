//! Items of a batch in one transaction: each is judged by what those before it made, and all that they made is stored in the end, by one
//! statement for each table.

use super::{Done, Item, Procedures, before, settled, versions};
use crate::db::{DbError, Failure, Transaction, Writer};
use crate::domain::calendar::Calendars;
use crate::domain::refusal::Refusal;
use crate::features::audit::{self, Made};
use crate::features::calendar::queries as calendar;
use crate::features::dossiers::actions::record::{self, Held};
use crate::features::dossiers::actions::{Context, EventInput, ReceiveInput, by_present_calendars, receive};
use crate::features::dossiers::queries::many::{self, New, Next};
use crate::features::dossiers::queries::sent_before::Known;
use crate::features::dossiers::queries::{DossierRow, Head};
use std::collections::HashMap;
use std::sync::Arc;

/// Carries out items in one transaction and in their order, unless they are among those `known` from before. An item that is refused is not
/// done, and the others are. When the database refuses one, nothing is kept of any: the caller carries out each by itself.
pub async fn at_once(
    writer: &Writer,
    context: &Context<'_>,
    (items, procedures): (&[&Item], &Procedures),
    known: &Known,
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
) -> Result<Vec<Result<Done, Refusal>>, Failure> {
    by_present_calendars(context, fresh, async |context| {
        let mut results: Vec<_> = items.iter().map(|item| before(context, item, known)).collect();
        if results.iter().all(Option::is_some) {
            return Ok(results.into_iter().flatten().collect());
        }
        let new = || items.iter().zip(&results).filter(|(_, done)| done.is_none()).map(|(item, _)| *item);
        let codes: Vec<&str> = new().filter_map(Item::recorded_of).collect();
        let work = async |tx: &mut Transaction| {
            let mut group = Group::hold(tx, context, &codes).await?;
            let mut done = Vec::with_capacity(items.len());
            for item in new() {
                done.push(group.carry_out(tx, (item, procedures)).await?);
            }
            group.store(tx).await?;
            Ok::<_, Failure>(done)
        };
        let mut done = writer.transaction(work).await?.into_iter();
        for result in results.iter_mut().filter(|result| result.is_none()) {
            *result = done.next();
        }
        Ok(results.into_iter().flatten().collect())
    })
    .await
}

/// What is held, as the items that were carried out leave it, and what is to be stored of that.
struct Group<'a> {
    context: &'a Context<'a>,
    calendar_version: i64,
    dossiers: HashMap<String, (DossierRow, Head)>,
    new: Vec<New>,
    next: Vec<Next>,
    made: Vec<Made>,
}

impl<'a> Group<'a> {
    /// Holds the calendars and the dossiers with some codes, those of them that there are.
    async fn hold(tx: &mut Transaction, context: &'a Context<'a>, codes: &[&str]) -> Result<Self, DbError> {
        let (calendar_version, dossiers) = if codes.is_empty() {
            (calendar::hold(tx).await?, HashMap::new())
        } else {
            many::lock(tx, codes).await?
        };
        Ok(Self { context, calendar_version, dossiers, new: vec![], next: vec![], made: vec![] })
    }

    /// Carries out an item. What is refused makes nothing, so the others go on; perhaps somebody else did it meanwhile.
    async fn carry_out(
        &mut self,
        tx: &mut Transaction,
        (item, procedures): (&Item, &Procedures),
    ) -> Result<Result<Done, Refusal>, Failure> {
        let done = match item {
            Item::Receive(input) => self.receive((input, procedures)),
            Item::Event(code, input) => self.record(tx, (code, input)).await,
        };
        match done {
            Err(Failure::Refused(refusal)) => {
                self.store(tx).await?;
                settled(tx, self.context, item, Failure::Refused(refusal)).await
            }
            done => done.map(Ok),
        }
    }

    fn receive(&mut self, (input, procedures): (&ReceiveInput, &Procedures)) -> Result<Done, Failure> {
        self.context.require_present(self.calendar_version)?;
        let (new, made) = receive::receipt(self.context, (input, versions(procedures, input)))?;
        let (code, version) = (new.dossier.code.clone(), new.dossier.version);
        self.dossiers.insert(code.clone(), (new.dossier.clone(), Head::after(&new.seal)));
        self.new.push(new);
        self.made.push(made);
        Ok(Done { is_new: true, code, version })
    }

    async fn record(
        &mut self,
        tx: &mut Transaction,
        (code, input): (&str, &EventInput),
    ) -> Result<Done, Failure> {
        let locked = self.dossiers.get(code).cloned();
        if locked.as_ref().is_some_and(|(dossier, _)| record::looks_back(dossier, input)) {
            self.store(tx).await?;
        }
        let held = Held { calendar_version: self.calendar_version, locked };
        let (next, made) = record::following(tx, self.context, (code, input), held).await?;
        let version = next.dossier.version;
        self.dossiers.insert(code.to_owned(), (next.dossier.clone(), Head::after(&next.seal)));
        self.next.push(next);
        self.made.push(made);
        Ok(Done { is_new: true, code: code.to_owned(), version })
    }

    /// Stores what was made since the last time.
    async fn store(&mut self, tx: &mut Transaction) -> Result<(), DbError> {
        let (new, next) = (std::mem::take(&mut self.new), std::mem::take(&mut self.next));
        if new.is_empty() && next.is_empty() {
            return Ok(());
        }
        many::store(tx, &new, &next).await?;
        audit::record_all(tx, self.context.actor, self.context.now, std::mem::take(&mut self.made)).await
    }
}
