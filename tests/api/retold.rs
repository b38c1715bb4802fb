//! However a life comes to be recorded, the dossier is the same: in order, in any other order, or with corrections.
//!
//! Each course of events is made up, recorded in a random order, and corrected at random. What was taken in is then recorded in
//! order for another dossier, and both must be alike.

use crate::harness::evidence::Verifier;
use crate::harness::{Client, Dice, TestApp, event};
use serde_json::{Map, Value, json};

/// An instant so many quarters of an hour after the first that there is.
fn instant(quarter: usize) -> String {
    let start: chrono::DateTime<chrono::FixedOffset> = "2022-02-14T07:00:00+07:00".parse().unwrap();
    let minutes = i64::try_from(quarter * 15).unwrap();
    (start + chrono::TimeDelta::minutes(minutes)).to_rfc3339()
}

/// An event that is not recorded yet.
#[derive(Clone)]
struct Step {
    kind: &'static str,
    quarter: usize,
    more: Value,
}

const PROCEDURE: &str = "1.000894";

/// Steps that may or may not be allowed, at different quarters within two weeks.
fn course(dice: &Dice) -> Vec<Step> {
    let agencies = ["H51.29", "H51.29.05", "H51.29.18"];
    let mut quarters: Vec<usize> = (1..1_300).collect();
    dice.shuffle(&mut quarters);
    let steps = quarters.into_iter().take(7 + dice.below(6)).map(|quarter| {
        let (kind, more) = match dice.below(16) {
            0 => ("received", json!({"appointed_at": instant(quarter + 200)})),
            1..=3 => (
                "forwarded",
                json!({"to_agency": agencies[dice.below(3)], "step_due_at": instant(quarter + 50)}),
            ),
            4 | 5 => ("supplement_requested", json!({})),
            6 | 7 => ("supplement_received", json!({})),
            8 => ("suspended", json!({"ground": "Chờ kết luận"})),
            9 => ("resumed", json!({})),
            10 => {
                ("extended", json!({"ground": "Cần xác minh", "by": {"unit": "working_days", "amount": "2"}}))
            }
            11 => ("apologised", json!({"reason": "Thiếu người", "new_due_on": "2022-03-15"})),
            12 => ("completed", json!({"result": {"outcome": "granted"}})),
            13 => ("returned", json!({})),
            14 => ("reopened", json!({"ground": "Nhầm"})),
            _ => ("withdrawn", json!({})),
        };
        Step { kind, quarter, more }
    });
    steps.collect()
}

async fn begin(caller: &Client, registered: bool) -> String {
    let (submitted_at, received_at) =
        if registered { (json!(instant(0)), json!(null)) } else { (json!(null), json!(instant(0))) };
    let body = json!({
        "procedure": PROCEDURE, "channel": "online", "receiving_agency": "H51.29", "competent_agency": "H51.29.05",
        "submitted_at": submitted_at, "received_at": received_at, "appointed_at": null,
        "applicant": {"kind": "individual", "name": "Nguyễn Văn An"}
    });
    caller.receive(&body).await
}

/// Records a step; its id, if it was allowed.
async fn record(caller: &Client, code: &str, step: &Step) -> Option<Value> {
    let mut body = event(step.kind, &instant(step.quarter), step.more.clone());
    // When none is named it is whoever held the dossier by what was recorded then.
    body["agency"] = json!("H51.29");
    taken(&caller.post(&format!("/v1/dossiers/{code}/events"), &body).await)
}

/// The id of what was recorded; `None` when the dossier did not allow it.
fn taken(answer: &crate::harness::Answer) -> Option<Value> {
    if answer.status == 201 {
        return Some(answer.json()["id"].clone());
    }
    let code = answer.json()["code"].as_str().unwrap().to_owned();
    let known = ["event_not_allowed", "event_out_of_order", "prolongation_not_allowed"];
    assert!(known.contains(&code.as_str()), "{}", answer.text());
    None
}

