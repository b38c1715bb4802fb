use super::*;
use crate::domain::local_time::Day;
use crate::features::procedures::json::PutProcedure;
use serde_json::json;

fn terms() -> Terms {
    Terms { effective_from: "2022-02-10".parse::<Day>().unwrap(), sets: Some(1) }
}

/// What is read of an item, as JSON, and the notes.
fn draft(item: &Value) -> (Value, Vec<String>) {
    let read = read(item.as_object().unwrap(), terms(), |code| code.starts_with("H51.29")).unwrap();
    (serde_json::to_value(read.draft).unwrap(), read.notes)
}

/// As connectors to the national portal get it: numbers as texts, empty texts for nothing.
fn adoption() -> Value {
    json!({
        "ID": "7", "MATTHC": "2.001263", "TENTTHC": "Đăng ký việc nuôi con nuôi trong nước", "TRANGTHAI": "1",
        "LoaiTTHC": "TTHC được luật giao quy định chi tiết", "MACOQUANCONGBO": "G15",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": "G15-NCN", "TENLINHVUC": "Nuôi con nuôi"}],
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": "4", "TENCAP": "Cấp Xã"}, {"CAPTHUCHIEN": "9", "TENCAP": "Cơ quan khác"}],
        "COQUANTHUCHIEN": [{"MADONVI": "H51.29.18", "TENDONVI": "UBND xã"}, {"MADONVI": "H99", "TENDONVI": "UBND xã khác"}],
        "COQUANPHOIHOP": "",
        "DOITUONGTHUCHIEN": [{"MADOITUONG": "", "TENDOITUONG": "Công dân Việt Nam"}, {"MADOITUONG": "", "TENDOITUONG": "Tổ chức (không bao gồm doanh nghiệp, HTX)"}],
        "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp hồ sơ"}, {"TENTRINHTU": " "}]}],
        "CACHTHUCTHUCHIEN": [
            {"KENH": "1", "THOIGIAN": [{"THOIGIANGIAIQUYET": "30", "DONVITINH": "Ngày", "MOTA": "30 ngày",
                "PHILEPHI": [{"MAPHILEPHI": "LP1", "SOTIEN": "400.000", "DONVI": "Đồng", "MOTA": "Lệ phí\nMiễn cho cha dượng, mẹ kế"}]}]},
            {"KENH": 2, "THOIGIAN": [{"THOIGIANGIAIQUYET": 20, "DONVITINH": "Ngày làm việc", "MOTA": "",
                "PHILEPHI": [{"MAPHILEPHI": "", "SOTIEN": "20", "DONVI": "USD", "MOTA": "Phí"}]}]},
            {"KENH": "7", "THOIGIAN": []},
        ],
        "THANHPHANHOSO": [{"TRUONGHOP": "Con riêng", "GIAYTO": [{"MAGIAYTO": "G1", "TENGIAYTO": "Đơn xin nhận con nuôi", "TENMAUDON": "Mẫu 1.docx",
            "URL": "https://example.org/mau-1.docx", "SOBANCHINH": "1", "SOBANSAO": "0"}]}],
        "KETQUATHUCHIEN": [{"MAKETQUA": "KQ1", "TENKETQUA": "Giấy chứng nhận nuôi con nuôi"}],
        "CANCUPHAPLY": [
            {"SOVANBAN": "52/2010/QH12", "TENVANBAN": "Luật Nuôi con nuôi", "NGAYBANHANH": "17/06/2010", "NGAYHIEULUC": "20110101000000", "COQUANBANHANH": "Quốc Hội"},
            {"SOVANBAN": "114/2016/NĐ-CP", "TENVANBAN": "Nghị định", "NGAYBANHANH": "không rõ"},
        ],
        "YEUCAU": "Hơn con nuôi 20 tuổi", "MOTA": "Ghi chú riêng",
    })
}

