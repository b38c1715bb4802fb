//! The agencies and procedures that tests speak of.
//!
//! ```text
//! H51 province
//!   H51.12 land registration branch (watched by H51.29)
//!   H51.29 district: H51.29.05 justice office, H51.29.18 commune, H51.29.99 an office that ended in 2021
//!   H51.30 another district: H51.30.18 commune
//! ```

use congkhai::db::{Database, Failure, Writer};
use congkhai::domain::agency_tree::AgencyTree;
use congkhai::domain::local_time::Instant;
use congkhai::features::agencies::{actions as agencies, json::PutAgency};
use congkhai::features::audit::Actor;
use congkhai::features::procedures::actions as procedures;
use congkhai::features::procedures::json::{PostPublication, PutProcedure};
use serde_json::{Value, json};

fn agency(name: &str, level: &str, parent: Option<&str>, more: &Value) -> Value {
    let mut body = json!({"name": name, "level": level, "parent": parent, "valid_from": "2020-01-01"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn world_agencies() -> Vec<(&'static str, Value)> {
    let watched = json!({"monitored_by": [{"agency": "H51.29", "valid_from": "2020-01-01"}]});
    vec![
        ("H51", agency("Ủy ban nhân dân tỉnh", "province", None, &json!({}))),
        (
            "H51.29",
            agency("Ủy ban nhân dân huyện", "district", Some("H51"), &json!({"codes": ["000.00.29.H51"]})),
        ),
        ("H51.12", agency("Chi nhánh Văn phòng Đăng ký đất đai", "province", Some("H51"), &watched)),
        (
            "H51.29.05",
            agency("Phòng Tư pháp", "district", Some("H51.29"), &json!({"codes": ["000.05.29.H51"]})),
        ),
        ("H51.29.18", agency("Ủy ban nhân dân thị trấn", "commune", Some("H51.29"), &json!({}))),
        (
            "H51.29.99",
            agency(
                "Phòng cũ",
                "district",
                Some("H51.29"),
                &json!({"valid_to": "2021-07-01", "succeeded_by": ["H51.29.05"]}),
            ),
        ),
        ("H51.30", agency("Ủy ban nhân dân huyện khác", "district", Some("H51"), &json!({}))),
        ("H51.30.18", agency("Ủy ban nhân dân xã khác", "commune", Some("H51.30"), &json!({}))),
    ]
}

fn limit(unit: &str, amount: Option<&str>, cutoff: Option<&str>) -> Value {
    json!({"limit": {"unit": unit, "amount": amount, "cutoff": cutoff, "starts": "received"}})
}

fn procedure(name: &str, field: (&str, &str), levels: &[&str], limits: &[Value]) -> Value {
    json!({
        "name": name, "field": field.0, "field_name": field.1, "levels": levels, "effective_from": "2021-01-01",
        "limits": limits, "sample": true, "content": content(),
    })
}

/// What a procedure says, with everything that its publication needs.
pub fn content() -> Value {
    json!({
        "steps": [{"steps": ["Nộp hồ sơ tại Bộ phận Một cửa", "Nhận kết quả"]}],
        "channels": [{"channel": "in_person"}, {"channel": "online"}, {"channel": "postal"}],
        "documents": [{"items": [{"name": "Tờ khai", "required": true, "originals": 1, "copies": 0}]}],
        "sets": 1, "applicants": ["individual"],
    })
}

/// A publication by a decision of a kind, signed before anything in the tests begins.
pub fn publication(kind: &str) -> Value {
    json!({"decision": {"number": "1/QĐ-UBND", "signed_on": "2020-01-02", "kind": kind, "issued_by": "Chủ tịch tỉnh"}})
}

/// The decision of a publication with other fields.
pub fn decision(kind: &str, more: &Value) -> Value {
    let mut body = publication(kind);
    body["decision"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn world_procedures() -> Vec<(&'static str, Value)> {
    let civil = ("ho-tich", "Hộ tịch");
    let verified = json!({
        "case": "xac-minh", "case_name": "Cần xác minh",
        "limit": {"unit": "working_days", "amount": "8", "cutoff": null, "starts": "received"},
    });
    let status = [limit("working_days", Some("3"), None), verified];
    let mut land = procedure(
        "Tách thửa, hợp thửa đất",
        ("dat-dai", "Đất đai"),
        &["province"],
        &[limit("working_days", Some("12"), None)],
    );
    land["competent_agencies"] = json!(["H51.12"]);
    vec![
        (
            "1.004873",
            procedure("Cấp Giấy xác nhận tình trạng hôn nhân", civil, &["district", "commune"], &status),
        ),
        (
            "1.001193",
            procedure("Đăng ký khai sinh", civil, &["commune"], &[limit("same_day", None, Some("15:00"))]),
        ),
        (
            "2.001263",
            procedure(
                "Đăng ký nuôi con nuôi trong nước",
                ("nuoi-con-nuoi", "Nuôi con nuôi"),
                &["commune"],
                &[limit("calendar_days", Some("30"), None)],
            ),
        ),
        (
            "1.012812",
            procedure(
                "Hòa giải tranh chấp đất đai",
                ("dat-dai", "Đất đai"),
                &["commune"],
                &[limit("none", None, None)],
            ),
        ),
        ("1.012784", land),
    ]
}

/// Stores them, as a command would.
pub async fn fill(database: &Database) {
    let writer = Writer::new(database, 1).unwrap();
    let actor = Actor::command("test");
    let now: Instant = "2021-01-01T08:00:00+07:00".parse().unwrap();
    let (publication, _) =
        serde_json::from_value::<PostPublication>(publication("new")).unwrap().check("").unwrap();
    let filled: Result<(), Failure> = writer
        .transaction(async |tx| {
            let mut tree = AgencyTree::default();
            for (code, body) in world_agencies() {
                let input = serde_json::from_value::<PutAgency>(body).unwrap().check(code)?;
                tree = agencies::put_in(tx, &actor, None, now, input, &|_| Ok(())).await?;
            }
            for (code, body) in world_procedures() {
                let (input, _) = serde_json::from_value::<PutProcedure>(body).unwrap().check(code)?;
                let what = (&input, "", &publication);
                procedures::publish_in(tx, &actor, &tree, now, what, &|_| Ok(())).await?;
            }
            Ok(())
        })
        .await;
    filled.unwrap();
}

/// A receipt at the district's justice office: three working days.
pub fn receipt(received_at: &str) -> Value {
    json!({
        "procedure": "1.004873", "channel": "in_person", "receiving_agency": "H51.29", "competent_agency": "H51.29.05",
        "received_at": received_at, "summary": "Xác nhận cho Nguyễn Văn An",
        "officer": {"name": "Trần Thị Bình", "title": "Công chức một cửa", "unit": "Bộ phận Một cửa"},
        "applicant": {
            "kind": "individual", "name": "Nguyễn Văn An", "id_number": "094081234567", "phone": "0912345678",
            "email": "an@example.org", "address": "ấp Chợ, xã An Thạnh 1"
        }
    })
}

/// A local minute of 2022: `02-15T08:00`.
pub fn at(text: &str) -> String {
    format!("2022-{text}:00+07:00")
}

/// An event with what belongs to its kind.
pub fn event(kind: &str, occurred_at: &str, more: Value) -> Value {
    let Value::Object(mut body) = more else { panic!("{more} is no object") };
    body.insert("kind".into(), json!(kind));
    body.insert("occurred_at".into(), json!(occurred_at));
    Value::Object(body)
}
