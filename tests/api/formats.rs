//! Every list in every format: the same rows as in JSON, opened as their readers open them.

use crate::harness::personal::DATA_KEY;
use crate::harness::{Answer, Client, Service, TestApp, TestDatabase, event, inserting_all, receipt, run};
use actix_web::http::Method;
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use std::io::Cursor;

const LISTS: [(&str, &str); 7] = [
    ("/v1/agencies", "agencies"),
    ("/v1/agencies/activity", "activity"),
    ("/v1/procedures", "procedures"),
    ("/v1/public/procedures", "procedures"),
    ("/v1/public/statistics", "statistics"),
    ("/v1/dossiers", "dossiers"),
    ("/v1/overdue", "overdue"),
];

/// Two dossiers, one of them with what a spreadsheet might run or break.
async fn fill(root: &Client) {
    root.receive(&receipt("2022-01-10T08:00:00+07:00")).await;
    let code = root.receive(&receipt("2022-01-11T08:00:00+07:00")).await;
    let hostile = json!({"to_unit": "=cmd|'/c calc'!A1", "to_officer": "Phòng \"một cửa\", tầng 2"});
    root.record(&code, &event("forwarded", "2022-01-11T09:00:00+07:00", hostile)).await;
}

/// The cells of a row by the rules of the tables: names joined by points, absent values empty.
fn flat(prefix: &str, value: &Value, cells: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flat(&path, inner, cells);
            }
            return;
        }
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    cells.push((prefix.to_owned(), text));
}

#[actix_web::test]
async fn every_list_has_the_same_rows_in_every_format() {
    let app = TestApp::start();
    let root = app.root().await;
    fill(&root).await;
    for (path, name) in LISTS {
        let json = root.get(path).await.expect(200);
        let rows = json["items"].as_array().unwrap();
        assert!(rows.len() > 1, "{path}");

        let ndjson = root.get(&format!("{path}?format=ndjson")).await;
        assert_eq!(ndjson.header("content-type"), "application/x-ndjson");
        let lines: Vec<Value> =
            ndjson.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(&lines, rows, "{path}");

        let csv = root.get_with(path, ("Accept", "text/csv")).await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(csv.header("content-disposition"), format!("attachment; filename=\"{name}.csv\""));
        let table = csv_table(&csv.text());
        let xlsx = root.get(&format!("{path}?format=xlsx")).await;
        assert_eq!(xlsx.header("content-disposition"), format!("attachment; filename=\"{name}.xlsx\""));
        assert_eq!(xlsx.header("content-length"), xlsx.body.len().to_string());
        let sheet = xlsx_table(xlsx.body, name);
        assert_eq!((table.len(), sheet.len()), (rows.len() + 1, rows.len() + 1), "{path}");
        assert_eq!(sheet[0], table[0], "{path}: the same columns");
        for (i, row) in rows.iter().enumerate() {
            compare(row, &table[0], &table[i + 1], &sheet[i + 1]);
        }
    }
}

