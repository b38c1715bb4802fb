//! Who gets what, for every operation of the API document: no key, a bad one, an expired one, one without the scope,
//! one of another agency, of the parent, of a child. An operation that has no line here fails the test.

mod lines;
mod planted;

use crate::harness::contract::document;
use crate::harness::{Answer, Client, FIRST_VERSION, TestApp, event, receipt};
use crate::openapi::operations;
use actix_web::http::Method;
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What an operation shows to whom.
#[derive(Clone, Copy, PartialEq)]
pub enum Shows {
    /// The same to everybody, key or not.
    Everybody,
    /// The same kind of numbers to everybody, and never a code.
    Numbers,
    /// The same to every key: the catalogue is public.
    EveryKey,
    /// The district's dossier to the district and those above it; to others it is not there.
    TheDossier,
    /// A list that has the district's dossier for the same callers, and neither it nor its number for others.
    AList,
    /// Counts of such a list for the same callers, and none for others.
    ASummary,
    /// A list that has the district for the same callers, and not for others.
    Agencies,
    /// Numbers of the district for the same callers; others may not ask for them.
    TheDistrict,
    /// Changes something of the district; for the same callers only.
    Change,
    /// The same, as items of a batch: others are answered that none was done.
    Batch,
    /// The same, as objects of the national format.
    National,
}

/// An operation as it is tried. `{dossier}` stands for the code of the district's dossier.
pub struct Line {
    pub id: &'static str,
    pub path: &'static str,
    pub body: Option<Value>,
    shows: Shows,
}

fn line(id: &'static str, path: &'static str, shows: Shows) -> Line {
    Line { id, path, body: None, shows }
}

fn change(id: &'static str, path: &'static str, body: Value) -> Line {
    Line { id, path, body: Some(body), shows: Shows::Change }
}

/// Stores nothing, so it changes nothing.
fn calculation() -> Line {
    let limit = json!({"unit": "working_days", "amount": "3"});
    let body = json!({"items": [{"started_at": "2022-02-15T08:00:00+07:00", "limit": limit}]});
    Line { body: Some(body), ..line("calculate_deadlines", "/v1/public/deadlines", Shows::Everybody) }
}

/// A receipt that is the district's alone: no agency below it has part in it.
fn of_the_district(received_at: &str) -> Value {
    let mut body = receipt(received_at);
    body["competent_agency"] = json!("H51.29");
    body["applicant"]["name"] = json!("Zacharias Quang");
    body
}

fn reminder() -> Value {
    json!({"agency": "H51.29", "about": "overdue", "due_on": "2022-02-17"})
}

/// A report of the district on January.
fn report() -> Value {
    json!({"kind": "resolution", "agency": "H51.29", "from": "2022-01-01", "to": "2022-01-31"})
}

/// A review by an agency; by the commune of the district it is no stranger's.
fn review(agency: &str) -> Value {
    let dispatch = json!({"signed_on": "2022-02-10", "issued_by": "UBND"});
    json!({"title": "Rà soát", "dispatch": dispatch, "agencies": [agency], "due_on": "2022-02-15"})
}

fn reminder_rule() -> Value {
    let schedule = json!({"days": ["monday"], "time": "08:00"});
    json!({"agencies": ["H51.29"], "about": "overdue", "schedule": schedule, "due_in": 3})
}

/// Beside the dossier, which is overdue and stale: one that is due soon, one that ended late, one without an answer.
async fn one_for_each_list(root: &Client) {
    root.receive(&of_the_district("2022-02-14T08:00:00+07:00")).await;
    let late = root.receive(&of_the_district("2022-01-10T08:00:00+07:00")).await;
    root.record(&late, &event("withdrawn", "2022-02-14T08:00:00+07:00", json!({}))).await;
    let unanswered = root.receive(&of_the_district("2022-01-10T08:00:00+07:00")).await;
    let asked = json!({"items": ["Bản sao"], "answer_by": "2022-02-14"});
    root.record(&unanswered, &event("supplement_requested", "2022-01-11T08:00:00+07:00", asked)).await;
}

/// How the district is named in a list of agencies.
const DISTRICT: [&str; 4] =
    ["\"code\":\"H51.29\"", "\"agency\":\"H51.29\"", "\"row\":\"H51.29\"", "\"agencies\":[\"H51.29\"]"];

fn names_the_district(text: &str) -> bool {
    DISTRICT.iter().any(|name| text.contains(name))
}

pub struct Stage {
    pub app: TestApp,
    dossier: String,
    job: String,
    reminder: String,
    review: String,
    report: String,
    key: String,
}

