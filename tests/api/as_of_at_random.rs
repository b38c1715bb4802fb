//! Whatever is recorded, by however many at once: an answer that was given is the answer as of its instant, for ever after.
//!
//! In rounds, each at an instant of its own. Writers record whatever comes to their mind, on few dossiers, at the same time;
//! others meanwhile ask about earlier instants. When the writers of a round are done, whole answers are remembered. The
//! choices come from a fixed seed; the order in which the database takes the writes does not, and need not.

use crate::as_of::{answers, asked_again, questions};
use crate::calendars::{table, with_day_off, work, year};
use crate::feeds::every_cell_is_its_list;
use crate::harness::evidence::{Verifier, close_days};
use crate::harness::{Client, Dice, TestApp, event, receipt};
use crate::reports::{agrees_with_the_rule, counters_are_right};
use chrono::TimeDelta;
use congkhai::domain::local_time::Instant;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

/// An instant, what was asked at it, and what two callers were answered.
type Remembered = (String, Vec<String>, [Vec<(u16, String)>; 2]);

const ROUNDS: u64 = 8;
const WRITERS: u64 = 5;
/// What a writer tries in a round.
const TRIES: u64 = 4;

/// Any event, whether the dossier allows it or not.
fn any_event(dice: &Dice, now: Instant) -> Value {
    let agencies = ["H51.29", "H51.29.05", "H51.29.18", "H51.30"];
    let later = |days| (now + TimeDelta::days(days)).local_date();
    let (kind, more) = match dice.below(14) {
        13 => ("received", json!({})),
        0 | 1 => ("forwarded", json!({"to_agency": dice.one(&agencies)})),
        2 => ("noted", json!({"public_note": "Đã xem"})),
        3 => ("supplement_requested", json!({"items": ["Bản sao"], "answer_by": later(20)})),
        4 | 5 => ("supplement_received", json!({})),
        6 => ("suspended", json!({"ground": "Chờ xác minh"})),
        7 | 8 => ("resumed", json!({})),
        9 => ("apologised", json!({"reason": "Chờ xác minh", "new_due_on": later(10)})),
        10 => ("completed", json!({"result": {"outcome": "granted"}})),
        11 => dice.one(&[("returned", json!({})), ("withdrawn", json!({}))]).clone(),
        _ => ("reopened", json!({"ground": "Nhầm"})),
    };
    // Some are recorded days after they happened, and lie before others.
    let ago = if dice.below(3) == 0 { dice.below(4_000) } else { 0 };
    let at = now + -TimeDelta::minutes(i64::try_from(ago).unwrap());
    event(kind, &at.to_string(), more)
}

/// A correction of any event of a dossier, whether it can be corrected or not.
async fn any_correction(root: &Client, dice: &Dice, path: &str, now: Instant) -> Value {
    let events = root.get(path).await.expect(200)["items"].clone();
    let of = dice.one(events.as_array().unwrap())["id"].clone();
    let earlier = now + -TimeDelta::minutes(i64::try_from(dice.below(4_000)).unwrap());
    let choices = [json!({"voided": true}), json!({"voided": false}), json!({"happened_at": earlier})];
    let more = dice.one(&choices);
    let mut body = event("corrected", &now.to_string(), more.clone());
    (body["event"], body["reason"]) = (of, json!("Ghi nhầm"));
    body
}

/// A writer's round: some events, and now and then a receipt. Says how many were recorded.
async fn write(root: &Client, seed: u64, codes: &[String], now: Instant) -> (usize, Option<String>) {
    let dice = Dice::new(seed);
    let (mut recorded, mut received) = (0, None);
    for _ in 0..TRIES {
        if dice.below(12) == 0 && received.is_none() {
            let mut body = receipt(&now.to_string());
            if dice.below(2) == 0 {
                (body["submitted_at"], body["received_at"]) = (body["received_at"].clone(), json!(null));
            }
            received = Some(root.receive(&body).await);
            continue;
        }
        let path = format!("/v1/dossiers/{}/events", dice.one(codes));
        let body = if dice.below(5) == 0 {
            any_correction(root, &dice, &path, now).await
        } else {
            any_event(&dice, now)
        };
        let answer = root.post(&path, &body).await;
        assert!(matches!(answer.status.as_u16(), 201 | 409 | 422), "{}", answer.text());
        recorded += usize::from(answer.status == 201);
    }
    (recorded, received)
}

