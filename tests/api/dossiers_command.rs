//! `congkhai import dossiers`, run against a running service.

use crate::harness::{Client, Directory, TestApp, directory, receipt, run_with};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};

struct Stage {
    app: TestApp,
    root: Client,
    key: String,
    files: Directory,
}

impl Stage {
    async fn set(name: &str) -> Self {
        let app = TestApp::start();
        app.now("2022-06-01T10:00:00+07:00");
        let (root, key) = (app.root().await, app.key(&[Scope::DossiersWrite], &["*"], None).await.reveal());
        Self { app, root, key, files: directory(name) }
    }

    fn path(&self, name: &str) -> String {
        self.files.path().join(name).to_str().unwrap().to_owned()
    }

    /// Imports a file that holds a text: what it prints, what it says in the end, and its status.
    async fn import(&self, name: &str, text: &str, more: &[&str]) -> (String, String, Option<i32>) {
        std::fs::write(self.path(name), text).unwrap();
        let file = self.path(name);
        let arguments = [&["import", "dossiers", file.as_str()], more].concat();
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        let (url, key) = (self.app.base.clone(), self.key.clone());
        let run = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run_with(&arguments, &[("CONGKHAI_URL", &url), ("CONGKHAI_KEY", &key)])
        };
        let output = actix_web::web::block(run).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr), output.status.code())
    }

    async fn dossiers(&self) -> i64 {
        self.app.count("SELECT count(*) FROM dossiers").await
    }
}

fn received(number: u32) -> Value {
    let mut item = receipt("2022-02-15T08:00:00+07:00");
    (item["op"], item["origin"]) = (json!("receive"), json!("import"));
    item["code"] = json!(format!("H51.29-220215-{number:04}"));
    item
}

fn completed(number: u32) -> Value {
    json!({
        "op": "event", "dossier": format!("H51.29-220215-{number:04}"), "ref": "x", "kind": "completed", "origin": "import",
        "occurred_at": "2022-02-16T08:00:00+07:00", "result": {"outcome": "granted"},
    })
}

fn lines(items: &[Value]) -> String {
    items.iter().map(Value::to_string).collect::<Vec<_>>().join("\n") + "\n"
}

#[actix_web::test]
async fn lines_are_items_and_what_is_rejected_can_be_mended_and_imported() {
    let stage = Stage::set("dossiers-lines").await;
    let mut bad = received(2);
    bad["procedure"] = json!("9.999999");
    let mut text = lines(&[received(1), bad, completed(1), completed(2)]);
    text.push_str("{\"op\": \n\n");
    let rejects = stage.path("rejects.ndjson");
    let with_rejects = ["--rejects", &rejects];
    let (told, _, status) = stage.import("a.ndjson", &text, &["--dry-run"]).await;
    assert_eq!((told.lines().count(), status), (3, Some(1)), "{told}");
    assert_eq!(stage.dossiers().await, 0, "only tried");
    let (told, said, status) = stage.import("a.ndjson", &text, &with_rejects).await;
    assert_eq!(status, Some(1), "{said}");
    let told: Vec<&str> = told.lines().collect();
    assert_eq!(told[0], "2\treceive: unknown_procedure: /procedure: no procedure has the code 9.999999");
    assert!(
        told[1].starts_with("4\tcompleted: not_found: ") && told[2].starts_with("5\tis no JSON object: "),
        "{told:?}"
    );
    assert!(said.starts_with("2 created, 3 rejected\n"), "{said}");

    let rejected = std::fs::read_to_string(&rejects).unwrap();
    let mended = rejected.replace("9.999999", "1.004873");
    let mended = mended.lines().take(2).collect::<Vec<_>>().join("\n");
    let (told, said, status) = stage.import("b.ndjson", &mended, &[]).await;
    assert_eq!((told.as_str(), status), ("", Some(0)), "{said}");
    assert!(said.starts_with("2 created\n"), "{said}");
    let (_, said, status) = stage.import("b.ndjson", &mended, &with_rejects).await;
    assert!(said.starts_with("2 unchanged\n") && status == Some(0), "{said}");
    assert_eq!(std::fs::read_to_string(&rejects).unwrap(), "");
    let dossier = stage.root.get("/v1/dossiers/H51.29-220215-0002").await.expect(200);
    assert_eq!(dossier["status"], "completed");
}