#[test]
fn a_national_procedure_becomes_a_draft_and_what_is_left_out_is_noted() {
    let (draft, notes) = draft(&adoption());
    assert_eq!(
        (&draft["field"], &draft["content"]["field_code"]),
        (&json!("nuoi-con-nuoi"), &json!("G15-NCN"))
    );
    assert_eq!(
        (&draft["levels"], &draft["competent_agencies"]),
        (&json!(["commune"]), &json!(["H51.29.18"]))
    );
    let content = &draft["content"];
    assert_eq!((&content["kind"], &content["publishing_agency"]), (&json!("regulated"), &json!("G15")));
    assert_eq!(content["applicants"], json!(["individual", "organization"]));
    assert_eq!(content["steps"], json!([{"case": null, "steps": ["Nộp hồ sơ"]}]));
    let limit = |i: usize| {
        (
            &draft["limits"][i]["channel"],
            &draft["limits"][i]["limit"]["unit"],
            &draft["limits"][i]["limit"]["amount"],
        )
    };
    assert_eq!(limit(0), (&json!("in_person"), &json!("calendar_days"), &json!("30")));
    assert_eq!(limit(1), (&json!("online"), &json!("working_days"), &json!("20")));
    assert_eq!(content["channels"][1]["limit_text"], "20 Ngày làm việc");
    assert_eq!(content["channels"][1]["fee_text"], "20 USD: Phí");
    let fee = &content["fees"][0];
    assert_eq!(
        (&fee["code"], &fee["amount"], &fee["kind"], &fee["channel"], &fee["note"]),
        (
            &json!("LP1"),
            &json!(400_000),
            &json!("charge"),
            &json!("in_person"),
            &json!("Miễn cho cha dượng, mẹ kế")
        )
    );
    assert_eq!(content["fees"].as_array().unwrap().len(), 1);
    let documents = &content["documents"][0];
    assert_eq!((&documents["case"], &documents["items"][0]["originals"]), (&json!("con-rieng"), &json!(1)));
    assert_eq!(
        documents["items"][0]["form"],
        json!({"name": "Mẫu 1.docx", "file": "https://example.org/mau-1.docx"})
    );
    assert_eq!(
        (&content["legal_basis"][0]["issued_on"], &content["legal_basis"][0]["effective_on"]),
        (&json!("2010-06-17"), &json!("2011-01-01"))
    );
    assert_eq!(content["sets"], 1);
    let expected = [
        "/CACHTHUCTHUCHIEN/1/THOIGIAN/0/PHILEPHI/0: 20 usd is no amount in đồng, and is only in fee_text",
        "/CACHTHUCTHUCHIEN/2/KENH: 7 is not known",
        "/COQUANTHUCHIEN/1/MADONVI: the service has no agency H99",
        "/CANCUPHAPLY/1/NGAYBANHANH: không rõ is no date",
        "/CAPTHUCHIEN/1: Cơ quan khác is not known",
        "/MOTA: is left out",
    ];
    assert_eq!(notes, expected);
}

