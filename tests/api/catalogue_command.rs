//! `congkhai import procedures` and `congkhai export procedures`, run against a running service.

use crate::harness::{Client, Directory, TestApp, content, directory, publication, run_with};
use congkhai::domain::vocabulary::Scope;
use serde_json::{Value, json};
use std::process::Output;

struct Stage {
    app: TestApp,
    root: Client,
    key: String,
    files: Directory,
}

impl Stage {
    async fn set(name: &str) -> Self {
        let app = TestApp::start();
        let (root, key) = (app.root().await, app.key(&[Scope::CatalogueWrite], &["*"], None).await.reveal());
        Self { app, root, key, files: directory(name) }
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        command(arguments, &self.app.base, &self.key).await
    }

    /// Imports a file that holds a text; the lines that are printed, each in its columns, and the status.
    async fn import(&self, text: &str, more: &[&str]) -> (Vec<Vec<String>>, Option<i32>) {
        let file = self.files.path().join("procedures.ndjson");
        std::fs::write(&file, text).unwrap();
        let output = self.run(&[&["import", "procedures", file.to_str().unwrap()], more].concat()).await;
        let lines = String::from_utf8(output.stdout).unwrap();
        let columns = |line: &str| line.split('\t').map(str::to_owned).collect();
        (lines.lines().map(columns).collect(), output.status.code())
    }

    /// What became of each line of a file.
    async fn results(&self, text: &str, more: &[&str]) -> Vec<String> {
        self.import(text, more).await.0.into_iter().map(|columns| columns[2].clone()).collect()
    }

    async fn export(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["export", "procedures"], arguments].concat()).await;
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Runs a command on a thread of its own: the writer of the service may live on that of the test.
async fn command(arguments: &[&str], url: &str, key: &str) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let (url, key) = (url.to_owned(), key.to_owned());
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run_with(&arguments, &[("CONGKHAI_URL", &url), ("CONGKHAI_KEY", &key)])
    };
    actix_web::web::block(run).await.unwrap()
}

fn line(code: &str) -> Value {
    json!({
        "code": code, "name": format!("Thủ tục {code}"), "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["commune"],
        "effective_from": "2022-02-10", "limits": [{"limit": {"unit": "working_days", "amount": "3"}}], "content": content(),
        "publication": publication("new"),
    })
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n") + "\n"
}

#[actix_web::test]
async fn each_line_is_told_apart_and_a_second_run_goes_on_where_the_first_ended() {
    let stage = Stage::set("import-lines").await;
    let mut incomplete = line("1.000002");
    incomplete["content"]["steps"] = json!([]);
    let mut draft = line("1.000003");
    draft.as_object_mut().unwrap().remove("publication");
    let mut unknown = line("1.000004");
    unknown["colour"] = json!("red");
    let mut text = lines(&[line("1.000001"), incomplete, draft.clone(), unknown]);
    text.push_str("{\"code\": \n\n[]\n");
    text.push_str(&lines(&[json!({"name": "x"}), line("no code")]));
    let (told, status) = stage.import(&text, &[]).await;
    assert_eq!(status, Some(1));
    let shown: Vec<String> = told.iter().map(|columns| columns.join("|")).collect();
    let expected = [
        "1|1.000001|published",
        "2|1.000002|rejected|the service refused (422 Unprocessable Entity): Part of the procedure missing. /draft/content/steps: is missing: trình tự thực hiện (the steps), NĐ 63/2010/NĐ-CP Đ.8(2)(b)",
        "3|1.000003|drafted",
    ];
    assert_eq!(shown[..3], expected);
    assert!(shown[3].starts_with("4|1.000004|rejected|") && shown[3].contains("/colour"), "{}", shown[3]);
    assert!(shown[4].starts_with("5|?|rejected|is no JSON object: "), "{}", shown[4]);
    assert!(shown[5].starts_with("7|?|rejected|is no JSON object: "), "{}", shown[5]);
    assert_eq!(shown[6], "8|?|rejected|/code: is required");
    assert!(shown[7].starts_with("9|no code|rejected|"), "{}", shown[7]);
    assert_eq!(shown.len(), 8);
    let one = stage.root.get("/v1/procedures/1.000001").await.expect(200);
    assert_eq!(
        (&one["version"], &one["decision"]["number"]),
        (&json!(1), &publication("new")["decision"]["number"])
    );
    stage.root.get("/v1/procedures/1.000002").await.problem(404, "not_found");

    // Mended, and run again.
    let mended = lines(&[line("1.000001"), line("1.000002"), draft]);
    assert_eq!(stage.results(&mended, &[]).await, ["unchanged", "published", "unchanged"]);
    let (told, status) = stage.import(&mended, &[]).await;
    assert_eq!((told.len(), status), (3, Some(0)));
    assert!(told.iter().all(|columns| columns[2] == "unchanged"), "{told:?}");
    let versions = stage.root.get("/v1/procedures/1.000001/versions").await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 1, "nothing was done twice");
}