/// Changes a calendar, does the jobs that a calendar left behind, or moves an agency.
async fn change_what_is_around(app: &TestApp, root: &Client, round: u64) {
    let path = year("H51.29", 2022);
    match round % 4 {
        1 => {
            let day = ["2022-02-16", "2022-02-22"][usize::from(round > 4)];
            let changed = with_day_off(&table(root, &path).await, day);
            root.put(&path, &changed, Some("*")).await.expect(202);
        }
        2 => assert!(work(app).await > 0),
        // There and back again.
        _ => {
            let shown = root.get("/v1/agencies/H51.29.18").await;
            let parent = ["H51.30", "H51.29"][usize::from(round % 4 == 3)];
            let agency =
                json!({"name": "UBND", "level": "commune", "parent": parent, "valid_from": "2020-01-01"});
            root.put("/v1/agencies/H51.29.18", &agency, Some(shown.header("etag"))).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn an_answer_stays_the_answer_of_its_instant() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let mut now: Instant = "2022-02-14T08:00:00+07:00".parse().unwrap();
    let mut codes = vec![];
    app.clock.set(now);
    for _ in 0..4 {
        codes.push(root.receive(&receipt("2022-02-11T08:00:00+07:00")).await);
    }
    let dice = Dice::new(766);
    let mut remembered: Vec<Remembered> = vec![];
    let mut recorded = 0;
    for round in 0..ROUNDS {
        // Hours or days, to the microsecond.
        now = now + TimeDelta::minutes(7 + i64::try_from(dice.below(2_500)).unwrap());
        now = now + TimeDelta::microseconds(i64::try_from(dice.below(1_000_000)).unwrap());
        app.clock.set(now);
        let writers = join_all((0..WRITERS).map(|writer| write(&root, round * 100 + writer, &codes, now)));
        let earlier = remembered.get(dice.below(remembered.len().max(1)));
        let looks_back = async {
            if let Some((at, asked, [to_root, _])) = earlier {
                asked_again(&root, asked, at, to_root).await;
            }
        };
        let (written, ()) = join(writers, looks_back).await;
        change_what_is_around(&app, &root, round).await;
        if round % 3 == 2 {
            close_days(&app).await;
        }
        agrees_with_the_rule(&app, &root).await;
        recorded += written.iter().map(|(recorded, _)| recorded).sum::<usize>();
        codes.extend(written.into_iter().filter_map(|(_, received)| received));
        let asked = questions(&codes);
        let both = [answers(&root, &asked, None).await, answers(&district, &asked, None).await];
        remembered.push((now.to_string(), asked, both));
    }
    assert!(recorded > 20, "only {recorded} events were recorded");
    let parent = root.get("/v1/agencies/H51.29.18").await.expect(200)["parent"].clone();
    assert_eq!(parent, "H51.29", "the district sees again what it saw");
    app.clock.set(now + TimeDelta::days(30));
    Verifier::new("as-of-at-random").database(&app).holds();
    close_days(&app).await;
    assert_eq!(counters_are_right(&app).await, Ok(()));
    for (at, asked, [to_root, to_district]) in &remembered {
        asked_again(&root, asked, at, to_root).await;
        asked_again(&district, asked, at, to_district).await;
        assert!(every_cell_is_its_list(&root, Some(at)).await > 0);
        every_cell_is_its_list(&district, Some(at)).await;
    }
}
