//! Reports on the handling of procedures: their numbers, the dossiers behind them, what was recorded late.

use crate::harness::evidence::close_days;
use crate::harness::{Client, TestApp, event, receipt, run};
use congkhai::db::page::Page;
use congkhai::domain::local_time::{Day, Instant};
use congkhai::domain::period::Period;
use congkhai::domain::report::{Counts, End, Facts, Frame, Took, place};
use congkhai::domain::share::Share;
use congkhai::domain::vocabulary::Column;
use congkhai::features::auth::Visible;
use congkhai::features::calendar::queries as calendar;
use congkhai::features::dossiers::queries::DossierRow;
use congkhai::features::dossiers::queries::list::{self, Filter};
use congkhai::features::overdue::queries::mirror::Moment;
use congkhai::features::reports::queries::index766::by_index;
use congkhai::features::reports::queries::months::months;
use congkhai::features::reports::queries::sums::Asked;
use serde_json::{Value, json};
use std::sync::Arc;

const FEBRUARY: &str = "from=2022-02-01&to=2022-02-28";

/// The numbers of a row that are not 0, but for the totals.
fn numbers(row: &Value) -> Vec<(String, i64)> {
    let shown = Column::ALL.iter().map(|column| (column.as_str(), number(row, *column)));
    let shown = shown.filter(|(column, n)| *n != 0 && !column.ends_with("_total"));
    shown.map(|(column, n)| (column.to_owned(), n)).collect()
}

pub fn number(row: &Value, column: Column) -> i64 {
    let cell = &row[column.as_str()];
    if cell.is_null() { &row["of_which"][column.as_str()] } else { cell }.as_i64().unwrap()
}

fn counted(row: &Value) -> Counts {
    let mut counts = Counts::default();
    for column in Column::ALL {
        counts[*column] = number(row, *column);
    }
    counts
}

pub async fn report(caller: &Client, query: &str) -> Value {
    let body = caller.get(&format!("/v1/reports/resolution?{query}")).await.expect(200);
    let rows = body["rows"].as_array().unwrap();
    let mut sum = Counts::default();
    for row in rows {
        let counts = counted(row);
        assert!(counts.adds_up() && !counts.is_empty(), "{row}");
        sum += counts;
    }
    assert_eq!(sum, counted(&body["total"]), "{body}");
    body
}

/// Every number of a report is the number of dossiers behind it.
async fn every_number_is_its_list(caller: &Client, query: &str) -> usize {
    let body = report(caller, query).await;
    let as_of = body["as_of"].as_str().unwrap().replace('+', "%2B");
    let mut opened = 0;
    for row in body["rows"].as_array().unwrap().iter().chain([&body["total"]]) {
        for column in Column::ALL {
            let path = format!(
                "/v1/reports/resolution/cells/{}/{column}?{query}&as_of={as_of}&count=exact&limit=200",
                row["row"].as_str().unwrap()
            );
            let list = caller.get(&path).await.expect(200);
            assert_eq!(list["total"], number(row, *column), "{path}");
            let items = i64::try_from(list["items"].as_array().unwrap().len()).unwrap();
            assert_eq!(items, number(row, *column), "{path}");
            opened += usize::from(number(row, *column) > 0);
        }
    }
    opened
}

fn facts(row: &DossierRow) -> Facts {
    let end = row.ended_at.zip(row.judged_at);
    Facts {
        channel: row.channel,
        received_at: row.received_at.map(Instant::from),
        end: end.map(|(at, judged)| End { at: at.into(), judged_at: judged.into(), status: row.status }),
        due_on: row.due_on,
        overdue_from: row.overdue_from.map(Instant::from),
        index_overdue_from: row.index_overdue_from.map(Instant::from),
        clock_started_at: row.clock_started_at.map(Instant::from),
        interruptions: row.interruptions(),
    }
}

