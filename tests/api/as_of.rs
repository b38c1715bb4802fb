//! Answers as of an earlier instant are those that were given then, whatever has happened since. That they are under any
//! events, at once and at random, is in `as_of_at_random`.

use crate::calendars::{table, with_day_off, work, year};
use crate::harness::{Client, TestApp, event, receipt};
use actix_web::http::Method;
use congkhai::db::Slow;
use congkhai::domain::local_time::Instant;
use congkhai::domain::vocabulary::Scope;
use congkhai::features::auth::Visible;
use congkhai::features::dossiers::queries::known;
use congkhai::features::overdue::queries::mirror::Moment;
use congkhai::features::overdue::queries::{self as overdue, Filter};
use serde_json::{Value, json};
use std::sync::Arc;

/// A path asked as of an instant.
pub fn as_of(path: &str, instant: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}as_of={}", instant.replace('+', "%2B"))
}

/// Everything that is asked of some dossiers and of the lists they are in. One page each: a cursor is bound to what was
/// asked, so that it differs.
pub fn questions(codes: &[String]) -> Vec<String> {
    let of_one = ["", "?include=events,delays", "/events", "/deadline"];
    let of_each = codes.iter().flat_map(|code| of_one.map(|rest| format!("/v1/dossiers/{code}{rest}")));
    let lists = [
        "/v1/dossiers?count=exact&limit=200",
        "/v1/dossiers?sort=received_at&agency=H51.29.05&limit=200",
        "/v1/dossiers?status=processing,suspended&count=exact&limit=200",
        "/v1/dossiers?timing=overdue,due_soon,late&count=exact&limit=200",
        "/v1/dossiers?timing=in_time,stopped,early,on_time&holder_agency=H51.29.18&count=exact&limit=200",
        "/v1/dossiers?due_from=2022-02-18&due_to=2022-02-25&count=exact&limit=200",
        "/v1/dossiers?format=csv",
        "/v1/overdue?count=exact&limit=200",
        "/v1/overdue?agency=H51.29&sort=days_late&limit=200",
        "/v1/overdue?format=ndjson",
        "/v1/overdue/summary?by=holder",
        "/v1/overdue/summary?agency=H51.29&min_days_late=2",
        "/v1/due-soon?within=4&count=exact&limit=200",
        "/v1/stale?older_than=1&count=exact&limit=200",
        "/v1/late?count=exact&limit=200",
        "/v1/late?measure=closing&format=csv",
        "/v1/unanswered?count=exact&limit=200",
        "/v1/reports/resolution?from=2022-02-01&to=2022-02-28",
        "/v1/reports/resolution?from=2022-02-15&to=2022-02-16&by=agency",
        "/v1/reports/resolution?from=2022-02-10&to=2022-02-15&by=procedure&agency=H51.29.05&format=csv",
        "/v1/reports/resolution/cells/total/pending_total?from=2022-02-10&to=2022-02-17&count=exact&limit=200",
        "/v1/reports/resolution/cells/district/resolved_total?from=2022-02-10&to=2022-02-17&by=level&format=ndjson",
    ];
    of_each.chain(lists.map(ToOwned::to_owned)).collect()
}

/// The answers to questions: status and body.
pub async fn answers(caller: &Client, questions: &[String], at: Option<&str>) -> Vec<(u16, String)> {
    let mut answers = vec![];
    for question in questions {
        let path = at.map_or_else(|| question.clone(), |at| as_of(question, at));
        let answer = caller.get(&path).await;
        // A problem has the id of its request.
        let body = if answer.status == 200 { answer.text() } else { answer.json()["code"].to_string() };
        answers.push((answer.status.as_u16(), body));
    }
    answers
}

/// Asks again, and says which answer is another one.
pub async fn asked_again(caller: &Client, questions: &[String], at: &str, remembered: &[(u16, String)]) {
    let again = answers(caller, questions, Some(at)).await;
    for ((question, before), now) in questions.iter().zip(remembered).zip(again) {
        assert_eq!(*before, now, "{question} as of {at}");
    }
}

