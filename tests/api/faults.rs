//! Faults while many write: the service and PostgreSQL are killed again and again, and every write that was acknowledged
//! is there exactly once.

use crate::harness::{Client, Dice, Service, connect, directory, event, receipt, run};
use crate::server::{caller, ended, fill, kill_9, postmaster, text};
use actix_web::http::Method;
use congkhai::db::embedded::running_url;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::net::SocketAddr;
use tokio::sync::Notify;

const WRITERS: usize = 32;
const KILLS: u64 = 30;

/// What writers and the killer share.
struct Shared {
    client: Client,
    address: Cell<SocketAddr>,
    acknowledged: Cell<u64>,
    one_more: Notify,
    is_over: Cell<bool>,
    codes: RefCell<Vec<String>>,
    events: RefCell<Vec<String>>,
}

impl Shared {
    /// Sends a write until it is acknowledged, always under the same key.
    async fn insist(&self, path: &str, body: &Value, key: &str) -> Value {
        loop {
            let request = self.client.at(self.address.get()).request(Method::POST, path);
            let sent = request.insert_header(("Idempotency-Key", key)).send_json(body).await;
            let Ok(mut response) = sent else { continue };
            // An answer that was cut short says nothing.
            let Ok(bytes) = response.body().await else { continue };
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            match response.status().as_u16() {
                201 => {
                    self.acknowledged.set(self.acknowledged.get() + 1);
                    self.one_more.notify_one();
                    return answer;
                }
                503 => {}
                409 if answer["code"] == "idempotency_key_in_use" => {}
                status => panic!("{path} answered {status}: {answer}"),
            }
        }
    }

    /// Takes dossiers from receipt to return, one after the other.
    async fn write(&self, writer: usize) {
        for n in 0.. {
            if self.is_over.get() {
                break;
            }
            let key = |step: &str| format!("{writer}-{n}-{step}");
            let body = receipt("2022-02-15T08:00:00+07:00");
            let received = self.insist("/v1/dossiers", &body, &key("received")).await;
            let code = received["code"].as_str().unwrap().to_owned();
            self.codes.borrow_mut().push(code.clone());
            for (minute, kind, more) in [
                (10, "forwarded", json!({"to_agency": "H51.29.05"})),
                (20, "noted", json!({"public_note": "Đang thẩm tra"})),
                (30, "completed", json!({"result": {"outcome": "granted"}})),
                (40, "returned", json!({})),
            ] {
                let body = event(kind, &format!("2022-02-15T09:{minute}:00+07:00"), more);
                let path = format!("/v1/dossiers/{code}/events");
                let recorded = self.insist(&path, &body, &key(kind)).await;
                self.events.borrow_mut().push(recorded["id"].as_str().unwrap().to_owned());
            }
        }
    }
}

#[actix_web::test]
async fn every_acknowledged_write_is_there_once_after_thirty_kills() {
    let place = directory("faults");
    let data = place.path();
    let arguments = ["serve", "--data-dir", text(data)];
    let mut service = Service::start(&arguments).unwrap();
    let client = caller(&service, data);
    fill(&client).await;
    let shared = Shared {
        client,
        address: Cell::new(service.address),
        acknowledged: Cell::new(0),
        one_more: Notify::new(),
        is_over: Cell::new(false),
        codes: RefCell::default(),
        events: RefCell::default(),
    };
    let kill = async {
        let dice = Dice::new(2022);
        for kill in 0..KILLS {
            let until = shared.acknowledged.get() + 1 + dice.below(60) as u64;
            while shared.acknowledged.get() < until {
                shared.one_more.notified().await;
            }
            // Anywhere between two acknowledgements.
            for _ in 0..dice.below(40) {
                tokio::task::yield_now().await;
            }
            // The writers stand still from here to the restart, with their requests on the way.
            match kill % 3 {
                0 => {}
                1 => {
                    kill_9(postmaster(data).unwrap());
                    assert!(!ended(&mut service).success());
                }
                _ => kill_9(postmaster(data).unwrap()),
            }
            service.kill();
            service = Service::start(&arguments).unwrap();
            shared.address.set(service.address);
        }
        shared.is_over.set(true);
        service
    };
    let (service, _) = join(kill, join_all((0..WRITERS).map(|writer| shared.write(writer)))).await;

    let (codes, events) = (shared.codes.take(), shared.events.take());
    assert!(codes.len() >= WRITERS && events.len() == 4 * codes.len());
    let database = connect(&running_url(&data.join("postgres"), "congkhai").unwrap()).await;
    let column = async |query: &str| -> Vec<String> {
        database.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let stored = column("SELECT code FROM dossiers").await;
    assert_eq!(stored.len(), codes.len());
    assert_eq!(HashSet::<&String>::from_iter(&stored), HashSet::from_iter(&codes), "each receipt once");
    let stored = column("SELECT id::text FROM dossier_events WHERE kind <> 'received'").await;
    assert_eq!(stored.len(), events.len());
    assert_eq!(HashSet::<&String>::from_iter(&stored), HashSet::from_iter(&events), "each event once");
    let whole = "SELECT d.code FROM dossiers d JOIN dossier_events e ON e.dossier_id = d.id
        GROUP BY d.id HAVING d.version = 5 AND count(*) = 5 AND max(e.seq) = 5 AND d.status = 'returned'";
    assert_eq!(column(whole).await.len(), codes.len(), "the state is that of the events");
    let audited = column("SELECT id::text FROM audit_log WHERE action LIKE 'dossier.%'").await;
    assert_eq!(audited.len(), codes.len() + events.len(), "each write is audited once");
    let key = run(&["signing-key", "public", "--data-dir", text(data)]);
    let public = data.join("public.pem");
    std::fs::write(&public, key.stdout).unwrap();
    let verified = run(&["verify", "--data-dir", text(data), "--public-key", text(&public)]);
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(said.ends_with("no fault\n"), "every chain is whole: {said}");
    assert!(service.terminate().success());
}
