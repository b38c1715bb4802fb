//! Makes the items of a dossier from a row of CSV: its receipt, and the ends that it names. What its values hold is judged by the service.

use csv::StringRecord;
use serde_json::{Value, json};

/// Columns of the receipt, by the field of a batch that each is.
const RECEIPT: [(&str, &str); 16] = [
    ("code", "/code"),
    ("procedure", "/procedure"),
    ("case", "/case"),
    ("channel", "/channel"),
    ("receiving_agency", "/receiving_agency"),
    ("competent_agency", "/competent_agency"),
    ("submitted_at", "/submitted_at"),
    ("received_at", "/received_at"),
    ("appointed_at", "/appointed_at"),
    ("summary", "/summary"),
    ("applicant_kind", "/applicant/kind"),
    ("applicant_name", "/applicant/name"),
    ("applicant_id_number", "/applicant/id_number"),
    ("applicant_phone", "/applicant/phone"),
    ("applicant_email", "/applicant/email"),
    ("applicant_address", "/applicant/address"),
];

/// Columns of an end, by the kind of event that each is the instant of.
const ENDS: [(&str, &str); 4] = [
    ("completed_at", "completed"),
    ("withdrawn_at", "withdrawn"),
    ("terminated_at", "terminated"),
    ("returned_at", "returned"),
];

/// How a completed dossier was decided, `granted` when not given; why one was terminated; when the other software recorded the receipt,
/// and the ends.
const OTHERS: [&str; 4] = ["outcome", "ground", "receipt_recorded_at", "end_recorded_at"];

/// Columns that a file must have.
const NEEDED: [&str; 6] =
    ["code", "procedure", "channel", "receiving_agency", "competent_agency", "applicant_name"];

/// Checks the names of the columns.
pub(super) fn check<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let names: Vec<&str> = names.collect();
    let known: Vec<&str> = RECEIPT.iter().chain(&ENDS).map(|(name, _)| *name).chain(OTHERS).collect();
    if let Some(missing) = NEEDED.iter().find(|name| !names.contains(name)) {
        return Err(format!("has no column {missing}"));
    }
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("the column {unknown} is not known; known are {}", known.join(", ")));
    }
    match names.iter().enumerate().find(|(i, name)| names[..*i].contains(name)) {
        Some((_, twice)) => Err(format!("has the column {twice} twice")),
        None => Ok(()),
    }
}

/// The items of a row. An empty cell says nothing.
pub(super) fn items(headers: &StringRecord, row: &StringRecord) -> Result<Vec<Value>, String> {
    if row.len() != headers.len() {
        return Err(format!("has {} cells, and the header {}", row.len(), headers.len()));
    }
    let cell = |name: &str| {
        let at = headers.iter().position(|header| header == name)?;
        row.get(at).map(str::trim).filter(|cell| !cell.is_empty())
    };
    let mut receipt = json!({"op": "receive", "origin": "import", "applicant": {"kind": "individual"}});
    for (name, pointer) in RECEIPT {
        if let Some(value) = cell(name) {
            put(&mut receipt, pointer, value);
        }
    }
    if let Some(at) = cell("receipt_recorded_at") {
        put(&mut receipt, "/source_recorded_at", at);
    }
    let code = cell("code").ok_or("/code: is required")?;
    let mut items = vec![receipt];
    for (name, kind) in ENDS {
        let Some(at) = cell(name) else { continue };
        let mut event = json!({
            "op": "event", "origin": "import", "dossier": code, "ref": format!("import:{kind}"), "kind": kind, "occurred_at": at,
        });
        if let Some(at) = cell("end_recorded_at") {
            put(&mut event, "/source_recorded_at", at);
        }
        match kind {
            "completed" => event["result"] = json!({"outcome": cell("outcome").unwrap_or("granted")}),
            "terminated" => event["ground"] = json!(cell("ground")),
            _ => {}
        }
        items.push(event);
    }
    Ok(items)
}

/// Puts a text at a pointer of at most two names.
fn put(item: &mut Value, pointer: &str, text: &str) {
    let mut names = pointer[1..].split('/');
    let (Some(first), second) = (names.next(), names.next()) else { return };
    match second {
        Some(second) => item[first][second] = json!(text),
        None => item[first] = json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [&str; 10] = [
        "code",
        "procedure",
        "channel",
        "receiving_agency",
        "competent_agency",
        "received_at",
        "applicant_name",
        "completed_at",
        "returned_at",
        "end_recorded_at",
    ];

    fn made(cells: [&str; 10]) -> Vec<Value> {
        items(&StringRecord::from(HEADER.to_vec()), &StringRecord::from(cells.to_vec())).unwrap()
    }

    #[test]
    fn a_row_is_a_receipt_and_its_ends() {
        let received = "2021-02-15T08:00:00+07:00";
        let row = [
            "c",
            "1.004873",
            "in_person",
            "H51.29",
            "H51.29.05",
            received,
            " An ",
            "2021-02-16T08:00:00+07:00",
            "",
            "2021-02-16T09:00:00+07:00",
        ];
        let [receipt, completed] = made(row).try_into().unwrap();
        let expected = json!({
            "op": "receive", "origin": "import", "applicant": {"kind": "individual", "name": "An"}, "code": "c", "procedure": "1.004873",
            "channel": "in_person", "receiving_agency": "H51.29", "competent_agency": "H51.29.05", "received_at": received,
        });
        assert_eq!(receipt, expected);
        let expected = json!({
            "op": "event", "origin": "import", "dossier": "c", "ref": "import:completed", "kind": "completed",
            "occurred_at": "2021-02-16T08:00:00+07:00", "source_recorded_at": "2021-02-16T09:00:00+07:00", "result": {"outcome": "granted"},
        });
        assert_eq!(completed, expected);
        assert_eq!(
            made(["c", "p", "x", "a", "b", "", "An", "", "", ""]).len(),
            1,
            "the rest is the service's to judge"
        );
    }

    #[test]
    fn columns_are_known_and_named_once() {
        assert_eq!(check(HEADER.into_iter()), Ok(()));
        for (names, why) in [
            (HEADER[1..].to_vec(), "has no column code"),
            ([&HEADER[..], &["colour"]].concat(), "the column colour is not known"),
            ([&HEADER[..], &["code"]].concat(), "has the column code twice"),
        ] {
            assert!(check(names.into_iter()).unwrap_err().starts_with(why), "{why}");
        }
        let short = items(&StringRecord::from(HEADER.to_vec()), &StringRecord::from(vec!["c"]));
        assert_eq!(short.unwrap_err(), "has 1 cells, and the header 10");
    }
}