const TUESDAY: &str = "2022-02-15T10:00:00+07:00";
const WEDNESDAY: &str = "2022-02-16T10:00:00+07:00";
const FRIDAY: &str = "2022-02-18T10:00:00+07:00";
const MONDAY: &str = "2022-02-21T10:00:00+07:00";

async fn handed_on(root: &Client, at: &str) -> String {
    let code = root.receive(&receipt("2022-02-10T08:00:00+07:00")).await; // due on the 15th
    let to = json!({"to_agency": "H51.29.18", "to_unit": "Tổ hộ tịch", "to_officer": "Lê Văn Cường"});
    root.record(&code, &event("forwarded", at, to)).await;
    code
}

fn decided(at: &str) -> Value {
    event("completed", at, json!({"result": {"outcome": "granted"}}))
}

#[actix_web::test]
async fn what_was_answered_on_tuesday_is_answered_on_monday() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let code = handed_on(&root, "2022-02-15T09:00:00+07:00").await;
    let other = root.receive(&receipt("2022-02-14T08:00:00+07:00")).await;
    let asked = questions(&[code.clone(), other.clone()]);
    let mut remembered = vec![];
    let happens = [
        (TUESDAY, event("noted", TUESDAY, json!({"public_note": "Đã kiểm tra"}))),
        (WEDNESDAY, event("suspended", WEDNESDAY, json!({"ground": "Chờ xác minh"}))),
        (FRIDAY, event("resumed", FRIDAY, json!({}))),
        (MONDAY, decided(MONDAY)),
    ];
    for (at, event) in happens {
        app.now(at);
        root.record(&code, &event).await;
        remembered.push((at, answers(&root, &asked, None).await, answers(&district, &asked, None).await));
    }
    app.now("2022-03-01T10:00:00+07:00");
    root.record(&other, &decided("2022-02-21T11:00:00+07:00")).await;
    for (at, to_root, to_district) in &remembered {
        asked_again(&root, &asked, at, to_root).await;
        asked_again(&district, &asked, at, to_district).await;
    }

    // The same by hand, for one of them.
    let path = format!("/v1/dossiers/{code}?include=events");
    let tuesday = root.get(&as_of(&path, TUESDAY)).await.expect(200);
    assert_eq!((&tuesday["status"], &tuesday["version"]), (&json!("processing"), &json!(3)));
    assert_eq!(tuesday["events"].as_array().map(Vec::len), Some(3), "nothing of what came later");
    assert_eq!(tuesday["timing"], json!({"state": "due_soon", "days_left": 0, "days_late": 0}));
    // Without an event in between, only time passes.
    let wednesday = root.get(&as_of(&path, "2022-02-16T09:59:59.999999+07:00")).await.expect(200);
    assert_eq!((&wednesday["version"], &wednesday["timing"]["state"]), (&json!(3), &json!("overdue")));
    let wednesday = root.get(&as_of(&path, "2022-02-16T03:00:00Z")).await.expect(200);
    assert_eq!(wednesday["version"], 4, "what is recorded at an instant is known at it");
    let overdue =
        async |at| root.get(&as_of("/v1/overdue?count=exact", at)).await.expect(200)["total"].clone();
    assert_eq!(
        (overdue(TUESDAY).await, overdue(FRIDAY).await, overdue(MONDAY).await),
        (json!(0), json!(2), json!(1))
    );
}

