//! Items of a batch in one transaction: the receipts by one statement for each table, then the first event of each dossier, and so on.

use super::{Done, Item, Procedures, before, settled, versions};
use crate::db::{DbError, Failure, Transaction, Writer};
use crate::domain::calendar::Calendars;
use crate::domain::refusal::Refusal;
use crate::features::dossiers::actions::{
    Context, EventInput, ReceiveInput, by_present_calendars, receive, record,
};
use crate::features::dossiers::queries::sent_before::Known;
use std::collections::HashSet;
use std::sync::Arc;

/// Carries out items in one transaction, unless they are among those `known` from before: those of a dossier in their order, and otherwise
/// as it is quickest. An item that is refused is not done, and the others are. When the database refuses one, nothing is kept of any: the
/// caller carries out each by itself.
pub async fn at_once(
    writer: &Writer,
    context: &Context<'_>,
    (items, procedures): (&[&Item], &Procedures),
    known: &Known,
    fresh: &impl AsyncFn() -> Result<Arc<Calendars>, DbError>,
) -> Result<Vec<Result<Done, Refusal>>, Failure> {
    by_present_calendars(context, fresh, async |context| {
        let work = async |tx: &mut Transaction| {
            let results = items.iter().map(|item| before(context, item, known)).collect();
            let mut group = Group { context, items, procedures, results };
            while group.go_on(tx).await? {}
            Ok::<_, Failure>(group.results.into_iter().flatten().collect())
        };
        writer.transaction(work).await
    })
    .await
}

/// Items, and what became of those that are done or refused.
struct Group<'a> {
    context: &'a Context<'a>,
    items: &'a [&'a Item],
    procedures: &'a Procedures,
    results: Vec<Option<Result<Done, Refusal>>>,
}

impl<'a> Group<'a> {
    /// Carries out the first item that is left of each dossier; `false`: none is left.
    async fn go_on(&mut self, tx: &mut Transaction) -> Result<bool, Failure> {
        let (mut receipts, mut events) = (vec![], vec![]);
        for place in self.next() {
            match self.items[place] {
                Item::Receive(input) => receipts.push((place, &**input)),
                Item::Event(code, input) => events.push((place, code.as_str(), &**input)),
            }
        }
        let are_any = !receipts.is_empty() || !events.is_empty();
        self.receive(tx, receipts).await?;
        self.record(tx, events).await?;
        Ok(are_any)
    }

    /// Where the first item that is left of each dossier stands.
    fn next(&self) -> Vec<usize> {
        let mut dossiers = HashSet::new();
        let left = self.results.iter().enumerate().filter(|(_, result)| result.is_none());
        left.map(|(place, _)| place).filter(|place| dossiers.insert(self.items[*place].dossier())).collect()
    }

    async fn receive(
        &mut self,
        tx: &mut Transaction,
        receipts: Vec<(usize, &'a ReceiveInput)>,
    ) -> Result<(), Failure> {
        let what: Vec<_> =
            receipts.iter().map(|(_, input)| (*input, versions(self.procedures, input))).collect();
        let results = receive::receive_many(tx, self.context, &what).await?;
        for ((place, _), result) in receipts.into_iter().zip(results) {
            let done = result.map(|code| Done { is_new: true, code, version: 1 });
            self.became(tx, place, done).await?;
        }
        Ok(())
    }

    async fn record(
        &mut self,
        tx: &mut Transaction,
        events: Vec<(usize, &'a str, &'a EventInput)>,
    ) -> Result<(), Failure> {
        if events.is_empty() {
            return Ok(());
        }
        let what: Vec<_> = events.iter().map(|(_, code, input)| (*code, *input)).collect();
        let results = record::record_many(tx, self.context, &what).await?;
        for ((place, code, _), result) in events.into_iter().zip(results) {
            let done = result.map(|version| Done { is_new: true, code: code.to_owned(), version });
            self.became(tx, place, done).await?;
        }
        Ok(())
    }

    /// What is refused has written nothing, so the transaction can go on. Perhaps somebody else did it meanwhile.
    async fn became(
        &mut self,
        tx: &mut Transaction,
        place: usize,
        done: Result<Done, Refusal>,
    ) -> Result<(), Failure> {
        self.results[place] = Some(match done {
            Err(refusal) => settled(tx, self.context, self.items[place], Failure::Refused(refusal)).await?,
            done => done,
        });
        Ok(())
    }
}
