//! The search for procedures: what is found, in which order, where it matches, and that an index serves it.

use crate::harness::{Client, TestApp, connect};
use congkhai::domain::catalogue::search::{Search, words};
use congkhai::domain::text::fold;
use serde_json::{Value, json};
use tokio_postgres::Client as Database;

/// Names of fields, offices and things, in many orders.
const PARTS: [&str; 9] =
    ["Đăng ký", "khai sinh", "đất đai,", "Cấp lại", "giấy (bản sao)", "khai", "sinh", "Số 2", "khai-sinh"];

async fn fill(db: &Database) {
    let mut number = 0;
    for first in PARTS {
        for second in PARTS {
            for third in ["", "cho trẻ em", "khai sinh"] {
                number += 1;
                let (code, name) = (format!("2.{number:06}"), format!("{first} {second} {third}"));
                let name = name.trim();
                db.execute("INSERT INTO procedures (code) VALUES ($1)", &[&code]).await.unwrap();
                let insert = "INSERT INTO procedure_versions (procedure_code, version, name, name_folded, field, field_name,
                    levels, sample, effective_from, published_on, recorded_at, online_level)
                    VALUES ($1, 1, $2, $3, 'f', 'F', '{commune}', true, '2021-01-01', '2021-01-01', now(), $4)";
                let level = if number % 2 == 0 { Some("full") } else { None };
                db.execute(insert, &[&code, &name, &fold(name), &level]).await.unwrap();
            }
        }
    }
}

fn encoded(q: &str) -> String {
    form_urlencoded::byte_serialize(q.as_bytes()).collect()
}

async fn found(caller: &Client, query: &str) -> Vec<(String, String)> {
    let list = caller.get(&format!("/v1/procedures?{query}")).await.expect(200);
    let of = |item: &Value| (item["code"].as_str().unwrap().into(), item["name"].as_str().unwrap().into());
    list["items"].as_array().unwrap().iter().map(of).collect()
}

#[actix_web::test]
async fn the_order_is_that_of_the_definition_and_pages_keep_it() {
    let app = TestApp::start();
    fill(&connect(&app.db.url).await).await;
    let caller = app.caller(&[], &["H51.29"]).await;
    let all = found(&caller, "limit=200").await;
    let rest = found(&caller, "limit=200&in_force_on=2022-02-15").await;
    assert_eq!((all.len(), &all), (200, &rest), "248 in all, by code");
    for q in [
        "khai sinh",
        "sinh khai",
        "dat",
        "giay ban",
        "2",
        "2.00001",
        "2.000012",
        "2.0001 khai",
        "đăng ký khai",
    ] {
        let search = Search::read(q).unwrap();
        let q = encoded(q);
        let list = found(&caller, &format!("q={q}&limit=200")).await;
        assert!(!list.is_empty(), "{q}");
        let place = |(code, name): &(String, String)| {
            let text = words(name).join(" ");
            (search.rank(code, &text), text.len(), code.clone())
        };
        assert!(list.is_sorted_by_key(place), "{q}: {list:?}");
        let mut paged = vec![];
        let mut next = Some(format!("/v1/procedures?q={q}&limit=7"));
        while let Some(path) = next.take() {
            let page = caller.get(&path).await;
            let items = page.expect(200)["items"].as_array().unwrap().clone();
            paged.extend(items.iter().map(|item| item["code"].as_str().unwrap().to_owned()));
            let link = page.header("link");
            next = link.strip_prefix('<').and_then(|l| l.split_once('>')).map(|(path, _)| path.to_owned());
        }
        let first: Vec<_> = paged.iter().take(200).collect();
        assert_eq!(first, list.iter().map(|(code, _)| code).collect::<Vec<_>>(), "{q}");
        let lines = caller.get(&format!("/v1/procedures?q={q}&format=ndjson")).await.text();
        assert_eq!(lines.lines().count(), paged.len(), "{q}: the whole list is the same");
    }
}

#[actix_web::test]
async fn whole_words_match_in_any_order_and_the_last_by_its_beginning() {
    let app = TestApp::start();
    let caller = app.caller(&[], &["H51.29"]).await;
    let codes = async |q: &str| {
        let list = found(&caller, &format!("q={}", encoded(q))).await;
        list.into_iter().map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!(codes("khai si").await, ["1.001193"]);
    assert_eq!(codes("SINH ĐĂNG").await, ["1.001193"]);
    assert_eq!(codes("kha sinh").await, Vec::<String>::new(), "a whole word, but for the last");
    assert_eq!(codes("dang ky").await, ["1.001193", "2.001263"], "the shorter name first");
    assert_eq!(codes("1.0128 hoa").await, ["1.012812"], "code and words");
    assert_eq!(codes("1.012812").await, ["1.012812"]);
    assert_eq!(codes("' OR 1=1 --").await, Vec::<String>::new());
    assert_eq!(codes("hoa & !giai:*").await, ["1.012812"], "no language of its own");
    let shown = caller.get("/v1/procedures?q=hop%20thu").await.expect(200);
    assert_eq!(
        shown["items"][0]["matches"],
        json!([
            {"field": "name", "from": 5, "to": 8}, {"field": "name", "from": 11, "to": 14},
            {"field": "name", "from": 15, "to": 18}
        ]),
        "Tách [thử]a, [hợp] [thử]a đất: {shown}"
    );
    let shown = caller.get("/v1/procedures?q=1.0127").await.expect(200);
    assert_eq!(shown["items"][0]["matches"], json!([{"field": "code", "from": 0, "to": 6}]));
    assert!(caller.get("/v1/procedures").await.expect(200)["items"][0].get("matches").is_none());
    let level = async |level: &str| found(&caller, &format!("online_level={level}")).await.len();
    assert_eq!((level("full").await, level("partial,full").await), (0, 0));
    caller.get("/v1/procedures?online_level=4").await.problem(422, "invalid_value");
    fill(&connect(&app.db.url).await).await;
    assert_eq!(level("full").await, 50);
}

/// `procedure_rank` is what `Search::rank` says.
#[actix_web::test]
async fn the_rank_in_sql_is_that_of_the_definition() {
    let app = TestApp::start();
    let db = connect(&app.db.url).await;
    fill(&db).await;
    for q in ["khai sinh", "sinh", "2.0000", "2.000017", "2", "2.00 khai", "cap lai", "%", "khai sinh khai"] {
        let search = Search::read(q).unwrap();
        let query =
            "SELECT procedure_code, name, search_text, procedure_rank(procedure_code, search_text, $1, $2)
            FROM procedure_versions";
        let rows = db.query(query, &[&search.code, &search.phrase()]).await.unwrap();
        for row in rows {
            let (code, name, text): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
            assert_eq!(text, words(name).join(" "), "the words of {name}");
            assert_eq!(row.get::<_, i32>(3), search.rank(code, text), "{q}: {code} {name}");
        }
    }
}

#[actix_web::test]
async fn an_index_serves_the_search() {
    let app = TestApp::start();
    let db = connect(&app.db.url).await;
    fill(&db).await;
    db.batch_execute("ANALYZE procedure_versions; SET enable_seqscan = off").await.unwrap();
    for (condition, index) in [
        ("procedure_has_words(search_text, 'khai & sinh:*')", "procedure_versions_search_idx"),
        ("procedure_code LIKE '2.00001%'", "Index Cond: ((procedure_code >= '2.00001'"),
    ] {
        let plan = db
            .query(&format!("EXPLAIN SELECT * FROM procedure_versions WHERE {condition}"), &[])
            .await
            .unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
    }
}
