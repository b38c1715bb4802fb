//! Questions that the requests of a worker put to the database together (micro-batching).
//!
//! While a question is under way, those that ask the same kind wait; when it is answered they leave as one statement. A
//! request that comes alone waits for nobody. An answer never comes from a statement that was sent before its request
//! came, so whoever asks after a commit sees what was committed. [`super::Reader::find`] is the way in; ADR 18 has the
//! reasons.

use super::DbError;
use super::reader::Line;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use futures_util::future::join_all;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::hash::Hash;
use std::rc::Rc;
use tokio::sync::oneshot;

/// Most requests that leave together. Bounds the size of a statement's values and what a failure can touch.
const MOST: usize = 64;

/// A kind of question: what is found by a key.
pub trait Question: 'static {
    /// What is asked for.
    type Key: Clone + Eq + Hash + 'static;
    /// What is found.
    type Answer: 'static;

    /// Finds what there is for any of some keys, in any order. A key for which there is nothing is left out.
    fn ask(
        conn: &AsyncPgConnection,
        keys: &[Self::Key],
    ) -> impl Future<Output = QueryResult<Vec<(Self::Key, Self::Answer)>>>;
}

/// What was found for a key, shared by those who asked for it together.
type Found<Q> = Result<Option<Rc<<Q as Question>::Answer>>, DbError>;

/// Those who ask a kind of question.
pub(super) struct Queue<Q: Question> {
    waiting: RefCell<VecDeque<Waiting<Q>>>,
    is_asking: Cell<bool>,
}

/// One who waits. When they leave, the others do not notice.
struct Waiting<Q: Question> {
    key: Q::Key,
    answer: oneshot::Sender<Found<Q>>,
}

impl<Q: Question> Default for Queue<Q> {
    fn default() -> Self {
        Self { waiting: RefCell::default(), is_asking: Cell::new(false) }
    }
}

impl<Q: Question> Queue<Q> {
    /// Asks, together with those who wait meanwhile.
    pub(super) async fn find(self: Rc<Self>, line: &Rc<Line>, key: Q::Key) -> Found<Q> {
        let (answer, answered) = oneshot::channel();
        self.waiting.borrow_mut().push_back(Waiting { key, answer });
        if !self.is_asking.replace(true) {
            // A task of its own, so that nobody's leaving stops it.
            tokio::task::spawn_local(self.ask_until_nobody_waits(Rc::clone(line)));
        }
        let stopped = |_| DbError::Away("a question was stopped before it was answered".into());
        answered.await.unwrap_or_else(|error| Err(stopped(error)))
    }

    async fn ask_until_nobody_waits(self: Rc<Self>, line: Rc<Line>) {
        let _asking = Asking(&self);
        loop {
            let batch = self.next_batch();
            if batch.is_empty() {
                return;
            }
            answer(&line, batch).await;
        }
    }

    /// Those who leave together now.
    fn next_batch(&self) -> Vec<Waiting<Q>> {
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|one| !one.answer.is_closed());
        let count = waiting.len().min(MOST);
        waiting.drain(..count).collect()
    }
}

/// That somebody asks for all. Ends also by a panic: then those who wait are told, and the next one asks anew.
struct Asking<'a, Q: Question>(&'a Queue<Q>);

impl<Q: Question> Drop for Asking<'_, Q> {
    fn drop(&mut self) {
        self.0.is_asking.set(false);
        self.0.waiting.borrow_mut().clear();
    }
}

/// Asks for some and gives each their own.
async fn answer<Q: Question>(line: &Line, batch: Vec<Waiting<Q>>) {
    let mut found: HashMap<Q::Key, Option<Rc<Q::Answer>>> =
        batch.iter().map(|one| (one.key.clone(), None)).collect();
    let keys: Vec<Q::Key> = found.keys().cloned().collect();
    match line.read(async |conn| Q::ask(conn, &keys).await).await {
        Ok(rows) => {
            found.extend(rows.into_iter().map(|(key, answer)| (key, Some(Rc::new(answer)))));
            for Waiting { key, answer } in batch {
                // A failure to send means that they left meanwhile.
                let _ = answer.send(Ok(found.get(&key).cloned().flatten()));
            }
        }
        Err(error) => refuse(line, batch, error).await,
    }
}

/// What befell the connection befell all. Anything else may be the fault of one key, so each is then asked for by
/// itself, once, at the same time.
async fn refuse<Q: Question>(line: &Line, mut batch: Vec<Waiting<Q>>, error: DbError) {
    if matches!(error, DbError::Refused(_) | DbError::Other(_)) && batch.len() > 1 {
        join_all(batch.into_iter().map(|one| answer_alone(line, one))).await;
        return;
    }
    let last = batch.pop();
    for one in batch {
        let same = match &error {
            DbError::Away(why) => DbError::Away(why.clone()),
            // Of the rest, only this is left for more than one.
            _ => DbError::TimedOut,
        };
        let _ = one.answer.send(Err(same));
    }
    if let Some(one) = last {
        let _ = one.answer.send(Err(error));
    }
}

async fn answer_alone<Q: Question>(line: &Line, one: Waiting<Q>) {
    let Waiting { key, answer } = one;
    let keys = [key];
    let found = line.read(async |conn| Q::ask(conn, &keys).await).await;
    let [key] = keys;
    let own = |rows: Vec<(Q::Key, Q::Answer)>| rows.into_iter().find(|(found, _)| *found == key);
    let _ = answer.send(found.map(|rows| own(rows).map(|(_, answer)| Rc::new(answer))));
}
