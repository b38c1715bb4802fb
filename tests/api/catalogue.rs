//! The catalogue: publications and their conditions, ends, what changed, what was known, and the search.

use crate::harness::{Client, TestApp, content, decision, publication, receipt};
use serde_json::{Value, json};

const PATH: &str = "/v1/procedures/1.000894";

fn draft(more: &Value) -> Value {
    let mut body = json!({
        "name": "Đăng ký kết hôn", "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["commune"],
        "effective_from": "2022-02-10", "online_level": "full", "content": content(),
        "limits": [{"limit": {"unit": "working_days", "amount": "3"}}]
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn put(root: &Client, more: &Value) {
    root.put(PATH, &draft(more), Some("*")).await.expect(200);
}

#[actix_web::test]
async fn a_publication_makes_a_version_of_the_draft() {
    let app = TestApp::start();
    let root = app.root().await;
    let whole = json!({"content": {
        "kind": "regulated", "publishing_agency": "G15", "field_code": "G15-HT01", "one_stop": true,
        "steps": [{"case": null, "steps": ["Nộp hồ sơ", "Nhận kết quả"]}, {"case": "xac-minh", "steps": ["Xác minh"]}],
        "channels": [{
            "channel": "online", "case": null, "limit_text": "03 ngày làm việc", "fee_text": "30.000 đồng", "note": "Cổng"
        }],
        "fees": [{
            "code": "LP-01", "name": "Lệ phí", "kind": "charge", "case": null, "channel": "online", "amount": 30000,
            "paid": "with_result", "note": "mỗi hồ sơ"
        }],
        "documents": [{"case": null, "items": [{
            "code": "000.00.00.G15-KQ0001", "name": "Tờ khai", "required": true, "originals": 1, "copies": 2,
            "form": {"name": "Mẫu 1", "file": "https://example.org/mau-1.docx"}
        }]}],
        "sets": 1, "applicants": ["individual"], "applicants_note": "Công dân Việt Nam",
        "coordinating_agencies": ["H51.29.05"], "results": [{"code": null, "name": "Giấy chứng nhận kết hôn"}],
        "conditions": "Nam từ đủ 20 tuổi, nữ từ đủ 18 tuổi", "place": "Bộ phận Một cửa",
        "legal_basis": [{"number": "60/2014/QH13", "title": "Luật Hộ tịch", "issued_on": "2014-11-20",
            "effective_on": "2016-01-01", "issued_by": "Quốc hội"}]
    }, "limits": [
        {"limit": {"unit": "working_days", "amount": "5"}},
        {"channel": "online", "limit": {"unit": "working_days", "amount": "3"}},
        {"case": "xac-minh", "limit": {"unit": "working_days", "amount": "8"}}
    ]});
    let put = root.put(PATH, &draft(&whole), None).await;
    assert_eq!(put.expect(201)["missing"], json!([]));
    let path = format!("{PATH}/publications");
    root.post(&path, &publication("new")).await.problem(428, "precondition_required");
    root.post_if(&path, &publication("new"), "\"9.AAAAAAAAAAAAAAAA\"")
        .await
        .problem(412, "precondition_failed");
    let published = root.post_if(&path, &publication("new"), put.header("etag")).await;
    let shown = published.expect(201);
    assert_eq!(published.header("location"), format!("{PATH}/versions/1"));
    assert_eq!(
        (&shown["version"], &shown["state"], &shown["warnings"]),
        (&json!(1), &json!("published"), &json!([]))
    );
    assert_eq!((&shown["published_on"], &shown["online_level"]), (&json!("2022-02-15"), &json!("full")));
    assert_eq!(
        shown["decision"],
        json!({
            "number": "1/QĐ-UBND", "signed_on": "2020-01-02", "kind": "new", "issued_by": "Chủ tịch tỉnh",
            "effective_on": "2022-02-10", "is_shortened": false, "file": null, "ground": null
        })
    );
    assert_eq!(shown["content"], whole["content"]);
    for path in [PATH.to_owned(), format!("{PATH}/versions/1"), "/v1/public/procedures/1.000894".into()] {
        assert_eq!(root.get(&path).await.expect(200), shown, "{path}");
    }
    root.get(&format!("{PATH}?draft=true")).await.problem(404, "not_found");
    root.post_if(&path, &publication("amended"), "*").await.problem(409, "no_draft");
    root.post_if("/v1/procedures/1.999999/publications", &publication("new"), "*")
        .await
        .problem(404, "not_found");
    assert_eq!(app.count("SELECT count(*) FROM procedure_drafts").await, 0);
}

#[actix_web::test]
async fn each_missing_part_is_named_with_its_article() {
    let app = TestApp::start();
    let root = app.root().await;
    root.put(PATH, &draft(&json!({})), None).await.expect(201);
    let without = |part: &str| {
        let mut all = content();
        all.as_object_mut().unwrap().remove(part);
        json!({ "content": all })
    };
    for (more, pointer, point) in [
        (without("steps"), "/content/steps", "b"),
        (without("channels"), "/content/channels", "c"),
        (without("documents"), "/content/documents", "d"),
        (without("sets"), "/content/sets", "d"),
        (json!({"limits": []}), "/limits", "đ"),
        (without("applicants"), "/content/applicants", "e"),
        (json!({"levels": []}), "/levels", "g"),
    ] {
        put(&root, &more).await;
        let refused = root.post_if(&format!("{PATH}/publications"), &publication("new"), "*").await;
        let problem = refused.problem_at(422, "part_missing", pointer);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
        let article = format!("NĐ 63/2010/NĐ-CP Đ.8(2)({point})");
        assert!(problem["errors"][0]["message"].as_str().unwrap().contains(&article), "{problem}");
    }
    let named = root.put(PATH, &draft(&json!({"name": " "})), Some("*")).await;
    let problem = named.problem_at(422, "part_missing", "/name");
    assert!(problem["errors"][0]["message"].as_str().unwrap().contains("Đ.8(2)(a)"), "{problem}");
    assert_eq!(app.count("SELECT count(*) FROM procedure_versions").await, 5);
}

#[actix_web::test]
async fn contradictions_are_warnings_of_the_draft_and_of_the_publication() {
    let app = TestApp::start();
    let root = app.root().await;
    let mut said = content();
    said["channels"] =
        json!([{"channel": "online", "limit_text": "05 ngày làm việc", "fee_text": "Không thu phí"}]);
    said["fees"] = json!([{"name": "Lệ phí", "kind": "charge", "amount": 5000}]);
    said["documents"][0]["items"][0]["form"] = json!({"name": "Mẫu 1"});
    let warned = root.put(PATH, &draft(&json!({ "content": said })), None).await.expect(201);
    let codes: Vec<_> =
        warned["warnings"].as_array().unwrap().iter().map(|w| (&w["code"], &w["pointer"])).collect();
    assert_eq!(
        json!(codes),
        json!([
            ["limit_text_differs", "/content/channels/0/limit_text"],
            ["fee_text_differs", "/content/channels/0/fee_text"],
            ["form_not_attached", "/content/documents/0/items/0/form/file"],
        ])
    );
    let published = root.post_if(&format!("{PATH}/publications"), &publication("new"), "*").await.expect(201);
    assert_eq!(published["warnings"], warned["warnings"]);
}

#[actix_web::test]
async fn a_decision_must_fit_and_a_refusal_stores_nothing() {
    let app = TestApp::start();
    let root = app.root().await;
    let path = format!("{PATH}/publications");
    root.put(PATH, &draft(&json!({})), None).await.expect(201);
    let ground = json!({"signed_on": "2022-02-14", "effective_on": "2022-02-10", "ground": "VBQPPL theo thủ tục rút gọn"});
    for (body, code, pointer) in [
        (json!({}), "missing_field", "/decision"),
        (decision("amended", &json!({})), "wrong_decision", "/decision/kind"),
        (decision("abolished", &json!({})), "wrong_decision", "/decision/kind"),
        (decision("newest", &json!({})), "invalid_value", "/decision/kind"),
        (decision("new", &json!({"signed_on": "2022-02-14"})), "missing_field", "/decision/ground"),
        (decision("new", &json!({"signed_on": "2022-02-16"})), "validation_failed", "/decision/signed_on"),
        (decision("new", &json!({"number": " "})), "invalid_value", "/decision/number"),
        (decision("new", &json!({"file": "javascript:x"})), "invalid_value", "/decision/file"),
        (decision("new", &json!({"effective_on": "9999-01-01"})), "invalid_value", "/decision/effective_on"),
    ] {
        let problem = root.post_if(&path, &body, "*").await.problem(422, code);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let mut early = publication("new");
    early["published_on"] = json!("2020-01-01");
    root.post_if(&path, &early, "*").await.problem_at(422, "invalid_value", "/published_on");
    assert_eq!(app.count("SELECT count(*) FROM procedure_versions").await, 5);
    root.post_if(&path, &decision("new", &ground), "*").await.expect(201);

    put(&root, &json!({"effective_from": "2022-03-01"})).await;
    root.post_if(&path, &publication("new"), "*").await.problem_at(422, "wrong_decision", "/decision/kind");
    let mut late = publication("amended");
    late["began_elsewhere"] = json!(true);
    root.post_if(&path, &late, "*").await.problem_at(422, "invalid_value", "/began_elsewhere");
    let overlap = decision("amended", &json!({"effective_on": "2022-02-09"}));
    root.post_if(&path, &overlap, "*").await.problem_at(422, "validity_overlap", "/decision/effective_on");
    let tried = root.post_if(&format!("{path}?dry_run=true"), &publication("amended"), "*").await.expect(201);
    assert_eq!((&tried["version"], &tried["state"]), (&json!(2), &json!("announced")));
    assert_eq!(app.count("SELECT count(*) FROM procedure_versions").await, 6);
    assert_eq!(app.count("SELECT count(*) FROM procedure_drafts").await, 1);
}

#[actix_web::test]
async fn states_follow_the_days_and_the_public_sees_what_is_disclosed() {
    let app = TestApp::start();
    let root = app.root().await;
    root.put(PATH, &draft(&json!({})), None).await.expect(201);
    let mut later = publication("new");
    later["published_on"] = json!("2022-02-17");
    root.post_if(&format!("{PATH}/publications"), &later, "*").await.expect(201);
    put(&root, &json!({"effective_from": "2022-03-01", "name": "Kết hôn"})).await;
    root.post_if(&format!("{PATH}/publications"), &publication("amended"), "*").await.expect(201);
    let public = async |query: &str| {
        let one = app.nobody().get(&format!("/v1/public/procedures/1.000894{query}")).await;
        let list =
            app.nobody().get(&format!("/v1/public/procedures?q=1.000894{}", query.replace('?', "&"))).await;
        let listed = list.expect(200)["items"][0]["version"].as_i64();
        let shown = if one.status == 404 { None } else { one.expect(200)["version"].as_i64() };
        assert_eq!(shown, listed, "the list agrees");
        shown
    };
    for (now, states, in_force, shown) in [
        ("2022-02-15", ["announced", "announced"], Some(1), None),
        ("2022-02-17", ["announced", "published"], Some(1), Some(1)),
        ("2022-02-28", ["announced", "published"], Some(1), Some(1)),
        ("2022-03-01", ["published", "superseded"], Some(2), Some(2)),
    ] {
        app.now(&format!("{now}T10:00:00+07:00"));
        let versions = root.get(&format!("{PATH}/versions")).await.expect(200);
        let found: Vec<_> = versions["items"].as_array().unwrap().iter().map(|v| &v["state"]).collect();
        assert_eq!(json!(found), json!(states), "{now}");
        let listed = root.get("/v1/procedures?q=1.000894").await.expect(200);
        let state = &listed["items"][0]["state"];
        assert_eq!(listed["items"][0]["version"].as_i64(), in_force, "{now}");
        assert!(state == "published" || state == "announced", "what is in force has one of these: {state}");
        assert_eq!(public("").await, shown, "{now}");
    }
    assert_eq!(public("?in_force_on=2022-02-20").await, Some(1));
}

#[actix_web::test]
async fn what_has_ended_stays_resolvable_and_is_not_ended_again() {
    let app = TestApp::start();
    let root = app.root().await;
    let old = "/v1/procedures/2.001263";
    let end = |kind: &str, more: &Value| {
        let mut body = decision(kind, &json!({"effective_on": "2022-02-20"}));
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let by = |code: &str| end("replaced", &json!({ "replaced_by": code }));
    let replace = async |body: Value| root.post_if(&format!("{old}/replacement"), &body, "*").await;
    replace(by("khai-sinh")).await.problem_at(422, "invalid_value", "/replaced_by");
    replace(by("2.001263")).await.problem_at(422, "invalid_value", "/replaced_by");
    replace(by("9.999999")).await.problem_at(422, "unknown_procedure", "/replaced_by");
    let wrong = end("abolished", &json!({"replaced_by": "1.001193"}));
    replace(wrong).await.problem_at(422, "wrong_decision", "/decision/kind");
    let without = json!({"replaced_by": "1.001193", "decision": publication("replaced")["decision"]});
    replace(without).await.problem_at(422, "missing_field", "/decision/effective_on");
    root.post(&format!("{old}/replacement"), &by("1.001193")).await.problem(428, "precondition_required");
    root.put(old, &draft(&json!({})), Some("*")).await.expect(200);
    root.put("/v1/procedures/1.000001", &draft(&json!({})), None).await.expect(201);
    replace(by("1.000001")).await.problem_at(422, "unknown_procedure", "/replaced_by");
    let replaced = replace(by("1.001193")).await.expect(201);
    assert_eq!((&replaced["state"], &replaced["replaced_by"]), (&json!("published"), &json!("1.001193")));
    app.now("2022-02-20T10:00:00+07:00");
    for path in [old, "/v1/public/procedures/2.001263"] {
        let shown = root.get(path).await.expect(200);
        assert_eq!(
            (&shown["state"], &shown["replaced_by"]),
            (&json!("replaced"), &json!("1.001193")),
            "{path}"
        );
        assert_eq!(
            (&shown["effective_to"], &shown["end_decision"]["kind"]),
            (&json!("2022-02-20"), &json!("replaced"))
        );
    }
    let again = replace(by("1.001193")).await.problem(409, "procedure_ended");
    assert_eq!(again["replaced_by"], "1.001193");
    root.put(old, &draft(&json!({})), Some("*")).await.problem(409, "procedure_ended");
    root.post_if(&format!("{old}/publications"), &publication("amended"), "*")
        .await
        .problem(409, "procedure_ended");
    assert_eq!(app.count("SELECT count(*) FROM procedure_drafts").await, 1, "its draft went with it");
    let mut body = receipt("2022-02-20T08:00:00+07:00");
    (body["procedure"], body["receiving_agency"]) = (json!("2.001263"), json!("H51.29.18"));
    body["competent_agency"] = json!("H51.29.18");
    let refused =
        root.post("/v1/dossiers", &body).await.problem_at(422, "procedure_not_in_force", "/procedure");
    assert!(
        refused["errors"][0]["message"].as_str().unwrap().contains("1.001193 has replaced it"),
        "{refused}"
    );

    let abolish = async |body: Value| root.post_if("/v1/procedures/1.012812/abolition", &body, "*").await;
    abolish(decision("abolished", &json!({"effective_on": "2020-12-31"}))).await.problem_at(
        422,
        "validity_overlap",
        "/decision/effective_on",
    );
    abolish(publication("replaced")).await.problem_at(422, "missing_field", "/decision/effective_on");
    let abolished = abolish(end("abolished", &json!({}))).await.expect(201);
    assert_eq!((&abolished["state"], &abolished["replaced_by"]), (&json!("abolished"), &Value::Null));
    let again = abolish(end("abolished", &json!({}))).await.problem(409, "procedure_ended");
    assert!(again.get("replaced_by").is_none());
    root.post_if("/v1/procedures/9.999999/abolition", &end("abolished", &json!({})), "*")
        .await
        .problem(404, "not_found");
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action IN ('procedure.abolished', 'procedure.replaced')"
        )
        .await,
        2
    );
}

#[actix_web::test]
async fn versions_are_compared_field_by_field_and_known_as_they_were() {
    let app = TestApp::start();
    let root = app.root().await;
    root.publish("1.000894", &draft(&json!({}))).await;
    app.now("2022-02-16T10:00:00+07:00");
    let mut said = content();
    said["documents"][0]["items"][0]["copies"] = json!(1);
    said["steps"][0]["steps"] = json!(["Nộp hồ sơ tại Bộ phận Một cửa", "Nộp lệ phí", "Nhận kết quả"]);
    let limits = json!([{"limit": {"unit": "working_days", "amount": "2"}}]);
    let changed =
        json!({"effective_from": "2022-02-16", "limits": limits, "content": said, "online_level": null});
    root.publish("1.000894", &draft(&changed)).await;
    let diff = root.get(&format!("{PATH}/diff?from=1&to=2")).await.expect(200);
    let changes = diff["changes"].as_array().unwrap().iter();
    let mut changes: Vec<_> =
        changes.map(|c| json!([c["kind"], c["pointer"], c["from"], c["to"]]).to_string()).collect();
    changes.sort();
    let mut expected = [
        json!(["changed", "/content/documents/0/items/0/copies", 0, 1]),
        json!(["added", "/content/steps/0/steps/1", null, "Nộp lệ phí"]),
        json!(["changed", "/decision/effective_on", "2022-02-10", "2022-02-16"]),
        json!(["changed", "/decision/kind", "new", "amended"]),
        json!(["changed", "/effective_from", "2022-02-10", "2022-02-16"]),
        json!(["changed", "/limits/0/limit/amount", "3", "2"]),
        json!(["changed", "/online_level", "full", null]),
        json!(["changed", "/published_on", "2022-02-15", "2022-02-16"]),
    ]
    .map(|change| change.to_string());
    expected.sort();
    assert_eq!(changes, expected);
    assert_eq!(root.get(&format!("{PATH}/diff?from=2&to=2")).await.expect(200)["changes"], json!([]));
    root.get(&format!("{PATH}/diff?from=1&to=3")).await.problem(404, "not_found");
    root.get(&format!("{PATH}/diff?from=1")).await.problem(422, "missing_field");
    root.get(&format!("{PATH}/versions/3")).await.problem(404, "not_found");

    app.now("2022-02-18T10:00:00+07:00");
    let by = decision("abolished", &json!({"effective_on": "2022-02-18"}));
    root.post_if(&format!("{PATH}/abolition"), &by, "*").await.expect(201);
    let known = async |at: &str| {
        let shown = root.get(&format!("{PATH}?as_of={at}T03:00:00Z")).await;
        if shown.status == 404 {
            return json!(null);
        }
        let shown = shown.expect(200);
        json!([shown["version"], shown["state"], shown["effective_to"]])
    };
    assert_eq!(known("2022-02-14").await, json!(null));
    assert_eq!(known("2022-02-15").await, json!([1, "published", null]));
    assert_eq!(known("2022-02-17").await, json!([2, "published", null]));
    assert_eq!(known("2022-02-18").await, json!([2, "abolished", "2022-02-18"]));
    let future = root.get(&format!("{PATH}?as_of=2022-02-19T00:00:00Z")).await;
    future.problem(422, "in_the_future");
    let draft = root.get(&format!("{PATH}?as_of=2022-02-15T00:00:00Z&draft=true")).await;
    assert_eq!(draft.problem(422, "invalid_value")["errors"][0]["parameter"], "draft");
}

#[actix_web::test]
async fn bad_content_names_the_place() {
    let app = TestApp::start();
    let root = app.root().await;
    let long = "x".repeat(20_001);
    for (said, code, pointer) in [
        (json!({"sets": 0}), "invalid_value", "/content/sets"),
        (json!({"sets": "1"}), "wrong_type", "/content/sets"),
        (json!({"steps": [{"steps": []}]}), "invalid_value", "/content/steps/0/steps"),
        (json!({"steps": [["x"]]}), "wrong_type", "/content/steps/0"),
        (json!({"steps": [{"case": "Có", "steps": ["x"]}]}), "invalid_value", "/content/steps/0/case"),
        (json!({"publishing_agency": "Bộ Tư pháp"}), "invalid_value", "/content/publishing_agency"),
        (json!({"kind": "central"}), "invalid_value", "/content/kind"),
        (json!({"conditions": long}), "invalid_value", "/content/conditions"),
        (json!({"place": "a\u{0}b"}), "invalid_value", "/content/place"),
        (json!({"applicants": ["child"]}), "invalid_value", "/content/applicants/0"),
        (json!({"coordinating_agencies": ["H99"]}), "unknown_agency", "/content/coordinating_agencies/0"),
        (json!({"guess": 1}), "unknown_field", "/content/guess"),
        (
            json!({"legal_basis": [{"number": "1", "title": "Luật", "issued_on": "30/6"}]}),
            "invalid_value",
            "/content/legal_basis/0/issued_on",
        ),
        (json!({"results": vec![json!({"name": "x"}); 201]}), "invalid_value", "/content/results"),
    ] {
        root.put(PATH, &draft(&json!({ "content": said })), None).await.problem_at(422, code, pointer);
    }
    root.put(PATH, &draft(&json!({"online_level": "4"})), None).await.problem_at(
        422,
        "invalid_value",
        "/online_level",
    );
    assert_eq!(app.count("SELECT count(*) FROM procedure_drafts").await, 0);
}