#[test]
fn times_that_only_words_tell_apart_are_cases() {
    let time = |days: &str, words: &str| json!({"THOIGIANGIAIQUYET": days, "DONVITINH": "ngày làm việc", "MOTA": words, "PHILEPHI": []});
    let both = json!([time("10", "Tăng diện tích"), time("20", "Giảm diện tích")]);
    let mut item = adoption();
    item["CACHTHUCTHUCHIEN"] = json!([{"KENH": "1", "THOIGIAN": both}, {"KENH": "2", "THOIGIAN": both}]);
    let (draft, _) = draft(&item);
    let limits: Vec<_> = draft["limits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["case"], &it["case_name"], &it["channel"], &it["limit"]["amount"]))
        .collect();
    let none = &Value::Null;
    assert_eq!(
        limits,
        [
            (&json!("truong-hop-1"), &json!("Tăng diện tích"), none, &json!("10")),
            (&json!("truong-hop-2"), &json!("Giảm diện tích"), none, &json!("20")),
        ]
    );
    let channels = draft["content"]["channels"].as_array().unwrap();
    assert_eq!(channels.len(), 4);
    assert_eq!((&channels[3]["channel"], &channels[3]["case"]), (&json!("online"), &json!("truong-hop-2")));
}

#[test]
fn every_way_to_say_how_long_is_read_or_refused() {
    for (amount, unit, words, expected) in [
        ("5", "Ngày làm việc", "", Ok(Some(("working_days", Some("5"))))),
        ("2,5", "ngày làm việc", "", Ok(Some(("working_days", Some("2.5"))))),
        ("30.0", "Ngày", "", Ok(Some(("calendar_days", Some("30"))))),
        ("4", "Giờ", "", Ok(Some(("working_hours", Some("4"))))),
        ("", "", "Trong ngày; sau 15 giờ thì ngày làm việc tiếp theo", Ok(Some(("same_day", None)))),
        ("0", "Ngày", "Theo kế hoạch", Ok(None)),
        (
            "3",
            "Tháng",
            "",
            Err(
                "/CACHTHUCTHUCHIEN/0/THOIGIAN/0/DONVITINH: must be ngày làm việc, ngày or giờ, and is \"Tháng\"",
            ),
        ),
        (
            "vài",
            "Ngày",
            "",
            Err("/CACHTHUCTHUCHIEN/0/THOIGIAN/0/THOIGIANGIAIQUYET: must be a decimal string"),
        ),
    ] {
        let mut item = adoption();
        item["CACHTHUCTHUCHIEN"] = json!([{"KENH": "1", "THOIGIAN": [{"THOIGIANGIAIQUYET": amount, "DONVITINH": unit, "MOTA": words}]}]);
        let read = read(item.as_object().unwrap(), terms(), |_| true);
        match (read, expected) {
            (Ok(read), Ok(expected)) => {
                let limit = serde_json::to_value(&read.draft.limits).unwrap();
                let found = (!read.draft.limits.is_empty()).then(|| {
                    (limit[0]["limit"]["unit"].as_str().unwrap(), limit[0]["limit"]["amount"].as_str())
                });
                assert_eq!(found, expected, "{amount} {unit} {words}");
            }
            (Err(why), Err(expected)) => assert!(why.starts_with(expected), "{why}"),
            (read, _) => panic!("{amount} {unit}: {:?}", read.err()),
        }
    }
}

#[test]
fn what_is_written_is_read_again() {
    let whole = json!({
        "name": "Cấp đổi Giấy chứng nhận", "field": "dat-dai", "field_name": "Đất đai", "levels": ["province", "commune"],
        "competent_agencies": ["H51.29.18"], "effective_from": "2022-02-10", "sample": false, "online_level": "partial",
        "limits": [
            {"case": null, "channel": null, "limit": {"unit": "working_days", "amount": "5"}},
            {"case": null, "channel": "online", "limit": {"unit": "working_days", "amount": "3.5"}},
        ],
        "content": {
            "kind": "local", "publishing_agency": "H51",
            "steps": [{"case": null, "steps": ["Nộp", "Nhận"]}],
            "channels": [{"channel": "in_person", "limit_text": "5 ngày"}, {"channel": "online", "limit_text": "3,5 ngày"}],
            "fees": [{"code": "P1", "name": "Phí thẩm định", "kind": "fee", "amount": 100_000, "note": "mỗi thửa"}],
            "documents": [{"items": [{"code": "G1", "name": "Đơn", "required": true, "originals": 1, "copies": 2, "form": {"name": "Mẫu", "file": "https://example.org/mau"}}]}],
            "sets": 1, "applicants": ["individual", "business", "organization", "state_agency"], "applicants_note": "Người sử dụng đất",
            "coordinating_agencies": ["H51.29.05"], "results": [{"code": "K1", "name": "Giấy chứng nhận"}], "conditions": "Không",
            "legal_basis": [{"number": "31/2024/QH15", "title": "Luật Đất đai", "issued_on": "2024-01-18", "effective_on": "2024-08-01", "issued_by": "Quốc hội"}],
            "place": "Bộ phận Một cửa",
        },
    });
    let whole: PutProcedure = serde_json::from_value(whole).unwrap();
    let written = write("1.012783", &whole, Some("1/QĐ-UBND"));
    let read = read(written.as_object().unwrap(), terms(), |_| true).unwrap();
    assert_eq!((read.code.as_str(), read.is_disclosed), ("1.012783", true));
    let mut expected = serde_json::to_value(&whole).unwrap();
    // The format has a limit for each channel, and says what it costs in words and as a number.
    expected["limits"][0]["channel"] = json!("in_person");
    for terms in expected["content"]["channels"].as_array_mut().unwrap() {
        terms["fee_text"] = json!("100000 Đồng: Phí thẩm định\nmỗi thửa");
    }
    assert_eq!(serde_json::to_value(&read.draft).unwrap(), expected);
    assert_eq!(read.notes, ["/QUYETDINH: is left out"]);
    let mut coded = whole.clone();
    coded.content.field_code = Some("G15-DD".into());
    let written = write("1.012783", &coded, None);
    assert_eq!(written["LINHVUCTHUCHIEN"][0]["MALINHVUC"], "G15-DD");
}

#[test]
fn what_must_be_there_is_named() {
    for (key, expected) in [
        ("MATTHC", "/MATTHC: is required"),
        ("TENTTHC", "/TENTTHC: is required"),
        ("LINHVUCTHUCHIEN", "/LINHVUCTHUCHIEN: is required"),
    ] {
        let mut item = adoption();
        item.as_object_mut().unwrap().remove(key);
        assert_eq!(read(item.as_object().unwrap(), terms(), |_| true).err().as_deref(), Some(expected));
    }
}