/// The reports of several periods count what the rule of the domain says of each dossier, and the numbers of one of them open.
pub async fn agrees_with_the_rule(app: &TestApp, root: &Client) {
    let now = app.clock.now();
    let calendars = app.shared.slow.read(async |conn| calendar::load(conn).await).await.unwrap();
    let moment = Moment::new(now, &Arc::new(calendars));
    let page = Page { limit: 100_000, after: None };
    let rows = app
        .shared
        .slow
        .snapshot(Some(now), async |conn| {
            list::page(conn, &Filter::default(), &Visible::All, &moment, &page).await
        })
        .await;
    let rows = rows.unwrap();
    for (from, to) in [
        ("2022-02-01", "2022-02-28"),
        ("2022-02-12", "2022-02-15"),
        ("2022-02-15", "2022-02-15"),
        ("2022-02-16", "2022-02-20"),
        ("2021-12-15", "2022-02-14"),
    ] {
        let day = |text: &str| text.parse::<Day>().unwrap().date();
        let period = Period { from: day(from), to: day(to) };
        if period.from > now.local_date() {
            continue;
        }
        let (mut counts, mut on_time, mut took) = (Counts::default(), Share::default(), Took::default());
        for place in rows.iter().filter_map(|row| place(&facts(row), Frame { period, now })) {
            counts.add(place, 1);
            place.on_time_by_index.into_iter().for_each(|is| on_time.count(is));
            took +=
                Took { minutes: place.minutes.unwrap_or(0), resolved: i64::from(place.minutes.is_some()) };
        }
        let asked = Asked { frame: Frame { period, now }, agencies: None };
        let read = app.shared.slow.snapshot(Some(now), async |conn| by_index(conn, &asked).await).await;
        let read = read.unwrap();
        assert_eq!((read.on_time, read.took_all()), (on_time, took), "{from} to {to} at {now}");
        let query = format!("from={from}&to={to}&by=agency");
        assert_eq!(counted(&report(root, &query).await["total"]), counts, "{query} at {now}");
    }
    every_number_is_its_list(root, "from=2022-02-12&to=2022-02-15&by=agency").await;
    the_months_are_reports_of_their_own(app, root).await;
}

/// The chart of a page counts in each month what a report of the month does.
async fn the_months_are_reports_of_their_own(app: &TestApp, root: &Client) {
    let now = app.clock.now();
    let day = |text: &str| text.parse::<Day>().unwrap().date();
    let period = Period { from: day("2021-12-15"), to: day("2022-03-14") };
    let asked = Asked { frame: Frame { period, now }, agencies: None };
    let parts = app.shared.slow.snapshot(Some(now), async |conn| months(conn, &asked).await).await.unwrap();
    assert_eq!(parts.len(), 4);
    for part in parts.iter().filter(|part| part.period.from <= now.local_date()) {
        let query = format!("from={}&to={}", part.period.from, part.period.to);
        let total = counted(&report(root, &query).await["total"]);
        let received = total[Column::ReceivedOnline] + total[Column::ReceivedDirectPostal];
        let resolved = (total[Column::ResolvedTotal], total[Column::ResolvedLate]);
        assert_eq!((part.received, (part.resolved, part.late)), (received, resolved), "{query} at {now}");
    }
}

async fn received(app: &TestApp, caller: &Client, at: &str, more: Value) -> String {
    let at = format!("2022-{at}:00+07:00");
    app.now(&at);
    let mut body = receipt(&at);
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    caller.receive(&body).await
}

pub async fn ended(app: &TestApp, caller: &Client, code: &str, at: &str) {
    app.happens(caller, code, "completed", at, json!({"result": {"outcome": "granted"}})).await;
}

