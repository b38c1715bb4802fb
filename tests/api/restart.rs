//! A restart under load: processes follow each other on one socket, and no request fails.

use crate::harness::personal::DATA_KEY;
use crate::harness::{Client, Service, TestApp, connect, receipt};
use congkhai::domain::vocabulary::{Plan, Scope};
use serde_json::Value;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A client as the standard knows it: it keeps its connection when it may, and sends again what it sent on a kept connection that
/// ended before a single byte of the answer (RFC 9112 section 9.3.1).
struct Caller {
    address: SocketAddr,
    keeps: bool,
    kept: Option<TcpStream>,
}

/// Status and body.
type Answered = (u16, Vec<u8>);

impl Caller {
    fn ask(&mut self, request: &str) -> Result<Answered> {
        if let Some(connection) = self.kept.take() {
            match self.exchange(connection, request) {
                Err(error) if error.kind() == ErrorKind::NotConnected => {}
                answered => return answered,
            }
        }
        let connection = TcpStream::connect(self.address)?;
        connection.set_read_timeout(Some(Duration::from_mins(1)))?;
        self.exchange(connection, request)
    }

    fn exchange(&mut self, mut connection: TcpStream, request: &str) -> Result<Answered> {
        let mut got = vec![];
        let mut part = [0; 16 << 10];
        // Nothing came: the server had closed what was kept.
        let none = |_| Error::from(ErrorKind::NotConnected);
        connection.write_all(request.as_bytes()).map_err(none)?;
        let head = loop {
            let read = connection.read(&mut part);
            let read = if got.is_empty() { read.map_err(none)? } else { read? };
            if read == 0 {
                return Err(
                    if got.is_empty() { ErrorKind::NotConnected } else { ErrorKind::UnexpectedEof }.into()
                );
            }
            got.extend_from_slice(&part[..read]);
            if let Some(end) = got.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&got[..head]).to_lowercase();
        let header = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).map(str::to_owned)
        };
        let length: usize = header("content-length").unwrap().parse().unwrap();
        let status = text[9..12].parse().unwrap();
        let mut body = got[head..].to_vec();
        let more = body.len();
        body.resize(length, 0);
        connection.read_exact(&mut body[more..])?;
        if self.keeps && header("connection").as_deref() != Some("close") {
            self.kept = Some(connection);
        }
        Ok((status, body))
    }
}

/// What the load is told and tells.
#[derive(Default)]
struct Load {
    ends: AtomicBool,
    answered: AtomicUsize,
    received: AtomicUsize,
}

