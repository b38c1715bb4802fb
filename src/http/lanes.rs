//! Works on the items of a body, a few at a time: those with the same key in their order. The results are in the order of the items.

use super::error::Problem;
use crate::db::{DbError, Failure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::collections::{BTreeMap, HashMap};

/// Groups that are worked on at a time: few, so that a body of many items leaves room for others.
const LANES: usize = 4;

/// Works on what was read of items, each by itself. Fails when the work on one fails in a way that befalls all that is to come.
pub async fn by_key<T, D>(
    items: Vec<Result<T, Problem>>,
    key: fn(&T) -> &str,
    work: impl AsyncFn(&T) -> Result<Result<D, Problem>, Problem>,
) -> Result<Vec<Result<D, Problem>>, Problem> {
    let each = async |group: &[&T]| {
        let mut done = Vec::with_capacity(group.len());
        for item in group {
            done.push(work(item).await?);
        }
        Ok(done)
    };
    by_group(items, (key, 1), each).await
}

/// The same, by groups of some items and more only where they have the same key. `work` has a result for each item of a group.
pub async fn by_group<T, D>(
    items: Vec<Result<T, Problem>>,
    (key, most): (fn(&T) -> &str, usize),
    work: impl AsyncFn(&[&T]) -> Result<Vec<Result<D, Problem>>, Problem>,
) -> Result<Vec<Result<D, Problem>>, Problem> {
    let lane = async |group: Vec<(usize, &T)>| {
        let (places, items): (Vec<usize>, Vec<&T>) = group.into_iter().unzip();
        Ok::<_, Problem>(places.into_iter().zip(work(&items).await?).collect::<Vec<_>>())
    };
    let lanes = stream::iter(groups(&items, key, most)).map(lane).buffer_unordered(LANES);
    let done: Vec<Vec<_>> = lanes.try_collect().await?;
    let mut done: HashMap<usize, Result<D, Problem>> = done.into_iter().flatten().collect();
    let items = items.into_iter().enumerate();
    // What was read was worked on.
    Ok(items
        .filter_map(|(index, item)| item.map_or_else(|why| Some(Err(why)), |_| done.remove(&index)))
        .collect())
}

/// The items that were read, those with the same key together, in the order of their keys: bodies that have keys in common take them in the
/// same order, and so do not wait for each other in a circle.
fn groups<T>(items: &[Result<T, Problem>], key: fn(&T) -> &str, most: usize) -> Vec<Vec<(usize, &T)>> {
    let mut of_key: BTreeMap<&str, Vec<(usize, &T)>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        if let Ok(item) = item {
            of_key.entry(key(item)).or_default().push((index, item));
        }
    }
    let mut groups: Vec<Vec<(usize, &T)>> = vec![];
    for items in of_key.into_values() {
        match groups.last_mut() {
            Some(group) if group.len() + items.len() <= most => group.extend(items),
            _ => groups.push(items),
        }
    }
    groups
}

/// A result that is the item's own. What befell the database befalls all that is to come.
pub fn own<D>(result: Result<D, Failure>) -> Result<Result<D, Problem>, Problem> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal.into())),
        Err(Failure::Database(error @ DbError::Other(_))) => Ok(Err(error.into())),
        Err(Failure::Database(error)) => Err(error.into()),
    }
}