/// Three working days each: received on Monday the 7th, due on Thursday the 10th.
pub async fn february(app: &TestApp, caller: &Client) -> Vec<String> {
    let mut codes = vec![];
    for _ in 0..3 {
        codes.push(received(app, caller, "02-07T08:00", json!({})).await);
    }
    codes.push(received(app, caller, "02-07T09:00", json!({"channel": "online"})).await);
    codes.push(received(app, caller, "02-07T09:00", json!({"channel": "postal"})).await);
    ended(app, caller, &codes[0], "02-09T08:00").await;
    ended(app, caller, &codes[1], "02-10T08:00").await;
    app.happens(caller, &codes[4], "supplement_requested", "02-10T09:00", json!({"items": ["Tờ khai"]}))
        .await;
    ended(app, caller, &codes[2], "02-11T08:00").await;
    codes
}

#[actix_web::test]
async fn a_report_counts_what_came_in_what_ended_and_what_is_pending() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    app.now("2022-02-11T10:00:00+07:00");
    let expected = |body: &Value| {
        let row = &body["rows"][0];
        assert_eq!((row["row"].as_str(), row["name"].as_str()), (Some("ho-tich"), Some("Hộ tịch")), "{body}");
        let shown = [
            ("received_online", 1),
            ("received_direct_postal", 4),
            ("resolved_early", 1),
            ("resolved_on_time", 1),
            ("resolved_late", 1),
            ("pending_in_time", 1),
            ("pending_overdue", 1),
            ("pending_stopped", 1),
        ];
        assert_eq!(numbers(row), shown.map(|(column, n)| (column.to_owned(), n)), "{body}");
        assert_eq!((&body["form"], &body["agency"]), (&json!("II.06c"), &json!(null)));
    };
    expected(&report(&root, FEBRUARY).await);
    assert!(every_number_is_its_list(&root, &format!("{FEBRUARY}&by=procedure")).await > 15);
    // The next day its records are counters.
    app.now("2022-02-12T10:00:00+07:00");
    close_days(&app).await;
    assert!(app.count("SELECT count(*) FROM report_counts WHERE grain = 'day'").await > 5);
    expected(&report(&root, FEBRUARY).await);
    expected(&report(&root, "from=2022-02-07&to=2022-02-11").await);
    let next = report(&root, "from=2022-02-12&to=2022-02-12&by=level").await;
    let carried =
        [("carried_over", 2), ("pending_in_time", 1), ("pending_overdue", 1), ("pending_stopped", 1)];
    assert_eq!(numbers(&next["rows"][0]), carried.map(|(column, n)| (column.to_owned(), n)), "{next}");
    assert_eq!(
        (&next["rows"][0]["row"], &next["rows"][0]["name"]),
        (&json!("district"), &json!("Cấp huyện"))
    );
    assert_eq!(next["late_recorded"], json!({"events": 0, "cells": []}));
}

#[actix_web::test]
async fn a_period_that_is_over_does_not_change_with_what_happens_later() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = february(&app, &root).await;
    app.now("2022-02-15T10:00:00+07:00");
    close_days(&app).await;
    let (first, week) =
        (report(&root, "from=2022-02-07&to=2022-02-13").await, "from=2022-02-07&to=2022-02-13");
    ended(&app, &root, &codes[3], "02-15T11:00").await;
    app.happens(&root, &codes[4], "supplement_received", "02-15T11:00", json!({})).await;
    app.happens(&root, &codes[2], "reopened", "02-15T12:00", json!({"ground": "Nhầm"})).await;
    for at in ["2022-02-15T13:00:00+07:00", "2022-02-17T13:00:00+07:00"] {
        app.now(at);
        close_days(&app).await;
        let again = report(&root, week).await;
        assert_eq!(
            (&again["rows"], &again["late_recorded"]),
            (&first["rows"], &first["late_recorded"]),
            "{at}"
        );
        every_number_is_its_list(&root, week).await;
    }
    let after = report(&root, "from=2022-02-14&to=2022-02-15").await;
    let shown = [
        ("carried_over", 3),
        ("resolved_late", 1),
        ("pending_in_time", 1),
        ("pending_overdue", 1),
        ("carried_reopened", 1),
    ];
    assert_eq!(numbers(&after["total"]), shown.map(|(column, n)| (column.to_owned(), n)), "{after}");
}