/// Reads and receives without a pause, and says what went wrong first.
fn load(number: usize, address: SocketAddr, key: String, load: Arc<Load>) -> JoinHandle<Option<String>> {
    std::thread::spawn(move || {
        let mut caller = Caller { address, keeps: number.is_multiple_of(2), kept: None };
        let body = receipt("2022-02-15T08:00:00+07:00").to_string();
        for turn in 0.. {
            if load.ends.load(Ordering::SeqCst) {
                return None;
            }
            let head = format!("Host: x\r\nAuthorization: Bearer {key}\r\n");
            let (request, expected) = match turn % 3 {
                0 => ("GET /v1/public/procedures HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), 200),
                1 => (format!("GET /v1/overdue HTTP/1.1\r\n{head}\r\n"), 200),
                _ => {
                    let length = body.len();
                    let write = format!(
                        "Idempotency-Key: {number}-{turn}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
                    );
                    (format!("POST /v1/dossiers HTTP/1.1\r\n{head}{write}\r\n{body}"), 201)
                }
            };
            match caller.ask(&request) {
                Ok((status, _)) if status == expected => {}
                Ok((status, body)) => return Some(format!("{status}: {}", String::from_utf8_lossy(&body))),
                Err(error) => return Some(format!("turn {turn}: {error}")),
            }
            load.answered.fetch_add(1, Ordering::SeqCst);
            load.received.fetch_add(usize::from(expected == 201), Ordering::SeqCst);
        }
        None
    })
}

/// Waits until so many more are answered, or somebody has failed.
fn more(load: &Load, callers: &[JoinHandle<Option<String>>], answers: usize) {
    let wanted = load.answered.load(Ordering::SeqCst) + answers;
    while load.answered.load(Ordering::SeqCst) < wanted && callers.iter().all(|caller| !caller.is_finished())
    {
        std::thread::yield_now();
    }
}

#[actix_web::test]
async fn a_restart_under_load_fails_no_request() {
    let app = TestApp::start();
    let key = app.key_on(Plan::Unmetered, Scope::ALL, &["*"], None).await.reveal();
    let url = app.db.service_url();
    // What systemd holds: it stays open whoever comes and goes.
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let start = move || {
        let arguments = [
            "serve",
            "--database-url",
            &url,
            "--public-rate",
            "0",
            "--workers",
            "2",
            "--public-cache-seconds",
            "0",
            "--data-key",
            DATA_KEY,
        ];
        Service::start_on(&socket, &arguments).unwrap()
    };
    let told = Arc::new(Load::default());
    let answered = Arc::clone(&told);
    let failed = actix_web::web::block(move || {
        let first = start();
        assert_eq!(first.address, address);
        let callers: Vec<_> =
            (0..6).map(|number| load(number, address, key.clone(), Arc::clone(&told))).collect();
        more(&told, &callers, 60);
        // As `systemctl restart` does it: one ends, then the next begins. What comes in between waits.
        assert!(first.terminate().success());
        let second = start();
        more(&told, &callers, 60);
        // And with the next one there before the first ends.
        let third = start();
        more(&told, &callers, 60);
        assert!(second.terminate().success());
        more(&told, &callers, 60);
        told.ends.store(true, Ordering::SeqCst);
        let failed: Vec<String> = callers.into_iter().filter_map(|caller| caller.join().unwrap()).collect();
        assert!(third.terminate().success());
        failed
    });
    assert_eq!(failed.await.unwrap(), Vec::<String>::new());
    let received = i64::try_from(answered.received.load(Ordering::SeqCst)).unwrap();
    assert_eq!(app.count("SELECT count(*) FROM dossiers").await, received, "each receipt is there, and once");
}

#[actix_web::test]
async fn on_the_way_out_all_is_answered_and_no_more_is_asked_for() {
    let app = TestApp::start();
    let key = app.key(Scope::ALL, &["*"], None).await.reveal();
    let url = app.db.service_url();
    let arguments = ["serve", "--database-url", &url, "--drain-seconds", "600", "--data-key", DATA_KEY];
    let mut service = Service::start(&arguments).unwrap();
    let client = Client::new(&format!("http://{}", service.address), Some(key));
    client.get("/health/ready").await.expect(200);
    assert_eq!(client.get("/v1/overdue").await.header("connection"), "");
    // A receipt that is under way for sure: it waits for a lock that is held here.
    let holder = connect(&app.db.url).await;
    holder.batch_execute("BEGIN; LOCK TABLE dossiers IN EXCLUSIVE MODE").await.unwrap();
    let under_way = actix_web::rt::spawn({
        let client = client.clone();
        async move { client.post("/v1/dossiers", &receipt("2022-02-15T08:00:00+07:00")).await }
    });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.count(waits).await == 0 {}

    service.order_to_stop();
    while client.get("/health/ready").await.status == 200 {}
    client.get("/health/ready").await.problem(503, "unavailable");
    client.get("/health/live").await.expect(200);
    let read = client.get("/v1/overdue").await;
    assert_eq!((read.status.as_u16(), read.header("connection")), (200, "close"));
    holder.batch_execute("ROLLBACK").await.unwrap();
    let received = under_way.await.unwrap();
    assert_eq!((received.status.as_u16(), received.header("connection")), (201, "close"));
    let shown: Value = client.get(received.header("location")).await.expect(200);
    assert_eq!(shown["code"], received.json()["code"]);

    // Who does not want to wait sends SIGINT.
    service.interrupt();
    let status = actix_web::web::block(move || service.child.wait().unwrap()).await.unwrap();
    assert!(status.success());
}