/// The table that a spreadsheet makes of a CSV: UTF-8 by its BOM, quotes doubled, lines by CRLF.
fn csv_table(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').expect("a BOM, for Excel");
    assert!(text.ends_with("\r\n"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

fn xlsx_table(body: Vec<u8>, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(body)).unwrap();
    assert!(book.worksheet_formula(name).unwrap().is_empty(), "nothing is a formula");
    let sheet = book.worksheet_range(name).unwrap();
    let cell = |cell: &Data| match cell {
        Data::DateTime(at) => {
            let at = at.as_datetime().unwrap();
            if at.time() == chrono::NaiveTime::MIN {
                at.date().to_string()
            } else {
                format!("{}+07:00", at.format("%FT%T"))
            }
        }
        Data::Bool(truth) => truth.to_string(),
        other => other.to_string(),
    };
    sheet.rows().map(|row| row.iter().map(cell).collect()).collect()
}

fn compare(row: &Value, columns: &[String], csv: &[String], xlsx: &[String]) {
    let mut cells = vec![];
    flat("", row, &mut cells);
    // An absent object has no column of its own: those of its fields are empty.
    cells.retain(|(column, text)| columns.contains(column) || !text.is_empty());
    for (column, text) in &cells {
        let at = columns.iter().position(|known| known == column);
        let at = at.unwrap_or_else(|| panic!("{column} has no column: {columns:?}"));
        let neutral = if text.starts_with('=') { format!("'{text}") } else { text.clone() };
        assert_eq!(csv[at], neutral, "{column}");
        // Midnight has no time of day to show.
        assert_eq!(
            xlsx[at].trim_end_matches("T00:00:00+07:00"),
            text.trim_end_matches("T00:00:00+07:00"),
            "{column}"
        );
    }
}

#[actix_web::test]
async fn limit_asks_for_a_page_in_every_format() {
    let app = TestApp::start();
    let root = app.root().await;
    fill(&root).await;
    for (path, name) in LISTS {
        for format in ["ndjson", "csv", "xlsx"] {
            let page = root.get(&format!("{path}?limit=1&format={format}")).await;
            assert_eq!(page.status, 200);
            let is_file = format != "ndjson";
            assert_eq!(!page.header("content-disposition").is_empty(), is_file, "{path} {format}");
            let rows = match format {
                "xlsx" => xlsx_table(page.body.clone(), name).len() - 1,
                "csv" => csv_table(&page.text()).len() - 1,
                _ => page.text().lines().count(),
            };
            assert_eq!(rows, 1, "{path} {format}");
            let link = page.header("link");
            let next = link.strip_prefix('<').and_then(|l| l.strip_suffix(">; rel=\"next\"")).unwrap();
            assert!(
                root.get(next).await.status == 200 && next.contains(&format!("format={format}")),
                "{link}"
            );
            // Half a list would look like a whole one.
            let rest = next.replace("limit=1&", "");
            let problem = root.get(&rest).await.problem(422, "missing_field");
            assert_eq!(problem["errors"][0]["parameter"], "limit");
        }
    }
}

#[actix_web::test]
async fn an_empty_list_is_a_table_with_its_header() {
    let app = TestApp::start();
    let root = app.root().await;
    for (path, name) in LISTS.into_iter().filter(|(path, _)| ["/v1/dossiers", "/v1/overdue"].contains(path)) {
        let csv = csv_table(&root.get(&format!("{path}?format=csv")).await.text());
        let sheet = xlsx_table(root.get(&format!("{path}?format=xlsx")).await.body, name);
        assert!(csv.len() == 1 && csv[0].len() > 15, "{csv:?}");
        assert_eq!(sheet, csv);
        assert_eq!(root.get(&format!("{path}?format=ndjson")).await.text(), "");
    }
}

#[actix_web::test]
async fn a_format_that_is_not_offered_is_refused() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let one = format!("/v1/dossiers/{code}");
    root.get_with(&one, ("Accept", "text/csv")).await.problem(406, "not_acceptable");
    root.get_with("/v1/overdue", ("Accept", "application/pdf")).await.problem(406, "not_acceptable");
    root.get(&format!("{one}?format=csv")).await.problem(400, "unknown_parameter");
    let problem = root.get("/v1/overdue?format=pdf").await.problem(422, "invalid_value");
    assert_eq!(problem["errors"][0]["parameter"], "format");
    let several = root.request(Method::GET, "/v1/overdue").append_header(("Accept", "image/png"));
    let several = several.append_header(("Accept", "text/csv")).send().await.unwrap();
    assert!(Answer::of(several).await.header("content-type").starts_with("text/csv"));
    for (accept, content_type) in [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd"),
        ("text/html, text/csv;q=0.5", "text/csv"),
        ("*/*", "application/json"),
        ("", "application/json"),
    ] {
        let answer = root.get_with("/v1/overdue", ("Accept", accept)).await;
        assert!(answer.header("content-type").starts_with(content_type), "{accept}");
    }
}

/// The memory of a process at its highest, in KiB.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// An export is many times larger than what the service needs to send it.
#[actix_web::test]
async fn an_export_of_any_size_takes_little_memory() {
    let db = TestDatabase::world();
    let made =
        run(&["keys", "--database-url", &db.url, "create", "--name", "x", "--all-scopes", "--all-agencies"]);
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let service = Service::start(&["serve", "--database-url", &db.url, "--data-key", DATA_KEY]).unwrap();
    // A new caller each time: the service closes connections that are idle while the rows are copied.
    let root = || Client::new(&format!("http://{}", service.address), Some(key.clone()));
    root().receive(&receipt("2022-01-04T08:00:00+07:00")).await;
    db.sql(&format!(
        "CREATE TEMP TABLE copies AS SELECT d.*, n FROM dossiers d, generate_series(1, 20000) n;
         UPDATE copies SET id = gen_random_uuid(), code = 'H51.29-220104-' || (100000 + n);
         ALTER TABLE copies DROP COLUMN n;
         {}",
        inserting_all("dossiers", "copies")
    ));
    let root = root();
    root.get("/v1/overdue?format=csv&limit=1").await;
    let before = peak(service.child.id());
    let ndjson = root.get("/v1/overdue?format=ndjson").await;
    assert_eq!(ndjson.text().lines().count(), 20_001);
    let xlsx = root.get("/v1/overdue?format=xlsx").await;
    assert_eq!(xlsx.status, 200);
    // The counters of the kernel lag behind a little, in either direction.
    let grown = peak(service.child.id()).saturating_sub(before);
    assert!(ndjson.body.len() > 11_000_000 && grown < 6_000, "{grown} KiB more for {}", ndjson.body.len());
}