#[actix_web::test]
async fn what_is_recorded_late_counts_and_is_named() {
    let app = TestApp::start();
    let root = app.root().await;
    let codes = february(&app, &root).await;
    let week = "from=2022-02-07&to=2022-02-13";
    app.now("2022-02-14T00:10:00+07:00");
    close_days(&app).await;
    let then = report(&root, week).await;
    assert_eq!(then["late_recorded"]["events"], 0);
    // It had ended on Friday, and nobody had said so.
    app.now("2022-02-16T09:00:00+07:00");
    let end = event("completed", "2022-02-11T16:00:00+07:00", json!({"result": {"outcome": "granted"}}));
    root.record(&codes[3], &end).await;
    let named = json!({"events": 1, "cells": [
        {"row": "ho-tich", "column": "resolved_total", "then": 3, "now": 4},
        {"row": "ho-tich", "column": "resolved_late", "then": 1, "now": 2},
        {"row": "ho-tich", "column": "pending_total", "then": 2, "now": 1},
        {"row": "ho-tich", "column": "pending_overdue", "then": 1, "now": 0},
    ]});
    assert_eq!(report(&root, week).await["late_recorded"], named);
    app.now("2022-02-18T09:00:00+07:00");
    close_days(&app).await;
    assert_eq!(report(&root, week).await["late_recorded"], named, "also from counters");
    let earlier = report(&root, &format!("{week}&as_of=2022-02-15T09:00:00%2B07:00")).await;
    assert_eq!((&earlier["rows"], &earlier["late_recorded"]), (&then["rows"], &then["late_recorded"]));
    every_number_is_its_list(&root, week).await;
}

#[actix_web::test]
async fn a_report_is_of_the_agencies_that_the_key_was_given_for() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    received(&app, &root, "02-11T08:00", json!({"receiving_agency": "H51.30", "competent_agency": "H51.30"}))
        .await;
    let district = app.district().await;
    let body = report(&district, &format!("{FEBRUARY}&by=agency")).await;
    assert_eq!((&body["form"], &body["agency"]), (&json!("II.06a"), &json!("H51.29")));
    let keys = |body: &Value| {
        body["rows"].as_array().unwrap().iter().map(|row| row["row"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&body), ["H51.29.05"]);
    assert_eq!(keys(&report(&root, &format!("{FEBRUARY}&by=agency")).await), ["H51.29.05", "H51.30"]);
    let named = report(&root, &format!("{FEBRUARY}&by=agency&agency=H51.30")).await;
    assert_eq!((keys(&named), &named["agency"]), (vec![json!("H51.30")], &json!("H51.30")));
    let refused = district.get(&format!("/v1/reports/resolution?{FEBRUARY}&agency=H51.30")).await;
    refused.problem(403, "agency_out_of_scope");
    let path = format!("/v1/reports/resolution/cells/H51.30/received_total?{FEBRUARY}&by=agency");
    district.get(&path).await.problem(404, "not_found");
}

#[actix_web::test]
async fn what_cannot_be_reported_is_said() {
    let app = TestApp::start();
    let root = app.root().await;
    let at = |query: &str| format!("/v1/reports/resolution?{query}");
    for (query, parameter) in [
        ("to=2022-02-28", "from"),
        ("from=2022-02-28", "to"),
        ("from=2022-02-28&to=2022-02-01", "from"),
        ("from=2021-01-01&to=2022-02-01", "from"),
        ("from=2022-02-16&to=2022-02-20", "from"),
        ("from=2022-02-01&to=2022-02-28&by=officer", "by"),
        ("from=2022-02-01&to=2022-02-28&agency=H99", "agency"),
        ("from=2022-02-01&to=2022-02-28&as_of=2022-03-01T00:00:00Z", "as_of"),
    ] {
        let problem = root.get(&at(query)).await.expect(422);
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}: {problem}");
    }
    for cell in ["total/received", "total/no", "no/received_total"] {
        root.get(&format!("/v1/reports/resolution/cells/{cell}?{FEBRUARY}")).await.problem(404, "not_found");
    }
    let empty = report(&root, FEBRUARY).await;
    assert_eq!((&empty["rows"], &empty["total"]["received_total"]), (&json!([]), &json!(0)));
}