impl Stage {
    pub async fn set() -> Self {
        let app = TestApp::start();
        // Before the dossier is recorded: so that there is something to correct.
        let sealed = app.root().await.post("/v1/reports", &report()).await.expect(201);
        let report = sealed["id"].as_str().unwrap().to_owned();
        let dossier = app.root().await.receive(&of_the_district("2022-01-10T08:00:00+07:00")).await;
        one_for_each_list(&app.root().await).await;
        lines::own_procedure(&app.root().await).await;
        let policy =
            json!({"agency": "H51.30", "valid_from": "2022-01-01", "supplement": "shift", "law": "Quy chế"});
        app.root().await.put("/v1/policies/huyen-khac", &policy, None).await.expect(201);
        let table = json!({"days_off": [], "worked_rest_days": []});
        let changed = app.root().await.put("/v1/calendars/H51.30/years/2023", &table, None).await.expect(202);
        let job = changed["id"].as_str().unwrap().to_owned();
        let reminder = app.root().await.post("/v1/reminders", &reminder()).await.expect(201);
        let reminder = reminder["id"].as_str().unwrap().to_owned();
        app.root().await.put("/v1/reminder-rules/cua-huyen", &reminder_rule(), None).await.expect(201);
        let review =
            app.caller(Scope::ALL, &["H51.29"]).await.post("/v1/reviews", &review("H51.29.18")).await;
        let review = review.expect(201)["id"].as_str().unwrap().to_owned();
        app.now("2022-02-15T10:05:00+07:00");
        let key = app.key(&[Scope::Admin], &["H51.29"], None).await.id;
        Self { app, dossier, job, reminder, review, report, key }
    }

    async fn caller(&self, agency: &str) -> Client {
        self.app.caller(Scope::ALL, &[agency]).await
    }

    async fn send(&self, client: &Client, method: &Method, line: &Line, dry_run: bool) -> Answer {
        let mut path = self.fill(line.path);
        if dry_run {
            path.push_str("?dry_run=true");
        }
        let body = line.body.as_ref().map(|body| self.fill(&body.to_string()));
        self.send_as(client, method, line, &path, body).await
    }

    /// A text with the codes and ids that it stands for.
    pub fn fill(&self, text: &str) -> String {
        let known = [
            ("{dossier}", &self.dossier),
            ("{job}", &self.job),
            ("{reminder}", &self.reminder),
            ("{review}", &self.review),
            ("{report}", &self.report),
            ("{key}", &self.key),
        ];
        known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Sends the request of a line with another path and body.
    pub async fn send_as(
        &self,
        client: &Client,
        method: &Method,
        line: &Line,
        path: &str,
        body: Option<String>,
    ) -> Answer {
        let request = client.request(method.clone(), path);
        let request = if line.id == "put_agency" {
            request.insert_header(("If-Match", FIRST_VERSION))
        } else if line.path.contains("1.004875") {
            request.insert_header(("If-Match", "*"))
        } else {
            request
        };
        Answer::of(match body {
            Some(body) => request.content_type("application/json").send_body(body).await.unwrap(),
            None => request.send().await.unwrap(),
        })
        .await
    }

    /// What is stored, counted.
    pub async fn stored(&self) -> i64 {
        let tables = "SELECT (SELECT count(*) FROM audit_log WHERE action NOT LIKE 'key.%') \
                      + (SELECT count(*) FROM dossiers) + (SELECT count(*) FROM dossier_events) \
                      + (SELECT count(*) FROM idempotency_keys) + (SELECT count(*) FROM reminders) + (SELECT sum(version) FROM reviews) \
                      + (SELECT count(*) FROM review_confirmations) \
                      + (SELECT count(*) FROM reports) + (SELECT count(*) FROM report_corrections) \
                      + (SELECT sum(revision) FROM procedures)";
        self.app.count(tables).await
    }
}

/// Every operation of the document with its line. Neither may stand alone.
pub fn proven() -> Vec<(Method, Option<String>, Line)> {
    let document = document();
    let mut lines = lines::lines();
    let proven = operations(&document).into_iter().map(|(name, operation)| {
        let id = operation["operationId"].as_str().unwrap();
        let at = lines.iter().position(|line| line.id == id);
        let line =
            lines.swap_remove(at.unwrap_or_else(|| panic!("{id} has no line: who gets what from it?")));
        let method = name.split(' ').next().unwrap().to_uppercase().parse().unwrap();
        let scope = operation["security"][0]["key"][0].as_str().map(ToOwned::to_owned);
        (method, scope, line)
    });
    let proven: Vec<_> = proven.collect();
    let left: Vec<_> = lines.iter().map(|line| line.id).collect();
    assert!(left.is_empty(), "no longer in the document: {left:?}");
    proven
}

#[actix_web::test]
async fn without_a_good_key_nothing_keyed_is_shown_or_changed() {
    let stage = Stage::set().await;
    let app = &stage.app;
    let expired = app.key(Scope::ALL, &["*"], Some("2022-02-15T09:59:59+07:00".parse().unwrap())).await;
    let good = app.key(Scope::ALL, &["*"], None).await.reveal();
    let bad = format!("{}{}", &good[..good.len() - 4], "0000");
    let before = stage.stored().await;
    for (method, scope, line) in proven() {
        let nobody = app.nobody();
        let public = stage.send(&nobody, &method, &line, false).await;
        for client in [nobody.clone(), nobody.with_key(&bad), nobody.with_key(&expired.reveal())] {
            let answer = stage.send(&client, &method, &line, false).await;
            if scope.is_some() {
                answer.problem(401, "unauthorized");
                assert!(!answer.text().contains(&stage.dossier), "{}", line.id);
            } else {
                assert!(matches!(line.shows, Shows::Everybody | Shows::Numbers), "{}", line.id);
                let same = answer.body == public.body || line.shows == Shows::Numbers;
                assert!(answer.status == 200 && same, "{}", line.id);
            }
            assert!(!answer.text().contains("Zacharias"), "{}", line.id);
        }
    }
    assert_eq!(stage.stored().await, before);
}

#[actix_web::test]
async fn each_scope_is_needed_and_no_other() {
    let stage = Stage::set().await;
    let before = stage.stored().await;
    let mut asked = HashSet::new();
    for (method, scope, line) in proven() {
        let Some(scope) = scope.filter(|scope| scope != "catalogue:read") else { continue };
        let needed: Scope = scope.parse().unwrap();
        let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|other| *other != needed).collect();
        let without = stage.app.caller(&others, &["*"]).await;
        let refused = stage.send(&without, &method, &line, false).await;
        refused.problem(403, "insufficient_scope");
        assert!(refused.header("www-authenticate").contains(&format!("scope=\"{scope}\"")), "{}", line.id);
        assert_eq!(stage.stored().await, before, "{}", line.id);
        let alone = stage.app.caller(&[needed], &["*"]).await;
        let allowed = stage.send(&alone, &method, &line, line.body.is_some()).await;
        assert!(allowed.status.is_success(), "{}: {}", line.id, allowed.text());
        asked.insert(scope);
    }
    assert!(asked.len() >= 4, "{asked:?}");
}

