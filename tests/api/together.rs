//! Requests that ask the database together: each gets their own, whatever befalls the others.

use crate::database::{allow, cut};
use crate::harness::{Answer, Client, TestApp, TestDatabase, connect, event, receipt};
use actix_web::rt::spawn;
use congkhai::db::{DbError, Question, Reader};
use congkhai::domain::vocabulary::Scope;
use congkhai::features::audit::Actor;
use congkhai::features::auth::{actions, queries::Which};
use diesel::QueryResult;
use diesel::sql_types::{Array, Integer};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{join, join_all, join3};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tokio::sync::Semaphore;

thread_local! {
    /// What was asked for together, in order; a test has a thread of its own.
    static ASKED: RefCell<Vec<Vec<i32>>> = RefCell::default();
    /// Statements wait until a test lets them go.
    static GATE: Rc<Semaphore> = Rc::new(Semaphore::new(0));
    static PANICS: Cell<bool> = const { Cell::new(false) };
}

/// Doubles a number. There is nothing for a negative one, and 13 cannot be asked for.
struct Doubled;

diesel::define_sql_function! {
    #[sql_name = "unnest"]
    fn each(numbers: Array<Integer>) -> Nullable<Integer>;
}

impl Question for Doubled {
    type Key = i32;
    type Answer = i32;

    async fn ask(mut conn: &AsyncPgConnection, keys: &[i32]) -> QueryResult<Vec<(i32, i32)>> {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        ASKED.with_borrow_mut(|asked| asked.push(sorted));
        GATE.with(Rc::clone).acquire().await.unwrap().forget();
        assert!(!PANICS.get(), "asked to panic");
        if keys.contains(&13) {
            return Err(diesel::result::Error::NotFound);
        }
        let found: Vec<Option<i32>> = diesel::select(each(keys.to_vec())).load(&mut conn).await?;
        // In another order than asked.
        let found = found.into_iter().rev().flatten().filter(|number| *number >= 0);
        Ok(found.map(|number| (number, number * 2)).collect())
    }
}

fn let_go(statements: usize) {
    GATE.with(|gate| gate.add_permits(statements));
}

fn asked() -> Vec<Vec<i32>> {
    ASKED.take()
}

type Asking = actix_web::rt::task::JoinHandle<Result<Option<i32>, DbError>>;

/// Asks for each of some numbers in a task of its own; all have asked when this returns.
async fn ask(reader: &Rc<Reader>, keys: impl IntoIterator<Item = i32>) -> Vec<Asking> {
    let start = |key| {
        let reader = Rc::clone(reader);
        spawn(async move { reader.find::<Doubled>(key).await.map(|found| found.map(|answer| *answer)) })
    };
    let tasks = keys.into_iter().map(start).collect();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    tasks
}

async fn answers(tasks: Vec<Asking>) -> Vec<Result<Option<i32>, String>> {
    let ended = join_all(tasks).await.into_iter();
    ended.map(|task| task.unwrap().map_err(|error| error.to_string())).collect()
}

/// A reader that is connected, with one question under way; those who come next wait.
async fn busy(db: &TestDatabase) -> (Rc<Reader>, Vec<Asking>) {
    let reader = Rc::new(Reader::new(db.database()));
    let_go(1);
    answers(ask(&reader, [0]).await).await;
    asked();
    let first = ask(&reader, [1]).await;
    assert_eq!(asked(), [[1]], "who comes alone waits for nobody");
    (reader, first)
}

#[actix_web::test]
async fn those_who_wait_leave_together_and_each_gets_their_own() {
    let db = TestDatabase::empty();
    let (reader, first) = busy(&db).await;
    let rest = ask(&reader, [7, 1, -3, 7, 5]).await;
    assert!(asked().is_empty(), "they wait");
    let_go(2);
    assert_eq!(answers(first).await, [Ok(Some(2))]);
    assert_eq!(answers(rest).await, [14, 2, 0, 14, 10].map(|n| Ok((n > 0).then_some(n))));
    // The 1 that came while a 1 was under way was asked for again: what was sent before it came may be older than it.
    assert_eq!(asked(), [[-3, 1, 5, 7]]);
}