/// What follows from the events, and not from when and in which order they were recorded.
async fn state(caller: &Client, code: &str) -> Value {
    let mut dossier = caller.get(&format!("/v1/dossiers/{code}?include=delays")).await.expect(200);
    let mut explained = caller.get(&format!("/v1/dossiers/{code}/deadline")).await.expect(200);
    for field in ["code", "version", "last_recorded_at"] {
        dossier.as_object_mut().unwrap().remove(field);
    }
    for field in ["code", "history"] {
        explained.as_object_mut().unwrap().remove(field);
    }
    let public = caller.get(&format!("/v1/public/dossiers/{code}")).await.expect(200);
    json!({"dossier": dossier, "deadline": explained, "timeline": public["timeline"]})
}

/// Corrects a step at random; the step as it is then, `None` when it did not happen, if that was allowed.
async fn correct(
    caller: &Client,
    code: &str,
    (id, step): &(Value, Step),
    dice: &Dice,
) -> Option<Option<Step>> {
    let mut more = Map::new();
    let mut after = Some(step.clone());
    if dice.below(3) == 0 {
        more.insert("voided".into(), json!(true));
        after = None;
    } else {
        let quarter = 1 + dice.below(1_300);
        more.insert("happened_at".into(), json!(instant(quarter)));
        after.as_mut().unwrap().quarter = quarter;
    }
    more.insert("event".into(), id.clone());
    more.insert("reason".into(), json!("Ghi nhầm"));
    let body = event("corrected", "2022-03-10T10:00:00+07:00", Value::Object(more));
    taken(&caller.post(&format!("/v1/dossiers/{code}/events"), &body).await).map(|_| after)
}

#[actix_web::test]
async fn a_dossier_is_what_its_events_make_of_it_however_they_were_recorded() {
    let app = TestApp::start();
    let caller = app.district().await;
    let prolongations =
        json!([{"ground": "Cần xác minh", "by": {"unit": "working_days", "amount": "5"}, "law": null}]);
    let limit = json!({"unit": "working_days", "amount": "3", "prolongations": prolongations});
    let procedure = json!({
        "name": "Đăng ký kết hôn", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district", "commune"],
        "effective_from": "2021-01-01", "limits": [{"limit": limit}]
    });
    app.root().await.publish(PROCEDURE, &procedure).await;
    app.now("2022-03-10T10:00:00+07:00");
    let dice = Dice::new(20_220_215);
    let (mut out_of_order, mut corrected) = (0, 0);
    for round in 0..60 {
        let registered = dice.below(2) == 0;
        let code = begin(&caller, registered).await;
        let mut left = course(&dice);
        let mut held: Vec<(Value, Step)> = vec![];
        // What is not allowed yet may be later on.
        while let Some(at) = {
            let mut found = None;
            for (at, step) in left.iter().enumerate() {
                if let Some(id) = record(&caller, &code, step).await {
                    out_of_order += usize::from(held.iter().any(|(_, other)| other.quarter > step.quarter));
                    held.push((id, step.clone()));
                    found = Some(at);
                    break;
                }
            }
            found
        } {
            left.remove(at);
        }
        for _ in 0..3 {
            if held.is_empty() {
                break;
            }
            let at = dice.below(held.len());
            if let Some(after) = correct(&caller, &code, &held[at], &dice).await {
                corrected += 1;
                match after {
                    Some(step) => held[at].1 = step,
                    None => drop(held.remove(at)),
                }
            }
        }
        // At the same instant the order of recording counts: the ids are in that order.
        held.sort_by_key(|(id, step)| (step.quarter, id.to_string()));
        let in_order = begin(&caller, registered).await;
        for (_, step) in &held {
            let told: Vec<&str> = held.iter().map(|(_, step)| step.kind).collect();
            assert!(
                record(&caller, &in_order, step).await.is_some(),
                "round {round}: {} of {told:?}",
                step.kind
            );
        }
        let told: Vec<(&str, String)> =
            held.iter().map(|(_, step)| (step.kind, instant(step.quarter))).collect();
        assert_eq!(state(&caller, &code).await, state(&caller, &in_order).await, "round {round}: {told:#?}");
    }
    // Late steps and corrections are links of the chain like any other.
    Verifier::new("retold").database(&app).holds();
    assert!(out_of_order > 50 && corrected > 30, "{out_of_order} out of order, {corrected} corrected");
}
