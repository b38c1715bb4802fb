//! `congkhai overdue`, run as scripts and people run it, against a running service.

use crate::harness::{Client, TestApp, event, receipt, run_on_terminal, run_with};
use congkhai::domain::vocabulary::Scope;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The one line of an error, which ends with status 1 and prints nothing else.
fn error(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{said}");
    assert!(said.starts_with("congkhai: ") && said.lines().count() == 1, "{said}");
    said
}

struct Stage {
    app: TestApp,
    root: Client,
    key: String,
}

impl Stage {
    /// Two overdue dossiers of the office and one of the commune.
    async fn set() -> Self {
        let app = TestApp::start();
        let root = app.root().await;
        for (received, office) in [("01-10", "H51.29.05"), ("02-08", "H51.29.05"), ("02-07", "H51.29.18")] {
            let mut body = receipt(&format!("2022-{received}T08:00:00+07:00"));
            body["competent_agency"] = json!(office);
            let code = root.receive(&body).await;
            let to = json!({"to_agency": office, "to_officer": "Nguyễn Thị \"Ánh\""});
            root.record(&code, &event("forwarded", &format!("2022-{received}T09:00:00+07:00"), to)).await;
        }
        let key = app.key(&[Scope::DossiersRead], &["H51.29"], None).await.reveal();
        Self { app, root, key }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let variables = [("CONGKHAI_URL", self.app.base.as_str()), ("CONGKHAI_KEY", self.key.as_str())];
        run_with(&[&["overdue"], arguments].concat(), &variables)
    }
}

#[actix_web::test]
async fn a_table_when_piped_is_plain_and_the_status_says_that_something_is_overdue() {
    let stage = Stage::set().await;
    let output = stage.run(&["--agency", "H51.29", "--format", "table"]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(3), ""));
    let table = text(&output.stdout);
    assert_eq!(
        table,
        "\
LATE  DUE         CODE                HOLDER                       PROCEDURE
  18  2022-01-13  H51.29-220110-0001  H51.29.05, Nguyễn Thị \"Ánh\"  Cấp Giấy xác nhận tình trạng hôn nhân
   3  2022-02-10  H51.29-220207-0001  H51.29.18, Nguyễn Thị \"Ánh\"  Cấp Giấy xác nhận tình trạng hôn nhân
   2  2022-02-11  H51.29-220208-0001  H51.29.05, Nguyễn Thị \"Ánh\"  Cấp Giấy xác nhận tình trạng hôn nhân
"
    );
    assert_eq!(text(&stage.run(&[]).stdout), table, "all that the key sees, as a table");
    let one = text(&stage.run(&["--agency", "H51.29.18"]).stdout);
    assert_eq!(one.lines().count(), 2, "{one}");
    let both = text(&stage.run(&["--agency", "H51.29.18", "--agency", "H51.29.05"]).stdout);
    assert_eq!(both, table);
}

#[actix_web::test]
async fn csv_is_that_of_the_service() {
    let stage = Stage::set().await;
    let output = stage.run(&["--agency", "H51.29.05", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(3));
    let csv = stage.root.get("/v1/overdue?agency=H51.29.05&format=csv").await;
    assert_eq!(output.stdout, csv.body);
    assert_eq!(text(&output.stdout).lines().count(), 3);
}

#[actix_web::test]
async fn nothing_overdue_is_status_0() {
    let stage = Stage::set().await;
    let branch = stage.run(&["--agency", "H51.12"]);
    assert_eq!((branch.status.code(), text(&branch.stdout).as_str()), (Some(0), ""));
    let header = stage.run(&["--agency", "H51.12", "--format", "csv"]);
    assert_eq!(
        (header.status.code(), text(&header.stdout).lines().count()),
        (Some(0), 1),
        "the header alone"
    );
}

#[actix_web::test]
async fn a_terminal_gets_colours_unless_it_wants_none() {
    let stage = Stage::set().await;
    let base = [("CONGKHAI_URL", stage.app.base.as_str()), ("CONGKHAI_KEY", stage.key.as_str())];
    let on_terminal = |arguments: &[&str], more: &[(&str, &str)]| {
        run_on_terminal(&[&["overdue"], arguments].concat(), &[&base, more].concat())
    };
    let (shown, status) = on_terminal(&[], &[("TERM", "xterm")]);
    assert_eq!(status, Some(3));
    let starts: Vec<&str> = shown.lines().map(|line| line.split_once('m').unwrap().0).collect();
    assert_eq!(starts, ["\u{1b}[1", "\u{1b}[31", "\u{1b}[33", "\u{1b}[33"], "red is very late");
    for plain in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let (shown, _) = on_terminal(&[], &[plain]);
        assert!(shown.contains("H51.29-220110-0001") && !shown.contains('\u{1b}'), "{plain:?}: {shown}");
    }
    let (csv, _) = on_terminal(&["--format", "csv"], &[("TERM", "xterm")]);
    assert!(csv.contains("H51.29-220110-0001") && !csv.contains('\u{1b}'), "{csv}");
}

