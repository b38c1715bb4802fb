//! The service as a process: it survives `kill -9`, ends on SIGTERM, and its log tells no secrets.

use crate::harness::{Client, Service, connect, directory, receipt, run};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The postmaster of the embedded cluster in a data directory.
pub fn postmaster(data: &Path) -> Option<i32> {
    let pid = std::fs::read_to_string(data.join("postgres/data/postmaster.pid")).ok()?;
    pid.lines().next()?.trim().parse().ok()
}

pub fn kill_9(pid: i32) {
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
}

/// A caller with a new key for everything.
pub fn caller(service: &Service, data: &Path) -> Client {
    let made =
        run(&["keys", "--data-dir", text(data), "create", "--name", "x", "--all-scopes", "--all-agencies"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    Client::new(&format!("http://{}", service.address), Some(key))
}

/// Agencies and a procedure, as an operator would put them.
pub async fn fill(client: &Client) {
    for (code, level, parent) in [("H51.29", "district", None), ("H51.29.05", "district", Some("H51.29"))] {
        let body = json!({"name": code, "level": level, "parent": parent, "valid_from": "2020-01-01"});
        client.put(&format!("/v1/agencies/{code}"), &body, None).await.expect(201);
    }
    let limits = json!([{"limit": {"unit": "working_days", "amount": "3"}}]);
    let body = json!({
        "name": "Xác nhận tình trạng hôn nhân", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["district"],
        "effective_from": "2021-01-01", "limits": limits
    });
    client.publish("1.004873", &body).await;
}

#[actix_web::test]
async fn what_was_acknowledged_survives_every_kill() {
    let place = directory("kill");
    let data = place.path();
    let arguments = ["serve", "--data-dir", text(data)];
    let service = Service::start(&arguments).unwrap();
    let mut client = caller(&service, data);
    fill(&client).await;
    let mut codes = vec![client.receive(&receipt("2022-02-15T08:00:00+07:00")).await];

    // The service, then PostgreSQL, then both at once.
    service.kill();
    let service = Service::start(&arguments).unwrap();
    client = client.at(service.address);
    codes.push(client.receive(&receipt("2022-02-15T08:00:00+07:00")).await);

    let mut service = service;
    kill_9(postmaster(data).unwrap());
    let status = ended(&mut service);
    assert!(!status.success(), "a service without its database ends, so that its supervisor starts it again");
    let service = Service::start(&arguments).unwrap();
    client = client.at(service.address);
    codes.push(client.receive(&receipt("2022-02-15T08:00:00+07:00")).await);

    kill_9(postmaster(data).unwrap());
    service.kill();
    let service = Service::start(&arguments).unwrap();
    client = client.at(service.address);
    codes.push(client.receive(&receipt("2022-02-15T08:00:00+07:00")).await);

    assert_eq!(codes.len(), codes.iter().collect::<std::collections::HashSet<_>>().len());
    for code in &codes {
        client.get(&format!("/v1/dossiers/{code}")).await.expect(200);
    }
    let total = client.get("/v1/dossiers?count=exact").await.expect(200)["total"].clone();
    assert_eq!(total, codes.len(), "each once");
    // One key for all of it, made at the first start, which commands find beside the service.
    let mode = std::fs::metadata(data.join("data.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let rotated = run(&["data-key", "--data-dir", text(data), "rotate"]);
    let said = String::from_utf8(rotated.stdout).unwrap();
    assert!(rotated.status.success() && said.contains("encrypted 0 rows"), "{said}");
    assert!(service.terminate().success());
}

pub fn ended(service: &mut Service) -> std::process::ExitStatus {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(status) = service.child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < until, "it goes on without its database");
        std::thread::yield_now();
    }
}

/// Kills what runs in a directory: postgres, or the initdb that makes it.
fn kill_postgres(data: &Path) {
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(data)) {
            kill_9(pid);
        }
    }
}