#[actix_web::test]
async fn a_dry_run_says_the_same_and_stores_nothing() {
    let stage = Stage::set("import-dry").await;
    let mut wrong = line("1.000002");
    wrong["field"] = json!("Hộ tịch");
    let text = lines(&[line("1.000001"), wrong]);
    assert_eq!(stage.results(&text, &["--dry-run"]).await, ["published", "rejected"]);
    stage.root.get("/v1/procedures/1.000001").await.problem(404, "not_found");
    assert_eq!(stage.results(&text, &[]).await, ["published", "rejected"]);

    // What only the publication shows is said by the dry run as well, and leaves no draft behind.
    let mut ended = line("1.000003");
    ended["publication"]["decision"]["kind"] = json!("abolished");
    let mut early = line("1.000004");
    early["publication"]["decision"]["signed_on"] = json!("2022-02-11");
    let text = lines(&[ended, early]);
    for more in [&["--dry-run"][..], &[]] {
        assert_eq!(stage.results(&text, more).await, ["rejected", "rejected"]);
    }
    assert_eq!(stage.app.count("SELECT count(*) FROM procedure_drafts").await, 0);
}

#[actix_web::test]
async fn a_file_with_two_versions_of_a_code_is_repeatable() {
    let stage = Stage::set("import-versions").await;
    let mut amended = line("1.000001");
    amended["name"] = json!("Thủ tục sửa đổi");
    amended["effective_from"] = json!("2022-02-11");
    amended["publication"]["decision"]["kind"] = json!("amended");
    let text = lines(&[line("1.000001"), amended]);
    assert_eq!(stage.results(&text, &[]).await, ["published", "published"]);
    assert_eq!(stage.results(&text, &[]).await, ["unchanged", "unchanged"]);
    let versions = stage.root.get("/v1/procedures/1.000001/versions").await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_draft_that_was_left_behind_is_published_and_a_change_makes_a_version() {
    let stage = Stage::set("import-change").await;
    let mut draft = line("1.000001");
    draft.as_object_mut().unwrap().remove("publication");
    // As a run leaves it that is broken off between the two writes.
    assert_eq!(stage.results(&lines(&[draft]), &[]).await, ["drafted"]);
    assert_eq!(stage.results(&lines(&[line("1.000001")]), &[]).await, ["published"]);
    let mut amended = line("1.000001");
    amended["name"] = json!("Thủ tục sửa đổi");
    amended["publication"]["decision"]["kind"] = json!("amended");
    amended["publication"]["decision"]["number"] = json!("2/QĐ-UBND");
    assert_eq!(stage.results(&lines(&[amended.clone()]), &[]).await, ["published"]);
    assert_eq!(stage.results(&lines(&[amended.clone()]), &[]).await, ["unchanged"]);
    let one = stage.root.get("/v1/procedures/1.000001").await.expect(200);
    assert_eq!((&one["version"], &one["name"]), (&json!(2), &json!("Thủ tục sửa đổi")));
    // Beside a published version, the draft of a line without a publication.
    amended["name"] = json!("Bản thảo");
    amended.as_object_mut().unwrap().remove("publication");
    assert_eq!(stage.results(&lines(&[amended.clone()]), &[]).await, ["drafted"]);
    assert_eq!(stage.results(&lines(&[amended]), &[]).await, ["unchanged"]);
}

#[actix_web::test]
async fn what_one_service_exports_another_imports() {
    let (from, to) = (Stage::set("export-from").await, Stage::set("export-to").await);
    let mut amended = line("1.000001");
    amended["publication"]["decision"]["kind"] = json!("amended");
    amended["publication"]["decision"]["number"] = json!("2/QĐ-UBND");
    from.import(&lines(&[line("1.000001"), line("1.000002"), amended]), &[]).await;
    let exported = from.export(&["--in-force-on", "2022-02-10"]).await;
    let codes: Vec<Value> =
        exported.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].clone()).collect();
    for code in ["1.000001", "1.000002"] {
        assert!(codes.contains(&json!(code)), "{codes:?}");
    }
    let (told, status) = to.import(&exported, &[]).await;
    assert_eq!(status, Some(0), "{told:?}");
    assert_eq!(told.len(), codes.len());
    // What stands in both from the beginning is unchanged; what only the one had is there now, as it was announced there.
    let became = |code: &str| told.iter().find(|columns| columns[1] == code).unwrap()[2].clone();
    assert_eq!((became("1.000001").as_str(), became("1.000002").as_str()), ("published", "published"));
    let there = to.root.get("/v1/procedures/1.000001").await.expect(200);
    let here = from.root.get("/v1/procedures/1.000001").await.expect(200);
    assert_eq!(there["decision"], here["decision"], "the decision that amended is the first one there");
    assert_eq!((&there["version"], &here["version"]), (&json!(1), &json!(2)));
    assert_eq!(to.export(&["--in-force-on", "2022-02-10"]).await, exported);
}