#[actix_web::test]
async fn nobody_is_told_the_future_nor_of_what_was_not_recorded() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = handed_on(&root, "2022-02-15T09:00:00+07:00").await;
    let (before, after) = ("2022-02-15T09:59:59.999999+07:00", "2022-02-15T10:00:00.000001+07:00");
    for question in questions(&[code]) {
        let problem = root.get(&as_of(&question, after)).await.problem(422, "in_the_future");
        assert_eq!(problem["errors"][0]["parameter"], "as_of", "{problem}");
        root.get(&as_of(&question, "yesterday")).await.problem(422, "invalid_value");
        let unknown = root.get(&as_of(&question, before)).await;
        if question.starts_with("/v1/dossiers/") {
            unknown.problem(404, "not_found");
        } else if question.contains("count=") {
            assert_eq!(unknown.expect(200), json!({"items": [], "next_cursor": null, "total": 0}));
        } else if question.contains("format=") && !question.contains("/resolution?") {
            assert!(unknown.status == 200 && unknown.text().lines().count() <= 1, "at most the header row");
        }
        assert!(root.get(&as_of(&question, TUESDAY)).await.status == 200, "{question} as of now");
    }
    // Of another machine, whose clock is ahead.
    let ahead = root.receive(&receipt("2022-02-15T10:05:00+07:00")).await;
    root.get(&as_of(&format!("/v1/dossiers/{ahead}"), TUESDAY)).await.expect(200);
    // A receipt is known from its record on, not from the instant that it names.
    let early = as_of("/v1/dossiers?count=exact", "2022-02-12T00:00:00+07:00");
    assert_eq!(root.get(&early).await.expect(200)["total"], 0);
    root.get(&as_of("/v1/agencies", TUESDAY)).await.problem(400, "unknown_parameter");
    root.get(&as_of("/v1/dossiers/NOTHING-1", TUESDAY)).await.problem(404, "not_found");
}

#[actix_web::test]
async fn pages_go_on_with_the_same_instant_and_files_have_tags_of_it() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut codes = vec![];
    for _ in 0..3 {
        codes.push(handed_on(&root, "2022-02-15T09:00:00+07:00").await);
    }
    app.now(MONDAY);
    for code in &codes {
        root.record(code, &decided(MONDAY)).await;
    }
    for list in ["/v1/dossiers?status=processing&limit=1", "/v1/overdue?limit=1"] {
        let mut seen = 0;
        let mut path = as_of(list, FRIDAY);
        loop {
            let page = root.get(&path).await;
            let body = page.expect(200);
            seen += body["items"].as_array().unwrap().len();
            let Some(cursor) = body["next_cursor"].as_str() else { break };
            for elsewhere in [list.to_owned(), as_of(list, TUESDAY)] {
                let path = format!("{elsewhere}&cursor={cursor}");
                root.get(&path).await.problem(400, "cursor_mismatch");
            }
            path = page.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
        }
        assert_eq!(seen, 3, "{list}");
        assert_eq!(root.get(list).await.expect(200)["items"], json!([]), "{list} now");
    }
    for format in ["csv", "ndjson", "xlsx"] {
        let path = format!("/v1/dossiers?format={format}");
        let (now, friday, earlier) = (
            root.get(&path).await,
            root.get(&as_of(&path, FRIDAY)).await,
            root.get(&as_of(&path, TUESDAY)).await,
        );
        let tags = [&now, &friday, &earlier].map(|answer| answer.header("etag").to_owned());
        assert!(tags[0] != tags[1] && tags[1] != tags[2], "{format}: {tags:?}");
        let known = root.get_with(&as_of(&path, FRIDAY), ("If-None-Match", &tags[1])).await;
        assert_eq!(known.status, 304, "{format}");
        assert_eq!(root.send(Method::HEAD, &as_of(&path, FRIDAY)).await.status, 200);
    }
    let path = format!("/v1/dossiers/{}", codes[0]);
    let then = root.get(&as_of(&path, FRIDAY)).await;
    let stale = root.request(Method::POST, &format!("{path}/events"));
    let note = event("noted", MONDAY, json!({"note": "x"}));
    let stale = stale.insert_header(("If-Match", then.header("etag"))).send_json(&note).await.unwrap();
    assert_eq!(stale.status(), 412, "the tag of an earlier state guards nothing now");
}

