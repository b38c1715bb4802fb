//! The catalogue as it was known: whatever was answered at an instant is answered as of it, after amendments and ends.

use crate::as_of::{answers, as_of, asked_again};
use crate::harness::{Client, TestApp, content, decision};
use serde_json::{Value, json};

const FIRST: &str = "/v1/procedures/1.000894";
const OTHER: &str = "/v1/procedures/1.000656";

fn draft(name: &str, from: &str, amount: &str) -> Value {
    json!({
        "name": name, "field": "ho-tich", "field_name": "Hộ tịch", "levels": ["commune"], "effective_from": from,
        "online_level": "full", "content": content(), "limits": [{"limit": {"unit": "working_days", "amount": amount}}]
    })
}

fn questions() -> Vec<String> {
    let of_one = ["", "/versions", "/versions/1", "/versions/2", "/diff?from=1&to=2"];
    let of_each = [FIRST, OTHER].into_iter().flat_map(|path| of_one.map(|rest| format!("{path}{rest}")));
    let lists = [
        "/v1/procedures?count=exact&limit=200",
        "/v1/procedures?in_force_on=2022-02-20&count=exact&limit=200",
        "/v1/procedures?in_force_on=2022-03-05&limit=200",
        "/v1/procedures?q=k%E1%BA%BFt+h%C3%B4n&count=exact&limit=200",
        "/v1/procedures?q=1.000&limit=200",
        "/v1/procedures?agency=H51.29.18&field=ho-tich&online_level=full&level=commune&limit=200",
        "/v1/procedures?format=csv",
        "/v1/procedures?q=khai&format=ndjson",
    ];
    of_each.chain(lists.map(ToOwned::to_owned)).collect()
}

/// The number of the newest version, its state, and the last day of each version.
async fn known(root: &Client, at: &str) -> Value {
    let newest = root.get(&as_of(FIRST, at)).await.expect(200);
    let versions = root.get(&as_of(&format!("{FIRST}/versions"), at)).await.expect(200);
    let ends: Vec<&Value> =
        versions["items"].as_array().unwrap().iter().map(|version| &version["effective_to"]).collect();
    json!([newest["version"], newest["state"], ends])
}

#[actix_web::test]
async fn what_was_answered_is_answered_again_after_amendments_and_ends() {
    let app = TestApp::start();
    let (root, district) = (app.root().await, app.district().await);
    let end = async |path: &str, act: &str, body: &Value| {
        root.post_if(&format!("{path}/{act}"), body, "*").await.expect(201);
    };
    let mut remembered = vec![];
    for (step, at) in ["14", "15", "16", "17", "18", "21"].into_iter().enumerate() {
        let at = format!("2022-02-{at}T10:00:00+07:00");
        app.now(&at);
        match step {
            // Both are there from the first instant on: a draft without a version is not known to have been.
            0 => {
                root.publish("1.000894", &draft("Đăng ký kết hôn", "2022-02-10", "3")).await;
                root.publish("1.000656", &draft("Đăng ký khai tử", "2022-02-10", "1")).await;
            }
            // What comes into force later ends what is in force, as of now known.
            1 => {
                root.publish("1.000894", &draft("Đăng ký kết hôn mới", "2022-03-01", "2")).await;
            }
            2 => {
                root.publish("1.000656", &draft("Khai tử", "2022-02-16", "2")).await;
            }
            3 => {
                let mut by = decision("replaced", &json!({"effective_on": "2022-02-20"}));
                by["replaced_by"] = json!("1.000894");
                end(OTHER, "replacement", &by).await;
            }
            4 => {
                let by = decision("abolished", &json!({"effective_on": "2022-03-10"}));
                end(FIRST, "abolition", &by).await;
            }
            _ => {}
        }
        let asked = questions();
        remembered.push((at, answers(&root, &asked, None).await, answers(&district, &asked, None).await));
    }
    for (at, of_root, of_district) in &remembered {
        asked_again(&root, &questions(), at, of_root).await;
        asked_again(&district, &questions(), at, of_district).await;
    }
    let at = |day: u8| format!("2022-02-{day}T10:00:00+07:00");
    assert_eq!(known(&root, &at(14)).await, json!([1, "published", [null]]));
    assert_eq!(known(&root, &at(15)).await, json!([2, "announced", [null, "2022-03-01"]]));
    assert_eq!(known(&root, &at(17)).await, json!([2, "announced", [null, "2022-03-01"]]));
    assert_eq!(known(&root, &at(18)).await, json!([2, "announced", ["2022-03-10", "2022-03-01"]]));
    // Not an instant earlier.
    assert_eq!(known(&root, "2022-02-18T09:59:59.999999+07:00").await[2], json!([null, "2022-03-01"]));
}

#[actix_web::test]
async fn nothing_is_known_before_the_first_publication_and_of_the_future() {
    let app = TestApp::start();
    let root = app.root().await;
    root.publish("1.000894", &draft("Đăng ký kết hôn", "2022-02-10", "3")).await;
    app.now("2022-02-16T10:00:00+07:00");
    root.publish("1.000894", &draft("Đăng ký kết hôn", "2022-02-16", "2")).await;
    let (before, between, ahead) = ("2022-02-10T10:00:00Z", "2022-02-16T02:00:00Z", "2022-02-17T02:00:00Z");
    for rest in ["", "/versions", "/versions/1", "/diff?from=1&to=1"] {
        let path = format!("{FIRST}{rest}");
        root.get(&as_of(&path, before)).await.problem(404, "not_found");
        root.get(&as_of(&path, between)).await.expect(200);
        let problem = root.get(&as_of(&path, ahead)).await.problem(422, "in_the_future");
        assert_eq!(problem["errors"][0]["parameter"], "as_of", "{path}");
    }
    root.get(&as_of(&format!("{FIRST}/versions/2"), between)).await.problem(404, "not_found");
    root.get(&as_of(&format!("{FIRST}/diff?from=1&to=2"), between)).await.problem(404, "not_found");
    let listed =
        root.get(&as_of("/v1/procedures?q=k%E1%BA%BFt+h%C3%B4n&count=exact", before)).await.expect(200);
    assert_eq!((&listed["items"], &listed["total"]), (&json!([]), &json!(0)));
    root.get(&as_of("/v1/procedures", ahead)).await.problem(422, "in_the_future");
    // A cursor is bound to the instant, and the public has no past.
    let page = root.get(&as_of("/v1/procedures?limit=1", between)).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next =
        root.get(&as_of(&format!("/v1/procedures?limit=1&cursor={cursor}"), between)).await.expect(200);
    assert_ne!(next["items"][0]["code"], page["items"][0]["code"]);
    root.get(&format!("/v1/procedures?limit=1&cursor={cursor}")).await.problem(400, "cursor_mismatch");
    let public = app.nobody().get(&as_of("/v1/public/procedures", between)).await;
    public.problem(400, "unknown_parameter");
}
