//! Works on the items of a body, a few keys at a time: those with the same key in their order. The results are in the order of the items.

use super::error::Problem;
use crate::db::{DbError, Failure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::collections::HashMap;

/// Keys that are worked on at a time: few, so that a body of many items leaves room for others.
const LANES: usize = 4;

/// Works on what was read of items. Fails when the work on one fails in a way that befalls all that is to come.
pub async fn by_key<T, D>(
    items: Vec<Result<T, Problem>>,
    key: fn(&T) -> &str,
    work: impl AsyncFn(&T) -> Result<Result<D, Problem>, Problem>,
) -> Result<Vec<Result<D, Problem>>, Problem> {
    let lane = async |of_key: Vec<(usize, &T)>| {
        let mut done = Vec::with_capacity(of_key.len());
        for (index, item) in of_key {
            done.push((index, work(item).await?));
        }
        Ok::<_, Problem>(done)
    };
    let lanes = stream::iter(grouped(&items, key)).map(lane).buffer_unordered(LANES);
    let done: Vec<Vec<_>> = lanes.try_collect().await?;
    let mut done: HashMap<usize, Result<D, Problem>> = done.into_iter().flatten().collect();
    let items = items.into_iter().enumerate();
    // What was read was worked on.
    Ok(items
        .filter_map(|(index, item)| item.map_or_else(|why| Some(Err(why)), |_| done.remove(&index)))
        .collect())
}

/// The items that were read, those with the same key together.
fn grouped<T>(items: &[Result<T, Problem>], key: fn(&T) -> &str) -> Vec<Vec<(usize, &T)>> {
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<(usize, &T)>> = vec![];
    for (index, item) in items.iter().enumerate() {
        let Ok(item) = item else { continue };
        let group = *place.entry(key(item)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push((index, item)),
            None => groups.push(vec![(index, item)]),
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
