//! `congkhai purge`: personal data of dossiers that ended long ago is marked, goes out of sight, and is erased; the chains stay whole.

use crate::harness::evidence::{Verifier, lived, tick};
use crate::harness::personal::{notes, persons};
use crate::harness::{Client, TestApp, at, event, receipt, run};
use congkhai::db::Writer;
use congkhai::domain::local_time::Instant;
use congkhai::features::audit::Actor;
use congkhai::features::personal::actions::purge::{self, NotUndone, Rule};
use serde_json::{Value, json};

const REASON: (&str, &str) = ("X-Access-Reason", "Gi%E1%BA%A3i quy%E1%BA%BFt khi%E1%BA%BFu n%E1%BA%A1i");

/// What `congkhai purge` printed, and whether it ended with 0.
fn purge(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    let done = run(&[&["purge", "--database-url", &app.db.url], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (done.status.success(), text(&done.stdout) + &text(&done.stderr))
}

/// The name of the applicant, and the number of private notes, as they are shown for a reason.
async fn shown(root: &Client, code: &str) -> (String, usize) {
    let dossier = root.get_with(&format!("/v1/dossiers/{code}?include=events"), REASON).await.expect(200);
    let notes =
        dossier["events"].as_array().unwrap().iter().filter(|event| event["note"].is_string()).count();
    (dossier["applicant"]["name"].as_str().unwrap().to_owned(), notes)
}

/// Marked without a window, it is erased by the next run.
async fn erased_by_the_next_run(app: &TestApp, root: &Client, (verifier, code): (&Verifier, &str)) {
    let confirmed = ["--years", "1", "--window-days", "0", "--confirm"];
    let (done, said) = purge(app, &confirmed);
    assert!(done && said.contains("purge 2: marked 1 dossiers"), "{said}");
    assert_eq!((persons(app).await.len(), notes(app).await.len()), (2, 2), "marked is not erased");
    let (done, said) = purge(app, &confirmed);
    assert!(
        done && said.contains("purge 2: erased the personal data of 1 dossiers\n")
            && said.contains("none was marked"),
        "{said}"
    );
    assert_eq!((persons(app).await.len(), notes(app).await.len()), (1, 0));
    let left = "SELECT (SELECT count(*) FROM dossier_events e JOIN dossiers d ON d.id = dossier_id
            WHERE ended_at IS NOT NULL AND num_nonnulls(salt, officer, officer_title, officer_unit, to_officer) > 0)
        + (SELECT count(*) FROM dossier_states s JOIN dossiers d USING (id) WHERE d.ended_at IS NOT NULL AND (s.applicant_name_masked <> '' OR s.holder_officer IS NOT NULL))";
    assert_eq!(app.count(left).await, 0);
    let found = verifier.database(app);
    assert!(found.holds().contains("5 have their personal data erased"), "{}", found.lines);
    assert_eq!(shown(root, code).await, (String::new(), 0));
    let then = root.get(&format!("/v1/dossiers/{code}?as_of=2022-02-15T12:00:00%2B07:00")).await.expect(200);
    assert_eq!(then["applicant"]["name"], "");
    let (done, said) = purge(app, &["undo", "2"]);
    assert!(!done && said.contains("personal data of it was erased"), "{said}");
    let (done, said) = purge(app, &confirmed);
    assert!(done && said.starts_with("no more dossiers ended before"), "{said}");
}

#[actix_web::test]
async fn personal_data_is_marked_hidden_and_erased_and_everything_still_verifies() {
    let app = TestApp::signing();
    let root = app.root().await;
    tick(&app).await;
    let code = lived(&app, &root).await;
    let open = root.receive(&receipt(&at("02-15T08:00"))).await;
    for midnight in ["2022-02-16T00:10:00+07:00", "2022-02-17T00:10:00+07:00"] {
        app.now(midnight);
        tick(&app).await;
    }
    let verifier = Verifier::new("purged");
    verifier.database(&app).holds();
    let (done, said) = purge(&app, &["--years", "1"]);
    assert!(
        done && said.starts_with("H51.29.05\t2022\t1\n1 dossiers ended before ")
            && said.contains("nothing was changed"),
        "{said}"
    );
    assert_eq!(app.count("SELECT count(*) FROM purges").await, 0);
    let (done, said) = purge(&app, &["--years", "200"]);
    assert!(done && said.starts_with("0 dossiers ended before"), "{said}");

    // Marked: out of sight, and there again when it is undone.
    let (done, said) = purge(&app, &["--years", "1", "--confirm"]);
    assert!(
        done && said.contains("purge 1: marked 1 dossiers") && said.contains("`congkhai purge undo 1`"),
        "{said}"
    );
    assert_eq!(shown(&root, &code).await, ("N*** V*** A***".to_owned(), 0));
    assert_eq!(shown(&root, &open).await.0, "Nguyễn Văn An");
    let (done, said) = purge(&app, &["undo", "1"]);
    assert!(done && said.contains("purge 1: 1 dossiers are marked no more"), "{said}");
    assert_eq!(shown(&root, &code).await, ("Nguyễn Văn An".to_owned(), 2));
    let (done, said) = purge(&app, &["undo", "1"]);
    assert!(!done && said.contains("purge 1: it was undone before"), "{said}");

    erased_by_the_next_run(&app, &root, (&verifier, &code)).await;
    let (done, said) = purge(&app, &["list"]);
    assert!(done && said.lines().count() == 3 && said.contains("undone"), "{said}");

    let audit = root.get("/v1/audit?action=purge.marked,purge.erased,purge.undone").await.expect(200);
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["purge.erased", "purge.marked", "purge.undone", "purge.marked"]);
    let marked: &Value = &audit["items"][3];
    assert_eq!((&marked["actor"], &marked["subject"]), (&json!("command:purge"), &json!("purge:1")));
    assert_eq!((&marked["details"]["years"], &marked["details"]["dossiers"]), (&json!(1), &json!(1)));
    // An event that comes later goes on with the chain.
    app.happens(&root, &code, "reopened", "02-17T08:00", json!({"ground": "Nhầm", "note": "Riêng"})).await;
    verifier.database(&app).holds();
}

