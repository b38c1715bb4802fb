//! The demonstration: one command, a believable district, and stated numbers.

use crate::harness::{Answer, Client, Directory, directory, spawn};
use actix_web::http::Method;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::Child;

/// A running demonstration and what it printed.
struct Demo {
    child: Child,
    printed: String,
}

impl Demo {
    fn start(place: &Directory, more: &[&str]) -> Self {
        let data = place.path().to_str().unwrap();
        let arguments = [&["demo", "--data-dir", data, "--bind", "127.0.0.1:0"], more].concat();
        let mut child = spawn(&arguments);
        let mut printed = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            printed = format!("{printed}{line}\n");
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        Self { child, printed }
    }

    /// What stands behind a title.
    fn value(&self, title: &str) -> &str {
        let line = self.printed.lines().find(|line| line.starts_with(title));
        line.unwrap_or_else(|| panic!("no {title}: {}", self.printed))[title.len()..].trim()
    }

    fn client(&self) -> Client {
        Client::new(self.value("Address"), Some(self.value("Demo key").to_owned()))
    }

    fn stop(mut self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

const STATES: &str = "
  received    in_time 60, due_soon 40, overdue 25, no_deadline 5
  processing  in_time 190, due_soon 90, overdue 115, no_deadline 10
  completed   no_deadline 5, early 60, on_time 70, late 30
  returned    no_deadline 10, early 1150, on_time 960, late 180
";

#[actix_web::test]
async fn it_starts_with_the_stated_numbers_and_three_lines_that_work() {
    let place = directory("demo");
    let demo = Demo::start(&place, &[]);
    assert!(
        demo.printed.contains("3000 dossiers, with the clock at 2022-02-15T10:00:00"),
        "{}",
        demo.printed
    );
    assert!(demo.printed.contains(STATES), "{}", demo.printed);
    assert!(demo.value("Documents").ends_with("/docs"));

    let base = demo.value("Address").to_owned();
    let lines: Vec<&str> = demo.printed.lines().filter(|line| line.trim().starts_with("curl ")).collect();
    assert_eq!(lines.len(), 3);
    let mut answers = vec![];
    for line in lines {
        let path = line.split(&base).nth(1).unwrap().split(['\'', ' ']).next().unwrap();
        let caller =
            if line.contains(demo.value("Demo key")) { demo.client() } else { Client::new(&base, None) };
        answers.push(Answer::of(caller.request(Method::GET, path).send().await.unwrap()).await);
    }
    assert_eq!(answers[0].expect(200)["timing"]["state"], "overdue");
    assert_eq!(
        (&answers[1].expect(200)["total"], answers[1].json()["items"].as_array().unwrap().len()),
        (&Value::from(140), 5)
    );
    assert_eq!(answers[2].text().lines().count(), 141);

    // Back-dated in the record too, and some of it recorded days after it happened.
    let dossiers = demo.client().get("/v1/dossiers?limit=200&timing=late&sort=received_at").await.expect(200);
    let items = dossiers["items"].as_array().unwrap();
    assert!(items.iter().all(|d| d["last_recorded_at"].as_str().unwrap() < "2022-02-15T10:00:00"));
    assert!(items[0]["received_at"].as_str().unwrap().starts_with("2021-12"));
    assert!(items.iter().any(|d| d["closing"]["days_late"].as_i64() > d["timing"]["days_late"].as_i64()));
    let sample = demo.client().get("/v1/procedures?count=exact&limit=200").await.expect(200);
    assert!(sample["items"].as_array().unwrap().iter().all(|p| p["sample"] == true));

    // A second start finds everything, with a new key for the old one.
    let reviews = demo.client().get("/v1/reviews").await.expect(200);
    let review = format!("/v1/reviews/{}", reviews["items"][0]["id"].as_str().unwrap());
    let totals = demo.client().get(&review).await.expect(200)["totals"].clone();
    let said = ["current", "needs_update", "to_be_abolished"].map(|name| totals[name].as_i64().unwrap());
    assert_eq!((said, &totals["late"]), ([12, 2, 1], &Value::from(0)), "its last day is not over");
    // Every state of disclosure that there can be, most of it good, and nobody who owes what another office does.
    let compliance = demo.client().get("/v1/compliance?limit=200").await.expect(200);
    let rows = compliance["items"].as_array().unwrap();
    let sum = |name: &str| rows.iter().map(|row| row[name].as_i64().unwrap()).sum::<i64>();
    for state in ["missing", "outdated", "stale", "late", "current"] {
        assert!(sum(state) > 0, "{state}: {compliance}");
    }
    assert!(sum("current") * 3 > sum("in_force") * 2, "{compliance}");
    let of = |code: &str| rows.iter().find(|row| row["agency"]["code"] == code).unwrap()["in_force"].clone();
    assert_eq!(
        (of("H51.29.12"), of("H51.29.07")),
        (Value::from(0), Value::from(3)),
        "health and construction"
    );
    let old = demo.client();
    demo.stop();
    let again = Demo::start(&place, &["--now", "real"]);
    assert!(!again.printed.contains("Loading"));
    assert!(!again.printed.contains("clock at 2022"), "the clock of the machine: {}", again.printed);
    assert_eq!(again.client().get("/v1/dossiers?limit=1&count=exact").await.expect(200)["total"], 3_000);
    let (_, address) = again.value("Address").split_once("//").unwrap();
    old.at(address.parse().unwrap()).get("/v1/overdue").await.problem(401, "unauthorized");
    again.stop();
}