/// Killed at some moment of the very first start: of initdb, of the migrations, or after.
#[test]
fn a_kill_during_the_first_start_is_repaired_by_the_next() {
    let place = directory("first");
    for moment in [30, 350, 700, 850] {
        for (who, service_too, postgres_too) in
            [("service", true, false), ("postgres", false, true), ("both", true, true)]
        {
            let data = place.path().join(format!("{who}-{moment}"));
            let mut first = Service::spawn(&["serve", "--data-dir", text(&data)]);
            // The moment is the test's input, not a wait for something.
            std::thread::sleep(Duration::from_millis(moment));
            if postgres_too {
                kill_postgres(&data);
            }
            let log = first.stderr.take();
            std::thread::spawn(move || log.map(std::io::read_to_string));
            // A service that lost its database ends by itself; one that had none yet goes on, and is killed too.
            let until = Instant::now() + Duration::from_secs(if service_too { 0 } else { 5 });
            while Instant::now() < until && first.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
            first.kill().unwrap();
            first.wait().unwrap();
            let service = Service::start(&["serve", "--data-dir", text(&data)]);
            let service = service.unwrap_or_else(|log| panic!("{who} killed after {moment} ms: {log}"));
            assert!(service.terminate().success());
        }
    }
}

#[actix_web::test]
async fn sigterm_lets_requests_finish_and_stops_postgres() {
    let place = directory("term");
    let data = place.path();
    let mut service = Service::start(&["serve", "--data-dir", text(data)]).unwrap();
    let client = caller(&service, data);
    fill(&client).await;
    // Receipts that are under way for sure: they wait for a lock that is held here.
    let root = data.join("postgres");
    let holder = connect(&congkhai::db::embedded::running_url(&root, "congkhai").unwrap()).await;
    let watcher = connect(&congkhai::db::embedded::running_url(&root, "congkhai").unwrap()).await;
    holder.batch_execute("BEGIN; LOCK TABLE dossiers IN EXCLUSIVE MODE").await.unwrap();
    let body = receipt("2022-02-15T08:00:00+07:00");
    let answers = futures_util::future::join_all((0..8).map(|_| client.post("/v1/dossiers", &body)));
    let pid = postmaster(data).unwrap();
    let stop = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE application_name = 'congkhai-writer' AND wait_event_type = 'Lock'";
        while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < 8 {}
        service.order_to_stop();
        holder.batch_execute("ROLLBACK").await.unwrap();
        drop((holder, watcher));
        actix_web::rt::task::spawn_blocking(move || service.child.wait().unwrap()).await.unwrap()
    };
    let (answers, status) = futures_util::future::join(answers, stop).await;
    assert!(status.success());
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 201), "no request under way was lost");
    let gone = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None).is_err();
    assert!(gone && postmaster(data).is_none(), "postgres was stopped in order");
}

#[test]
fn a_second_service_on_the_same_directory_is_told_so() {
    let place = directory("second");
    let arguments = ["serve", "--data-dir", text(place.path())];
    let service = Service::start(&arguments).unwrap();
    let refused = Service::start(&arguments).err().expect("the directory is taken");
    assert_eq!(refused.trim().lines().count(), 1, "{refused}");
    assert!(refused.contains("in use") || refused.contains("uses"), "{refused}");
    assert!(service.terminate().success(), "the first one is not disturbed");
}

#[actix_web::test]
async fn the_log_is_json_when_asked_and_tells_no_secrets() {
    let place = directory("log");
    let data = place.path();
    // At the most talkative level: libraries that show the values of queries must be silent even then.
    let mut child =
        Service::spawn_with(&["--log-format", "json", "serve", "--data-dir", text(data)], "trace");
    let log = std::io::BufReader::new(child.stderr.take().unwrap());
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        use std::io::BufRead;
        log.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)).ok();
    });
    let mut seen: Vec<serde_json::Value> = vec![];
    let address = loop {
        let line = lines.recv_timeout(Duration::from_mins(1)).unwrap();
        seen.push(serde_json::from_str(&line).unwrap());
        let message = seen.last().unwrap()["message"].as_str().unwrap();
        if let Some((_, rest)) = message.split_once("listening on http://") {
            break rest.split(',').next().unwrap().parse().unwrap();
        }
    };
    let service = Service { child, address };
    let client = caller(&service, data);
    fill(&client).await;
    let code = client.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    client.get_with(&format!("/v1/dossiers/{code}?q=094081234567"), ("X-Request-Id", "mine")).await;
    assert!(service.terminate().success());
    let rest: Vec<String> = lines.iter().filter(|line| !line.contains("\"target\":\"actix")).collect();
    let all = rest.join("\n");
    for secret in ["ck_", "Nguyễn", "094081234567", "0912345678", "Bearer", "tokio_postgres"] {
        assert!(!all.contains(secret), "the log shows {secret}");
    }
    let lines = rest.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let request =
        lines.into_iter().find(|line| line["request_id"] == "mine").expect("each line has its request id");
    assert!(request["message"].as_str().unwrap().starts_with("GET /v1/dossiers/{code} 400"), "{request}");
}