/// Many more than a batch holds, whose events come long after their receipts.
#[actix_web::test]
async fn a_long_file_is_sent_in_parts() {
    let stage = Stage::set("dossiers-long").await;
    let items: Vec<Value> = (1..=1_100).map(received).chain([completed(1), completed(9_999)]).collect();
    let (told, said, status) = stage.import("a.ndjson", &lines(&items), &["--dry-run"]).await;
    assert_eq!(status, Some(1));
    assert!(told.starts_with("1102\tcompleted: not_found"), "{told}");
    assert!(
        said.starts_with("nothing was stored; it would be: 1100 created, 1 not judged, 1 rejected\n"),
        "{said}"
    );
    assert_eq!(stage.dossiers().await, 0);
    let (_, said, _) = stage.import("a.ndjson", &lines(&items), &["--from-line", "1100"]).await;
    assert!(said.starts_with("1 created, 2 rejected\n"), "what stands before is spared: {said}");
    let (_, said, _) = stage.import("a.ndjson", &lines(&items), &[]).await;
    assert!(said.starts_with("1100 created, 1 rejected, 1 unchanged\n"), "{said}");
}

#[actix_web::test]
async fn a_row_of_csv_is_a_dossier() {
    let stage = Stage::set("dossiers-csv").await;
    let header = "\u{feff}code,procedure,channel,receiving_agency,competent_agency,received_at,applicant_name,summary,completed_at,returned_at,end_recorded_at";
    let row = |number: u32, procedure: &str| {
        format!(
            "H51.29-220215-{number:04},{procedure},in_person,H51.29,H51.29.05,2022-02-15T08:00:00+07:00,\"Nguyễn Văn An\",\"Một, hai\ndòng\",\
             2022-02-16T08:00:00+07:00,2022-02-16T09:00:00+07:00,2022-02-16T09:05:00+07:00"
        )
    };
    let text = format!("{header}\r\n{}\r\n{}\r\nshort\r\n", row(1, "1.004873"), row(2, "9.999999"));
    let rejects = stage.path("rejects.csv");
    let (told, said, status) = stage.import("a.csv", &text, &["--rejects", &rejects]).await;
    assert_eq!(status, Some(1), "{said}");
    assert!(said.starts_with("3 created, 4 rejected\n"), "{said}");
    let told: Vec<&str> = told.lines().collect();
    assert!(
        told[0].starts_with("3\treceive: unknown_procedure") && told[1].starts_with("4\thas 1 cells"),
        "{told:?}"
    );
    let closing = stage.root.get("/v1/dossiers/H51.29-220215-0001").await.expect(200)["closing"].clone();
    assert_eq!(
        (&closing["state"], &closing["recorded_at"]),
        (&json!("in_time"), &json!("2022-02-16T09:05:00+07:00"))
    );
    let rejected = std::fs::read_to_string(&rejects).unwrap();
    assert!(rejected.contains("reason\r\n") && rejected.contains("unknown_procedure"), "{rejected}");
    let mended = rejected.replacen("9.999999", "1.004873", 1);
    let mended = mended.lines().take(3).collect::<Vec<_>>().join("\n");
    let (_, said, status) = stage.import("b.csv", &mended, &[]).await;
    assert!(said.starts_with("3 created\n") && status == Some(0), "{said}");
    for (text, why) in [
        ("code\n", "has no column procedure"),
        (&format!("{header},colour\n"), "the column colour is not known"),
    ] {
        let (_, said, status) = stage.import("c.csv", text, &[]).await;
        assert!(said.contains(why) && status == Some(1), "{said}");
    }
}