#[actix_web::test]
async fn what_the_service_refuses_is_one_clear_line() {
    let stage = Stage::set().await;
    let run = |key: &str, arguments: &[&str]| {
        let variables = [("CONGKHAI_URL", stage.app.base.as_str()), ("CONGKHAI_KEY", key)];
        error(&run_with(&[&["overdue"], arguments].concat(), &variables))
    };
    assert!(run("", &[]).contains("set CONGKHAI_KEY"));
    let bad = run(&format!("{}0000", &stage.key[..stage.key.len() - 4]), &[]);
    assert!(bad.contains("401") && bad.contains("CONGKHAI_KEY") && !bad.contains(&stage.key[..20]), "{bad}");
    let other = stage.app.key(&[Scope::CatalogueRead], &["H51.29"], None).await.reveal();
    let scope = run(&other, &[]);
    assert!(scope.contains("403") && scope.contains("dossiers:read"), "{scope}");
    let outside = run(&stage.key, &["--agency", "H51.30"]);
    assert!(outside.contains("403") && outside.contains("H51.30"), "{outside}");
    let unknown = run(&stage.key, &["--agency", "H99&format=json"]);
    assert!(unknown.contains("422") && unknown.contains("no agency has this code"), "{unknown}");
}

#[test]
fn bad_arguments_are_status_2() {
    for arguments in [&["--format", "xml"][..], &["--url", "example.gov.vn"], &["--late"], &["--agency"]] {
        let output = run_with(&[&["overdue"], arguments].concat(), &[("CONGKHAI_KEY", "x")]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
    }
    let bad = run_with(&["overdue"], &[("CONGKHAI_KEY", "x"), ("CONGKHAI_URL", "example.gov.vn")]);
    assert_eq!(bad.status.code(), Some(2));
    let help = text(&run_with(&["overdue", "--help"], &[("CONGKHAI_KEY", "ck_secret")]).stdout);
    assert!(
        help.contains("CONGKHAI_KEY") && help.contains("CONGKHAI_URL") && !help.contains("ck_secret"),
        "{help}"
    );
}

/// What answers is no Congkhai, or breaks off; and what does not answer at all.
#[test]
fn what_is_no_answer_is_one_clear_line() {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
    let chunked = format!("{head}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
    let row = json!({"code": "A", "procedure_name": "x", "holder_agency": "y"}).to_string() + "\n";
    for (answer, format, expected) in [
        (format!("{head}Content-Type: text/html\r\n\r\n<html>"), "table", "no Congkhai service"),
        (format!("{head}Content-Type: application/json\r\n\r\n{{}}"), "csv", "no Congkhai service"),
        (
            "HTTP/1.1 302 Found\r\nLocation: https://example.org/\r\nContent-Length: 0\r\n\r\n".into(),
            "table",
            "302",
        ),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n".into(), "csv", "502"),
        (format!("{chunked}5\r\nhello\r\n0\r\n\r\n"), "table", "not as expected"),
        (format!("{chunked}{:x}\r\n{row}\r\n", row.len()), "table", "cut off"),
        ("what?\r\n\r\n".into(), "table", "no answer from http://127.0.0.1"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            text(&request[..length])
        });
        let variables = [("CONGKHAI_URL", url.as_str()), ("CONGKHAI_KEY", "ck_a_b")];
        let said = error(&run_with(&["overdue", "--format", format], &variables));
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(service.join().unwrap().to_lowercase().contains("authorization: bearer ck_a_b"));
    }
    let nobody = run_with(&["overdue"], &[("CONGKHAI_URL", "http://127.0.0.1:1"), ("CONGKHAI_KEY", "x")]);
    assert!(error(&nobody).contains("no answer from http://127.0.0.1:1"));
    let none = run_with(&["overdue", "--ca-file", "/nowhere.pem"], &[("CONGKHAI_KEY", "x")]);
    assert!(error(&none).contains("cannot read /nowhere.pem"));
    let empty = run_with(&["overdue", "--ca-file", "Cargo.toml"], &[("CONGKHAI_KEY", "x")]);
    assert!(error(&empty).contains("holds no certificate"));
}