#[actix_web::test]
async fn a_batch_is_bounded() {
    let db = TestDatabase::empty();
    let (reader, first) = busy(&db).await;
    let rest = ask(&reader, 100..300).await;
    let_go(5);
    answers(first).await;
    assert_eq!(answers(rest).await, (100..300).map(|n| Ok(Some(2 * n))).collect::<Vec<_>>());
    assert_eq!(asked().iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 64, 8]);
}

#[actix_web::test]
async fn the_fault_of_one_is_not_that_of_the_others() {
    let db = TestDatabase::empty();
    let (reader, first) = busy(&db).await;
    let rest = ask(&reader, [12, 13, 14]).await;
    let_go(5);
    answers(first).await;
    let [before, bad, after] = answers(rest).await.try_into().unwrap();
    assert_eq!((before, after), (Ok(Some(24)), Ok(Some(28))));
    assert!(bad.unwrap_err().contains("not found"));
    let mut asked = asked();
    asked[1..].sort();
    assert_eq!(asked, [vec![12, 13, 14], vec![12], vec![13], vec![14]], "each once more, by itself");
    let_go(1);
    assert!(answers(ask(&reader, [13]).await).await[0].is_err(), "alone it is asked for once");
}

#[actix_web::test]
async fn who_leaves_takes_nothing_from_the_others() {
    let db = TestDatabase::empty();
    let (reader, first) = busy(&db).await;
    let mut rest = ask(&reader, [2, 3, 4]).await;
    // The one whose question is under way, and one who waits.
    first[0].abort();
    rest.remove(1).abort();
    tokio::task::yield_now().await;
    let_go(2);
    assert_eq!(answers(rest).await, [Ok(Some(4)), Ok(Some(8))]);
    assert_eq!(asked(), [[2, 4]], "nobody waits for 3");
}

#[actix_web::test]
async fn a_panic_is_told_to_those_who_wait_and_the_next_one_asks_anew() {
    let db = TestDatabase::empty();
    let (reader, first) = busy(&db).await;
    let rest = ask(&reader, [2]).await;
    PANICS.set(true);
    let_go(1);
    for told in [answers(first).await, answers(rest).await] {
        assert!(told[0].as_ref().unwrap_err().contains("stopped before it was answered"));
    }
    PANICS.set(false);
    let_go(1);
    assert_eq!(answers(ask(&reader, [3]).await).await, [Ok(Some(6))]);
}

/// Some dossiers, each with another number of events.
async fn dossiers(root: &Client, count: usize) -> Vec<String> {
    let mut codes = vec![];
    for notes in 0..count {
        let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
        for note in 0..notes {
            let body = event("noted", "2022-02-15T09:00:00+07:00", json!({"note": format!("note {note}")}));
            root.record(&code, &body).await;
        }
        codes.push(code);
    }
    codes
}

/// Reads a dossier in three ways, each of which must show it and no other.
async fn reads_its_own(caller: &Client, code: &str, events: usize) {
    let one = format!("/v1/dossiers/{code}");
    let (with, without, timeline) = (format!("{one}?include=events"), one.clone(), format!("{one}/events"));
    let (with, without, timeline) =
        join3(caller.get(&with), caller.get(&without), caller.get(&timeline)).await;
    let (with, without, timeline) = (with.expect(200), without.expect(200), timeline.expect(200));
    assert_eq!((&with["code"], &without["code"]), (&json!(code), &json!(code)));
    assert_eq!(with["procedure"]["name"], "Cấp Giấy xác nhận tình trạng hôn nhân");
    assert_eq!(with["events"].as_array().unwrap().len(), events, "{code}");
    assert_eq!(with["events"], timeline["items"]);
    let order: Vec<i64> =
        with["events"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert!(without.get("events").is_none());
}

#[actix_web::test]
async fn many_at_once_read_each_their_own_dossier() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = dossiers(&root, 6).await;
    let (seeing, blind) = (app.district().await, app.caller(&[Scope::DossiersRead], &["H51.30"]).await);
    let found = codes.iter().enumerate().map(|(notes, code)| reads_its_own(&seeing, code, notes + 1));
    let bad_key = root.with_key(&format!("ck_000000000000_{}", "0".repeat(64)));
    let paths = codes.iter().map(|code| format!("/v1/dossiers/{code}?include=events")).collect::<Vec<_>>();
    let unknown = ["H51.29-220215-9999", "nobody"].map(|code| format!("/v1/dossiers/{code}?include=events"));
    let unknown = unknown.iter().map(|path| (&seeing, path, 404, "not_found"));
    let out_of_scope = paths.iter().map(|path| (&blind, path, 404, "not_found"));
    let without_key = paths.iter().map(|path| (&bad_key, path, 401, "unauthorized"));
    let refused = unknown.chain(out_of_scope).chain(without_key).map(async |(caller, path, status, code)| {
        caller.get(path).await.problem(status, code);
    });
    join(join_all(found), join_all(refused)).await;
}