/// Between the change of a calendar and its job answers show the old date counted on the new calendar.
#[actix_web::test]
async fn calendars_are_those_that_were_known() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = root.receive(&receipt("2022-02-15T08:00:00+07:00")).await; // due on the 18th
    let asked = questions(std::slice::from_ref(&code));
    let path = year("H51.29", 2022);
    let mut remembered = vec![("2022-02-15T10:00:00+07:00", answers(&root, &asked, None).await)];
    let after = with_day_off(&table(&root, &path).await, "2022-02-17");
    app.now("2022-02-15T11:00:00+07:00");
    root.put(&path, &after, None).await.expect(202);
    remembered.push(("2022-02-15T11:00:00+07:00", answers(&root, &asked, None).await));
    app.now("2022-02-15T12:00:00+07:00");
    work(&app).await;
    remembered.push(("2022-02-15T12:00:00+07:00", answers(&root, &asked, None).await));
    app.now("2022-02-15T13:00:00+07:00");
    let hours =
        json!({"hours": [{"valid_from": "2022-01-01", "monday": [{"from": "08:00", "to": "10:00"}]}]});
    root.put("/v1/calendars/H51.29.05", &hours, None).await.expect(202);
    root.put(&path, &with_day_off(&after, "2022-02-16"), Some("*")).await.expect(202);
    work(&app).await;
    app.now(MONDAY);
    for (at, before) in &remembered {
        asked_again(&root, &asked, at, before).await;
    }
    let days = remembered.iter().map(|(_, answers)| {
        let body: Value = serde_json::from_str(&answers[0].1).unwrap();
        (body["deadline"]["due_on"].clone(), body["timing"]["days_left"].clone())
    });
    let expected = [("2022-02-18", 3), ("2022-02-18", 2), ("2022-02-21", 3)];
    assert_eq!(days.collect::<Vec<_>>(), expected.map(|(day, left)| (json!(day), json!(left))));
}

/// A key sees what it saw then, except what it sees no longer; and nothing that it did not see then.
#[actix_web::test]
async fn who_sees_what_is_judged_by_then_and_by_now() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let (commune, other) =
        (app.caller(Scope::ALL, &["H51.29.18"]).await, app.caller(Scope::ALL, &["H51.30"]).await);
    let code = handed_on(&root, "2022-02-15T09:00:00+07:00").await;
    let mut own = receipt("2022-02-15T08:00:00+07:00");
    own["receiving_agency"] = json!("H51.29.18");
    own["competent_agency"] = json!("H51.29.18");
    let own = root.receive(&own).await;
    let total = async |caller: &Client, at: Option<&str>| {
        let path = "/v1/dossiers?count=exact";
        let path = at.map_or_else(|| path.to_owned(), |at| as_of(path, at));
        caller.get(&path).await.expect(200)["total"].as_i64().unwrap()
    };
    app.now(WEDNESDAY);
    let on = event("forwarded", WEDNESDAY, json!({"to_agency": "H51.29.05", "to_officer": "Phạm Thị Dung"}));
    root.record(&code, &on).await;
    let one = format!("/v1/dossiers/{code}?include=events");
    commune.get(&one).await.problem(404, "not_found");
    let then = commune.get(&as_of(&one, TUESDAY)).await;
    assert_eq!(then.expect(200)["version"], 2, "it held it then");
    assert!(!then.text().contains("Dung"), "and learns nothing of what came after");
    commune.get(&as_of(&one, WEDNESDAY)).await.problem(404, "not_found");
    assert_eq!((total(&commune, Some(TUESDAY)).await, total(&commune, None).await), (2, 1));

    app.now(FRIDAY);
    let shown = root.get("/v1/agencies/H51.29.18").await;
    let mut agency =
        json!({"name": "Ủy ban nhân dân thị trấn", "level": "commune", "valid_from": "2020-01-01"});
    agency["parent"] = json!("H51.30");
    root.put("/v1/agencies/H51.29.18", &agency, Some(shown.header("etag"))).await.expect(200);
    app.now(MONDAY);
    let path = format!("/v1/dossiers/{own}");
    other.get(&path).await.expect(200);
    other.get(&as_of(&path, WEDNESDAY)).await.problem(404, "not_found");
    district.get(&path).await.problem(404, "not_found");
    district.get(&as_of(&path, WEDNESDAY)).await.problem(404, "not_found");
    root.get(&as_of(&path, WEDNESDAY)).await.expect(200);
    assert_eq!(total(&district, Some(TUESDAY)).await, 1, "the one that it received itself");
    // A filter takes in what was below an agency then.
    let below = |at| as_of("/v1/dossiers?receiving_agency=H51.29&count=exact", at);
    assert_eq!(root.get(&below(WEDNESDAY)).await.expect(200)["total"], 2);
    assert_eq!(root.get(&below(MONDAY)).await.expect(200)["total"], 1);
}

