//! Changes of calendars as jobs: cut off, killed, beside receipts, and from the command line.

use crate::calendars::{RECEIVED, due_on, job, table, with_day_off, work, year};
use crate::harness::{Service, TestApp, connect, directory, event, inserting_all, receipt, run};
use congkhai::clock::Clock;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

/// Many dossiers, each with the event of its receipt.
fn copies(app: &TestApp, count: u32) {
    app.db.sql(&format!(
        "CREATE TEMP TABLE d AS SELECT dossiers.*, n FROM dossiers, generate_series(1, {count}) n;
         ALTER TABLE d ADD new_id uuid DEFAULT gen_random_uuid();
         CREATE TEMP TABLE e AS SELECT v.*, d.new_id FROM dossier_events v JOIN d ON d.id = v.dossier_id;
         UPDATE e SET id = gen_random_uuid(), dossier_id = new_id;
         UPDATE d SET id = new_id, code = 'H51.29-220215-' || (100000 + n);
         ALTER TABLE d DROP COLUMN n, DROP COLUMN new_id;
         ALTER TABLE e DROP COLUMN new_id;
         {}
         INSERT INTO dossier_events SELECT * FROM e;",
        inserting_all("dossiers", "d")
    ));
}

#[actix_web::test]
async fn a_job_that_is_cut_off_goes_on_where_it_was() {
    use congkhai::features::calendar::actions::jobs;
    let app = TestApp::start();
    let root = app.root().await;
    root.receive(&receipt(RECEIVED)).await;
    copies(&app, 1_300);
    let path = year("national", 2022);
    let after = with_day_off(&table(&root, &path).await, "2022-02-17");
    let changed = root.put(&path, &after, Some("*")).await;
    changed.expect(202);
    let shared = &app.shared;
    let step = async || {
        let kept = (&*shared.calendars, &*shared.agencies);
        jobs::step(&shared.writer, kept, shared.clock.now()).await.unwrap()
    };
    assert_eq!(step().await, Some(500));
    let running = job(&root, &changed).await;
    assert_eq!((&running["status"], &running["moved"]), (&json!("running"), &json!(500)));
    // Another process takes over; what the first did stays done.
    assert_eq!(work(&app).await, 2, "500 and the last 301");
    let done = job(&root, &changed).await;
    assert_eq!(
        (&done["status"], &done["moved"], &done["checked"]),
        (&json!("done"), &json!(1_301), &json!(1_301))
    );
    assert_eq!(
        app.count("SELECT count(*) FROM dossiers WHERE due_on = '2022-02-21' AND version = 2").await,
        1_301
    );
    assert_eq!(app.count("SELECT count(*) FROM dossier_events WHERE kind = 'calendar_changed'").await, 1_301);
    assert_eq!(work(&app).await, 0, "nothing is left");
}

/// Receipts and events that come while calendars change end up on the last calendar.
#[actix_web::test]
async fn what_comes_while_calendars_change_follows_the_last_one() {
    let app = TestApp::start();
    let root = app.root().await;
    let path = year("national", 2022);
    let plain = table(&root, &path).await;
    let tables: Vec<Value> =
        ["2022-02-16", "2022-02-17", "2022-02-18"].iter().map(|day| with_day_off(&plain, day)).collect();
    let changes = async {
        for table in tables.iter().cycle().take(9) {
            root.put(&path, table, Some("*")).await.expect(202);
            work(&app).await;
        }
    };
    let receive = async || {
        for _ in 0..12 {
            let code = root.receive(&receipt(RECEIVED)).await;
            let suspended = event("suspended", "2022-02-15T09:00:00+07:00", json!({"ground": "Chờ"}));
            root.record(&code, &suspended).await;
            let resumed = event("resumed", "2022-02-15T09:30:00+07:00", json!({}));
            root.record(&code, &resumed).await;
        }
    };
    let receipts = join_all((0..4).map(|_| receive()));
    join(changes, receipts).await;
    work(&app).await;
    let dates = "SELECT count(DISTINCT due_on) FROM dossiers";
    assert_eq!(app.count(dates).await, 1, "all by the same calendar");
    let on_last = "SELECT count(*) FROM dossiers WHERE due_on = '2022-02-21' AND calendar_missing IS NULL";
    assert_eq!(app.count(on_last).await, 48);
}