#[actix_web::test]
async fn the_window_the_cap_and_a_reopening_are_kept_to() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut codes = vec![];
    for hour in ["08", "09", "10"] {
        let code = root.receive(&receipt(&at("02-14T08:00"))).await;
        let result = json!({"result": {"outcome": "granted"}});
        root.record(&code, &event("completed", &at(&format!("02-15T{hour}:00")), result)).await;
        codes.push(code);
    }
    let (owner, actor) = (Writer::new(&app.db.owned(), 1).unwrap(), Actor::command("purge"));
    let instant = |text: &str| text.parse::<Instant>().unwrap();
    let rule = Rule { years: 2, window_days: 30, most: 2 };
    let mark = async |now| {
        purge::mark(&owner, (&actor, instant(now)), rule).await.unwrap().map(|purge| purge.dossiers)
    };
    // More than two years: not on the day itself.
    assert_eq!(mark("2024-02-15T23:00:00+07:00").await, None);
    let denied = purge::mark(&app.shared.writer, (&actor, instant("2024-02-16T08:00:00+07:00")), rule).await;
    assert!(denied.is_err(), "the role of the service may not");
    assert_eq!(mark("2024-02-16T08:00:00+07:00").await, Some(2), "the most of a run");
    assert_eq!(mark("2024-02-16T09:00:00+07:00").await, Some(1));
    assert_eq!(mark("2024-02-16T10:00:00+07:00").await, None);
    let erase = async |now, most| purge::erase(&owner, (&actor, instant(now)), most).await.unwrap();
    assert_eq!(erase("2024-03-17T07:59:00+07:00", 10).await, None, "the window is open");
    // One that is handled again is marked no more.
    app.now("2024-02-20T08:00:00+07:00");
    let reopened = event("reopened", "2024-02-20T08:00:00+07:00", json!({"ground": "Nhầm"}));
    root.record(&codes[0], &reopened).await;
    assert_eq!(erase("2024-03-17T08:00:00+07:00", 1).await, Some((1, 1)));
    assert_eq!(
        persons(&app).await.len()
            + usize::try_from(
                app.count("SELECT count(*) FROM purged_dossiers WHERE erased_at IS NOT NULL").await
            )
            .unwrap(),
        3
    );
    let undone =
        async |id| purge::undo(&owner, (&actor, instant("2024-03-17T08:00:00+07:00")), id).await.unwrap();
    assert_eq!(erase("2024-03-17T08:00:00+07:00", 1).await, Some((1, 1)));
    assert_eq!(erase("2024-03-17T08:00:00+07:00", 1).await, None, "the other purge is an hour younger");
    assert_eq!(undone(1).await, Err(NotUndone::Erased));
    assert_eq!(undone(3).await, Err(NotUndone::Unknown));
    assert_eq!(undone(2).await, Ok(1));
    assert_eq!(erase("2024-03-18T08:00:00+07:00", 10).await, None);
    assert_eq!(shown(&root, &codes[0]).await.0, "Nguyễn Văn An", "it was reopened");
    assert_eq!(shown(&root, &codes[1]).await.0, "");
    assert_eq!(shown(&root, &codes[2]).await.0, "Nguyễn Văn An", "it was undone");
    Verifier::new("purge-window").database(&app).holds();
}