#[actix_web::test]
async fn as_a_table_the_report_ends_with_its_total() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    let csv = root.get(&format!("/v1/reports/resolution?{FEBRUARY}&format=csv")).await.text();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[0].starts_with("row,name,received_total,received_online,"), "{}", lines[0]);
    assert!(lines[1].starts_with("ho-tich,Hộ tịch,5,1,4,0,3,1,1,1,2,1,1,"), "{}", lines[1]);
    assert!(lines[2].starts_with("total,Tổng cộng,5,1,4,0,3,1,1,1,2,1,1,"), "{}", lines[2]);
    let (path, tag) = (format!("/v1/reports/resolution?{FEBRUARY}"), "if-none-match");
    let first = root.get(&path).await;
    app.now("2022-02-11T12:00:00+07:00");
    assert_eq!(root.get_with(&path, (tag, first.header("etag"))).await.status, 304, "nothing has changed");
    let list = root
        .get(&format!("/v1/reports/resolution/cells/total/resolved_late?{FEBRUARY}&format=csv"))
        .await
        .text();
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.contains(",2022-02-10,2022-02-11T08:00:00+07:00,late,1"), "{list}");
}

/// What `congkhai check reports` says: its last line when something is wrong.
pub async fn counters_are_right(app: &TestApp) -> Result<(), String> {
    let url = app.db.url.clone();
    let output =
        actix_web::web::block(move || run(&["check", "reports", "--database-url", &url])).await.unwrap();
    let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    if output.status.success() {
        assert!(out.ends_with("no fault\n"), "{out}");
        return Ok(());
    }
    Err(format!("{out}{error}"))
}

#[actix_web::test]
async fn counters_that_are_not_what_they_should_be_are_found() {
    let app = TestApp::start();
    let root = app.root().await;
    february(&app, &root).await;
    app.now("2022-02-12T10:00:00+07:00");
    close_days(&app).await;
    assert_eq!(counters_are_right(&app).await, Ok(()));
    app.db.sql("UPDATE report_counts SET changed_by = changed_by + 1 WHERE grain = 'month' AND measure = 5");
    let found = counters_are_right(&app).await.unwrap_err();
    let line = "month 2022-02-01: agency H51.29.05, procedure 1.004873, measure 5: 2 instead of 1";
    assert!(found.contains(line) && found.contains("congkhai: 1 fault"), "{found}");
}

#[actix_web::test]
async fn standard_periods_are_listed() {
    let app = TestApp::start();
    let root = app.root().await;
    let all = root.get("/v1/reports/periods?count=exact&limit=200").await.expect(200);
    assert_eq!((&all["total"], all["items"].as_array().unwrap().len()), (&json!(36), 36));
    let quarters =
        root.get("/v1/reports/periods?year=2022&kind=quarter&basis=reporting&limit=1").await.expect(200);
    let first = &quarters["items"][0];
    assert_eq!((&first["from"], &first["to"]), (&json!("2021-12-15"), &json!("2022-03-14")));
    assert_eq!((&first["due_on"]["province"], &first["in_force"]), (&json!("2022-03-25"), &json!(true)));
    let path = "/v1/reports/periods?year=2022&kind=quarter&basis=reporting&limit=1&cursor=";
    let next = root.get(&format!("{path}{}", quarters["next_cursor"].as_str().unwrap())).await.expect(200);
    assert_eq!(next["items"][0]["from"], "2022-03-15");
    let calendar = root.get("/v1/reports/periods?year=2021&basis=calendar&kind=year").await.expect(200);
    assert_eq!(calendar["items"][0]["in_force"], false, "before the Decision");
    root.get("/v1/reports/periods?year=1900").await.problem(422, "invalid_value");
}