/// Services are killed with `kill -9` while one of them does the job and receipts come.
#[actix_web::test]
async fn a_job_survives_every_kill_and_moves_each_dossier_once() {
    let app = TestApp::start();
    let root = app.root().await;
    root.receive(&receipt(RECEIVED)).await;
    copies(&app, 4_999);
    let path = year("national", 2022);
    let after = with_day_off(&table(&root, &path).await, "2022-02-17");
    let changed = root.put(&path, &after, Some("*")).await;
    changed.expect(202);
    let database = connect(&app.db.url).await;
    let checked = async || -> (bool, i64) {
        let row =
            database.query_one("SELECT status = 'done', checked FROM calendar_jobs", &[]).await.unwrap();
        (row.get(0), row.get(1))
    };
    let arguments = ["serve", "--database-url", &app.db.url];
    let mut service = Service::start(&arguments).unwrap();
    // A second instance stands by; whichever of them leads does the job.
    let beside = Service::start(&arguments).unwrap();
    // They close the days that are over by the time of this machine, and so must who records beside them.
    app.clock.set(Clock::real().now());
    let (mut kills, mut received, mut before) = (0, 0, 0);
    loop {
        let (is_done, now) = checked().await;
        if is_done {
            break;
        }
        if now > before {
            before = now;
            service.kill();
            kills += 1;
            root.receive(&receipt(RECEIVED)).await;
            received += 1;
            service = Service::start(&arguments).unwrap();
        }
    }
    assert!(kills > 0, "it was done before anybody was killed");
    assert!(service.terminate().success() && beside.terminate().success());
    let done = job(&root, &changed).await;
    assert_eq!((&done["status"], &done["moved"]), (&json!("done"), &json!(5_000)));
    let all = "SELECT count(*) FROM dossiers WHERE due_on = '2022-02-21'";
    assert_eq!(app.count(all).await, 5_000 + received);
    let once = "SELECT count(*) FROM dossiers d WHERE version = 2 AND 1 = (
        SELECT count(*) FROM dossier_events e WHERE e.dossier_id = d.id AND e.kind = 'calendar_changed')";
    assert_eq!(app.count(once).await, 5_000, "each once, and no receipt of the new calendar");
    let audited = "SELECT count(*) FROM audit_log WHERE action LIKE 'calendar.%'";
    assert_eq!(app.count(audited).await, 3, "the change, the begin and the end of its job");
}

/// Loads next year's calendar from the command line.
#[actix_web::test]
async fn the_command_imports_a_year_and_dates_what_waited() {
    let app = TestApp::start();
    let root = app.root().await;
    app.now("2026-12-30T10:00:00+07:00");
    let code = root.receive(&receipt("2026-12-30T08:00:00+07:00")).await;
    assert_eq!(due_on(&root, &code).await, Value::Null);
    let place = directory("import");
    let import = |file: &Value, more: &[&str]| {
        let name = place.path().join("years.json");
        std::fs::write(&name, file.to_string()).unwrap();
        let name = name.to_str().unwrap();
        let done = run(&[&["calendar", "--database-url", &app.db.url, "import", name], more].concat());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.success(), text(done.stdout), text(done.stderr))
    };
    let days = json!([{"date": "2027-01-01", "name": "Tết Dương lịch"}]);
    let file = json!({"years": {"2027": {"days_off": days, "worked_rest_days": []}}});

    let with = |date: &str| json!({"years": {"2027": {"days_off": [{"date": date, "name": "x"}], "worked_rest_days": []}}});
    for (bad, more, says) in [
        (json!({"years": {"1999": {"days_off": [], "worked_rest_days": []}}}), &[][..], "years/1999"),
        (with("2026-01-01"), &[], "years/2027/days_off/0/date"),
        (with("soon"), &[], "years.2027.days_off[0].date"),
        (json!({}), &[], "years"),
        (file.clone(), &["--agency", "H99"], "H99"),
        (file.clone(), &["--dry-run", "--wait"], "--wait"),
    ] {
        let (is_good, printed, error) = import(&bad, more);
        assert!(!is_good && printed.is_empty() && error.contains(says), "{bad} {more:?}: {error}");
    }
    let (is_good, printed, error) = import(&file, &["--dry-run"]);
    assert!(is_good, "{error}");
    assert_eq!(
        printed,
        "national 2027: would change, version 2, 1 dossiers would move\nNothing was stored.\n"
    );
    root.get(&year("national", 2027)).await.problem(404, "not_found");

    let (is_good, printed, error) = import(&file, &["--wait"]);
    assert!(is_good && printed.starts_with("national 2027: changed, version 2, job "), "{printed}{error}");
    assert!(printed.ends_with("Looked at 1 dossiers; every job is done.\n"), "{printed}");
    assert_eq!(due_on(&root, &code).await, "2027-01-05", "31/12, 4/1, 5/1");
    let (is_good, printed, _) = import(&file, &[]);
    assert!(is_good && printed.starts_with("national 2027: as it was\n"), "{printed}");

    let (is_good, printed, error) = import(&file, &["--agency", "H51.29", "--wait"]);
    assert!(
        is_good && printed.starts_with("H51.29 2027: as it was\n"),
        "what is inherited: {printed}{error}"
    );
    let own = json!({"years": {"2027": {
        "days_off": [{"date": "2027-01-01", "name": "Tết Dương lịch"}, {"date": "2027-01-04", "name": "Lễ hội"}],
        "worked_rest_days": []
    }}});
    let (is_good, printed, error) = import(&own, &["--agency", "H51.29", "--wait"]);
    assert!(is_good && printed.starts_with("H51.29 2027: changed, version 1, job "), "{printed}{error}");
    assert_eq!(due_on(&root, &code).await, "2027-01-06");
    let actor =
        "SELECT count(*) FROM audit_log WHERE actor = 'command:calendar import' AND action = 'calendar.put'";
    assert!(app.count(actor).await >= 1);
}