/// Under load from the same key, the first request after the revocation is refused, and so are all that follow.
#[actix_web::test]
async fn a_revoked_key_is_refused_by_the_next_request_under_load() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let key = app.key(&[Scope::DossiersRead], &["*"], None).await;
    let (caller, path) = (root.with_key(&key.reveal()), format!("/v1/dossiers/{code}?include=events"));
    caller.get(&path).await.expect(200);
    let load = || {
        let (caller, path) = (caller.clone(), path.clone());
        spawn(async move {
            loop {
                let answer = caller.get(&path).await;
                if answer.status != 200 {
                    answer.problem(401, "unauthorized");
                    return;
                }
            }
        })
    };
    let load: Vec<_> = (0..16).map(|_| load()).collect();
    let actor = Actor::command("test");
    actions::revoke(&app.shared.writer, &actor, app.clock.now(), Which::Id(&key.id)).await.unwrap();
    caller.get(&path).await.problem(401, "unauthorized");
    for task in load {
        task.await.unwrap();
    }
}

/// Each dossier asked for at once, by requests that all are under way: the first has its statement wait for a lock.
async fn held(app: &TestApp, caller: &Client, codes: &[String]) -> (tokio_postgres::Client, Vec<Reading>) {
    let holder = connect(&app.db.url).await;
    holder.batch_execute("BEGIN; LOCK TABLE dossiers").await.unwrap();
    let start = |code: &String| {
        let (caller, path) = (caller.clone(), format!("/v1/dossiers/{code}?include=events"));
        spawn(async move { caller.get(&path).await })
    };
    let under_way: Vec<Reading> = codes.iter().map(start).collect();
    let all = format!("congkhai_http_requests_in_flight {}", codes.len() + 1);
    while !app.nobody().get("/metrics").await.text().contains(&all) {}
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.count(waits).await == 0 {}
    (holder, under_way)
}

type Reading = actix_web::rt::task::JoinHandle<Answer>;

#[actix_web::test]
async fn a_connection_lost_under_a_batch_is_replaced_without_an_error() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = dossiers(&root, 5).await;
    let (holder, under_way) = held(&app, &root, &codes).await;
    cut(&app.db);
    holder.batch_execute("ROLLBACK").await.unwrap();
    for (answer, code) in join_all(under_way).await.into_iter().zip(&codes) {
        assert_eq!(answer.unwrap().expect(200)["code"], *code);
    }
}

#[actix_web::test]
async fn a_database_that_goes_away_under_a_batch_is_a_503_to_each_and_then_it_recovers() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = dossiers(&root, 5).await;
    let (holder, under_way) = held(&app, &root, &codes).await;
    allow(&app.db, false);
    cut(&app.db);
    for answer in join_all(under_way).await {
        let answer = answer.unwrap();
        answer.problem(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    holder.batch_execute("ROLLBACK").await.unwrap();
    allow(&app.db, true);
    for (notes, code) in codes.iter().enumerate() {
        reads_its_own(&root, code, notes + 1).await;
    }
}
