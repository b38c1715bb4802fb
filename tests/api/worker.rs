//! The background worker: one leader at a time, and no failure that ends it. Ticks are called, not waited for.

use crate::harness::{TestApp, connect};
use congkhai::app;
use congkhai::db::PoolSizes;
use congkhai::worker::Worker;

/// The worker of another process that uses the same database.
fn other(app: &TestApp) -> Worker {
    let sizes = PoolSizes { slow: 1, writer: 1 };
    Worker::new(app::shared(app.db.database(), sizes, app.clock.clone()).unwrap())
}

/// Stores idempotency keys of requests that came this many minutes before the test's now.
async fn keys(app: &TestApp, count: u32, minutes: u32) {
    let insert = format!(
        "INSERT INTO idempotency_keys (key_id, method, path, key, body_digest, status, headers, body, created_at)
         SELECT 'k', 'POST', '/v1/dossiers', gen_random_uuid(), sha256('x'), 201, '{{}}', '{{}}',
                timestamptz '{}' - interval '{minutes} minutes' FROM generate_series(1, {count})",
        crate::harness::NOW
    );
    connect(&app.db.url).await.batch_execute(&insert).await.unwrap();
}

async fn left(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM idempotency_keys").await
}

/// Ends the session that holds the leader's lock, and waits until it is gone.
async fn end_the_leaders_session(app: &TestApp) {
    let end = "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 60000)) FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(app.count(end).await, 1, "one session holds the lock");
}

#[actix_web::test]
async fn one_process_leads_and_another_takes_over() {
    let app = TestApp::start();
    let (mut first, mut second) = (Worker::new(app.shared.clone()), other(&app));
    keys(&app, 3, 49 * 60).await;
    first.tick().await;
    second.tick().await;
    assert!(first.leads() && !second.leads());
    assert_eq!(left(&app).await, 0);
    keys(&app, 3, 49 * 60).await;
    for worker in [&mut second, &mut first] {
        worker.tick().await;
    }
    assert!(first.leads() && !second.leads(), "it stays");
    assert_eq!(left(&app).await, 3, "the leader has purged already, the other may not");

    end_the_leaders_session(&app).await;
    second.tick().await;
    assert!(second.leads());
    assert_eq!(left(&app).await, 0, "a new leader begins at once");
    first.tick().await;
    assert!(!first.leads(), "its session is lost");
    first.tick().await;
    assert!(!first.leads(), "and its place is taken");

    end_the_leaders_session(&app).await;
    second.tick().await;
    first.tick().await;
    assert!(first.leads() && !second.leads(), "taken again");
}

#[actix_web::test]
async fn idempotency_keys_are_kept_for_48_hours() {
    let app = TestApp::start();
    keys(&app, 2_500, 48 * 60 + 1).await;
    keys(&app, 2, 48 * 60).await;
    keys(&app, 1, 1).await;
    let mut worker = Worker::new(app.shared.clone());
    worker.tick().await;
    assert_eq!(left(&app).await, 3, "in batches, and what is just 48 hours old stays");
    app.now("2022-02-15T10:00:01+07:00");
    end_the_leaders_session(&app).await;
    other(&app).tick().await;
    assert_eq!(left(&app).await, 1, "a second later it goes");
}

#[actix_web::test]
async fn a_job_is_due_again_after_its_time() {
    let app = TestApp::start();
    let mut worker = Worker::new(app.shared.clone());
    worker.tick().await;
    keys(&app, 1, 49 * 60).await;
    // Ten seconds each: an hour has 360.
    for _ in 0..359 {
        worker.tick().await;
    }
    assert_eq!(left(&app).await, 1);
    worker.tick().await;
    assert_eq!(left(&app).await, 0);
    let text = app.nobody().get("/metrics").await.text();
    for line in [
        "congkhai_worker_runs_total{job=\"purge_idempotency_keys\",outcome=\"success\"} 2",
        "congkhai_worker_runs_total{job=\"forget_idle_buckets\",outcome=\"success\"} 361",
        "congkhai_worker_last_success_timestamp_seconds{job=\"purge_idempotency_keys\"} 1644894000",
        "congkhai_worker_leader 1",
        "congkhai_db_up 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
}

#[actix_web::test]
async fn a_failure_is_counted_and_ends_nothing() {
    let app = TestApp::start();
    let mut worker = Worker::new(app.shared.clone());
    app.db.sql("ALTER TABLE idempotency_keys RENAME TO away");
    worker.tick().await;
    worker.tick().await;
    let text = app.nobody().get("/metrics").await.text();
    for line in [
        "congkhai_worker_runs_total{job=\"purge_idempotency_keys\",outcome=\"failure\"} 1",
        "congkhai_worker_runs_total{job=\"forget_idle_buckets\",outcome=\"success\"} 2",
        "congkhai_worker_leader 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    // Without its database it leads nothing, and goes on when the database is back.
    app.db.sql("ALTER TABLE away RENAME TO idempotency_keys");
    end_the_leaders_session(&app).await;
    worker.tick().await;
    let text = app.nobody().get("/metrics").await.text();
    assert!(text.contains("congkhai_db_up 0\n") && text.contains("congkhai_worker_leader 0\n"), "{text}");
    worker.tick().await;
    assert!(worker.leads());
}