/// What was there when the service learned to look back is known from then on, as it was.
#[actix_web::test]
async fn an_upgrade_begins_with_what_is_there() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = handed_on(&root, "2022-02-15T09:00:00+07:00").await;
    app.now(WEDNESDAY);
    root.record(&code, &event("noted", WEDNESDAY, json!({"public_note": "Đã kiểm tra"}))).await;
    let migration = |file| {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/2026-11-26-000016_as_of");
        app.db.sql(&std::fs::read_to_string(format!("{place}/{file}")).unwrap());
    };
    let later = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/2026-11-27-000040_report_counts/up.sql");
    let later = std::fs::read_to_string(later).unwrap();
    let view = later.split(';').find(|statement| statement.contains("CREATE VIEW dossier_history")).unwrap();
    app.db.sql("DROP VIEW dossier_history");
    migration("down.sql");
    migration("up.sql");
    app.db.sql(view);
    app.db.sql(include_str!("../../migrations/2026-11-28-000058_service_role/up.sql"));
    app.db.grant();
    app.now(FRIDAY);
    let asked = questions(std::slice::from_ref(&code));
    let remembered = answers(&root, &asked, None).await;
    app.now(MONDAY);
    root.record(&code, &decided(MONDAY)).await;
    let path = year("H51.29", 2022);
    root.put(&path, &with_day_off(&table(&root, &path).await, "2022-02-17"), None).await.expect(202);
    asked_again(&root, &asked, FRIDAY, &remembered).await;
    let path = format!("/v1/dossiers/{code}");
    assert_eq!(root.get(&as_of(&path, WEDNESDAY)).await.expect(200)["version"], 3);
    root.get(&as_of(&path, TUESDAY)).await.problem(404, "not_found");
    let rows = "SELECT count(*) FROM agencies a LEFT JOIN reference_rows r ON r.relation = 'agencies' AND r.content = to_jsonb(a)
         AND r.known = tstzrange(NULL, NULL) WHERE r.id IS NULL";
    assert_eq!(app.count(rows).await, 0, "agencies were always known");
}

/// The same statements, prepared once on one connection, read the present and the past in turn.
#[actix_web::test]
async fn one_connection_reads_now_and_then_in_turn() {
    let app = TestApp::start();
    let root = app.root().await;
    let code = handed_on(&root, "2022-02-15T09:00:00+07:00").await;
    app.now(FRIDAY);
    root.record(&code, &decided(FRIDAY)).await;
    let door = Slow::new(&app.db.database(), 1).unwrap();
    let tuesday: Option<Instant> = Some("2022-02-16T10:00:00+07:00".parse().unwrap());
    let calendars =
        app.shared.slow.read(async |conn| congkhai::features::calendar::queries::load(conn).await);
    let moment =
        Moment::new("2022-02-16T10:00:00+07:00".parse().unwrap(), &Arc::new(calendars.await.unwrap()));
    let read = async |as_of| {
        door.snapshot(as_of, async |conn| {
            let found = known(conn, &code).await?.unwrap();
            let late = overdue::count(conn, &Filter::default(), &Visible::All, &moment).await?;
            Ok((found.dossier.version, found.events.len(), late))
        })
        .await
        .unwrap()
    };
    // More often than it takes PostgreSQL to keep a plan for all values.
    for _ in 0..8 {
        assert_eq!(read(tuesday).await, (2, 2, 1));
        assert_eq!(read(None).await, (3, 3, 0));
    }
    for _ in 0..8 {
        assert_eq!(read(tuesday).await, (2, 2, 1));
    }
    let one = Some("2022-02-15T09:59:00+07:00".parse().unwrap());
    let none = door.snapshot(one, async |conn| Ok(known(conn, &code).await?.is_none())).await;
    assert!(none.unwrap());
    assert_eq!(read(None).await, (3, 3, 0), "nothing of it is left on the connection");
}