#[actix_web::test]
async fn the_national_form_goes_both_ways() {
    let (from, to) = (Stage::set("national-from").await, Stage::set("national-to").await);
    from.import(&lines(&[line("1.000001")]), &[]).await;
    let exported = from.export(&["--format", "national", "--in-force-on", "2022-02-10"]).await;
    let one = exported.lines().find(|line| line.contains("1.000001")).unwrap();
    let answer = format!("{{\"error_code\": \"0\", \"result\": [{one}]}}");
    let terms = ["--effective-from", "2022-02-10", "--sets", "1"];
    assert_eq!(to.results(&answer, &[]).await, ["rejected"], "what the form does not say is asked for");
    assert_eq!(to.results(&answer, &terms).await, ["drafted"]);
    let decision =
        ["--decision", "9/QĐ-BTP", "--signed-on", "2022-01-28", "--issued-by", "Bộ trưởng Bộ Tư pháp"];
    let (told, status) = to.import(&answer, &[&terms[..], &decision].concat()).await;
    assert_eq!((told[0][2].as_str(), status), ("published", Some(0)), "{told:?}");
    assert_eq!(told[0][3], "/QUYETDINH: is left out");
    assert_eq!(to.results(&answer, &[&terms[..], &decision].concat()).await, ["unchanged"]);
    let there = to.root.get("/v1/procedures/1.000001").await.expect(200);
    let here = from.root.get("/v1/procedures/1.000001").await.expect(200);
    for part in ["name", "field", "field_name", "levels"] {
        assert_eq!(there[part], here[part], "{part}");
    }
    assert_eq!(there["content"]["steps"], here["content"]["steps"]);
    assert_eq!(there["content"]["documents"], here["content"]["documents"]);
    assert_eq!(
        (&there["decision"]["number"], &there["decision"]["kind"]),
        (&json!("9/QĐ-BTP"), &json!("new"))
    );

    // What is not disclosed there is no more than a draft here.
    let hidden = answer.replace("\"TRANGTHAI\":\"1\"", "\"TRANGTHAI\":\"2\"").replace("1.000001", "1.000009");
    assert_eq!(to.results(&hidden, &[&terms[..], &decision].concat()).await, ["drafted"]);
}

#[actix_web::test]
async fn what_no_line_would_be_spared_ends_the_run() {
    let stage = Stage::set("import-stopped").await;
    let file = stage.files.path().join("one.ndjson");
    std::fs::write(&file, lines(&[line("1.000001"), line("1.000002")])).unwrap();
    let file = file.to_str().unwrap();
    let reader = stage.app.key(&[Scope::DossiersRead], &["*"], None).await.reveal();
    let run = async |key: &str, url: &str| {
        let output = command(&["import", "procedures", file], url, key).await;
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        String::from_utf8(output.stderr).unwrap()
    };
    let scope = run(&reader, &stage.app.base).await;
    assert!(scope.contains("stopped before line 1") && scope.contains("catalogue:write"), "{scope}");
    let away = run(&stage.key, "http://127.0.0.1:1").await;
    assert!(away.contains("no answer from http://127.0.0.1:1"), "{away}");
    for missing in ["nowhere.ndjson", "empty"] {
        let path = stage.files.path().join(missing);
        if missing == "empty" {
            std::fs::write(&path, "\n").unwrap();
        }
        let output = stage.run(&["import", "procedures", path.to_str().unwrap()]).await;
        assert_eq!(output.status.code(), Some(1), "{missing}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(missing));
    }
    let half = stage.run(&["import", "procedures", file, "--decision", "1/QĐ"]).await;
    assert_eq!(half.status.code(), Some(2), "a decision needs its day and who issued it");
}