#[actix_web::test]
async fn other_agencies_learn_nothing() {
    let stage = Stage::set().await;
    let before = stage.stored().await;
    let (own, parent) = (stage.caller("H51.29").await, stage.caller("H51").await);
    let strangers =
        [("H51.30", stage.caller("H51.30").await), ("H51.29.05", stage.caller("H51.29.05").await)];
    for (method, _, line) in proven() {
        let id = line.id;
        for insider in [&own, &parent] {
            let tries = matches!(line.shows, Shows::Change | Shows::Batch | Shows::National);
            let answer = stage.send(insider, &method, &line, tries).await;
            assert!(answer.status.is_success(), "{id}: {}", answer.text());
            match line.shows {
                Shows::AList => assert_eq!(answer.json()["total"], 1, "{id}"),
                Shows::ASummary => assert_eq!(answer.json()["total"]["count"], 1, "{id}"),
                Shows::Batch => assert_eq!(answer.json()["summary"]["created"], 2, "{id}: {}", answer.text()),
                Shows::National => {
                    assert_eq!(answer.json()["data"][0]["error_code"], 0, "{id}: {}", answer.text());
                }
                _ => {}
            }
            let has_it = names_the_district(&answer.text());
            assert!(line.shows != Shows::Agencies || has_it, "{id}: {}", answer.text());
        }
        for (agency, stranger) in &strangers {
            let answer = stage.send(stranger, &method, &line, false).await;
            let text = answer.text();
            match line.shows {
                Shows::Everybody | Shows::EveryKey => {
                    assert_eq!(
                        answer.body,
                        stage.send(&own, &method, &line, false).await.body,
                        "{id} {agency}"
                    );
                }
                Shows::Numbers => assert!(answer.status == 200),
                Shows::TheDossier => {
                    answer.problem(404, "not_found");
                }
                Shows::AList => {
                    assert_eq!(
                        answer.expect(200),
                        json!({"items": [], "next_cursor": null, "total": 0}),
                        "{id}"
                    );
                }
                Shows::ASummary => {
                    let shown = answer.expect(200);
                    assert_eq!(
                        (&shown["items"], &shown["total"]["open"]),
                        (&json!([]), &json!(0)),
                        "{id} {agency}"
                    );
                }
                Shows::Agencies => {
                    assert!(answer.status == 200 && !names_the_district(&text), "{id} {agency}: {text}");
                }
                Shows::TheDistrict => {
                    answer.problem(403, "agency_out_of_scope");
                }
                Shows::Change => {
                    let refused = matches!(answer.status.as_u16(), 403 | 404);
                    assert!(refused, "{id} {agency}: {text}");
                }
                Shows::National => {
                    let refused = answer.expect(200)["data"][0]["error_code"].as_u64();
                    assert!(matches!(refused, Some(403 | 404)), "{id} {agency}: {text}");
                }
                Shows::Batch => {
                    let none = json!({"created": 0, "unchanged": 0, "rejected": 2});
                    assert_eq!(answer.expect(200)["summary"], none, "{id} {agency}");
                }
            }
            if !matches!(line.shows, Shows::Everybody | Shows::EveryKey) {
                assert!(
                    !text.contains(&stage.dossier) && !text.contains("Zacharias"),
                    "{id} {agency}: {text}"
                );
            }
        }
    }
    assert_eq!(stage.stored().await, before);
}
