//! Makes a draft of a national procedure, and notes what it leaves out.

use super::{capitals, limits, list, text};
use crate::domain::catalogue::content::{
    CaseDocuments, CaseSteps, Content, Document, Form, LegalText, ResultPaper,
};
use crate::domain::ids::{AgencyCode, Slug};
use crate::domain::local_time::Day;
use crate::domain::text::fold;
use crate::domain::vocabulary::{ApplicantKind, Level, OnlineLevel, ProcedureKind};
use crate::features::procedures::json::PutProcedure;
use chrono::NaiveDate;
use serde_json::{Map, Value};

/// What the national format does not say.
#[derive(Clone, Copy)]
pub struct Terms {
    /// First day in force.
    pub effective_from: Day,
    /// Sets of documents to hand in.
    pub sets: Option<i32>,
}

/// What was read.
pub struct Read {
    /// Code (`MATTHC`).
    pub code: String,
    /// The draft.
    pub draft: PutProcedure,
    /// Whether it is disclosed there (`TRANGTHAI` is 1, or not said).
    pub is_disclosed: bool,
    /// What was left out, a line each.
    pub notes: Vec<String>,
}

/// Keys that are read, and those that identify nothing here.
const KNOWN: [&str; 24] = [
    "ID",
    "MATTHC",
    "TENTTHC",
    "TRANGTHAI",
    "LOAITTHC",
    "MACOQUANCONGBO",
    "LINHVUCTHUCHIEN",
    "CAPTHUCHIEN",
    "COQUANTHUCHIEN",
    "COQUANCOTHAMQUYEN",
    "COQUANPHOIHOP",
    "DOITUONGTHUCHIEN",
    "MOTADOITUONGTHUCHIEN",
    "TRINHTUTHUCHIEN",
    "CACHTHUCTHUCHIEN",
    "THANHPHANHOSO",
    "KETQUATHUCHIEN",
    "CANCUPHAPLY",
    "YEUCAU",
    "DIACHITIEPNHAN",
    "MUCDO",
    "KHONGCONGAYHENTRA",
    "IDQUYETDINHCONGBO",
    "TUKHOA",
];

/// Reads a procedure. `knows` says whether the service has an agency. An error says what must be there.
pub fn read(item: &Map<String, Value>, terms: Terms, knows: impl Fn(&str) -> bool) -> Result<Read, String> {
    let item = &capitals(&Value::Object(item.clone()));
    let code = text(item, "MATTHC").ok_or("/MATTHC: is required")?;
    let name = text(item, "TENTTHC").ok_or("/TENTTHC: is required")?;
    let mut notes = vec![];
    let (field, field_name, field_code) = field(item, &mut notes)?;
    let times = limits::read(item, &mut notes)?;
    let mut competent_agencies = agencies(item, "COQUANTHUCHIEN", &knows, &mut notes);
    if competent_agencies.is_empty() {
        competent_agencies = agencies(item, "COQUANCOTHAMQUYEN", &knows, &mut notes);
    }
    let content = Content {
        kind: one(item, "LOAITTHC", kind, &mut notes),
        publishing_agency: one(item, "MACOQUANCONGBO", agency_code, &mut notes),
        field_code,
        steps: steps(item),
        channels: times.channels,
        fees: times.fees,
        documents: documents(item),
        sets: terms.sets,
        applicants: words(item, ("DOITUONGTHUCHIEN", "MADOITUONG", "TENDOITUONG"), applicant, &mut notes),
        applicants_note: text(item, "MOTADOITUONGTHUCHIEN"),
        coordinating_agencies: agencies(item, "COQUANPHOIHOP", &knows, &mut notes),
        results: results(item),
        conditions: text(item, "YEUCAU"),
        legal_basis: law(item, &mut notes),
        one_stop: None,
        place: text(item, "DIACHITIEPNHAN"),
    };
    let draft = PutProcedure {
        name,
        field,
        field_name,
        levels: words(item, ("CAPTHUCHIEN", "CAPTHUCHIEN", "TENCAP"), level, &mut notes),
        competent_agencies,
        effective_from: terms.effective_from,
        sample: false,
        online_level: one(item, "MUCDO", online_level, &mut notes),
        limits: times.limits,
        content,
    };
    let unread = |key: &&String| !KNOWN.contains(&key.as_str()) && text(item, key).is_some();
    let keys = item.as_object().into_iter().flat_map(Map::keys);
    notes.extend(keys.filter(unread).map(|key| format!("/{key}: is left out")));
    let is_disclosed = text(item, "TRANGTHAI").is_none_or(|state| state == "1");
    Ok(Read { code, draft, is_disclosed, notes })
}

/// The field as a slug, its name, and its code unless that is a slug: then this service wrote it.
fn field(item: &Value, notes: &mut Vec<String>) -> Result<(String, String, Option<String>), String> {
    let fields = list(item, "LINHVUCTHUCHIEN");
    let first = fields.first().ok_or("/LINHVUCTHUCHIEN: is required")?;
    let name = text(first, "TENLINHVUC").ok_or("/LINHVUCTHUCHIEN/0/TENLINHVUC: is required")?;
    let code = text(first, "MALINHVUC");
    let own = code.as_deref().and_then(|code| Slug::parse(code).ok());
    let code = code.filter(|_| own.is_none());
    let slug =
        own.or_else(|| Slug::of(&name)).ok_or("/LINHVUCTHUCHIEN/0/TENLINHVUC: has no letter and no digit")?;
    if fields.len() > 1 {
        notes.push(format!("/LINHVUCTHUCHIEN: only the first of {} is taken", fields.len()));
    }
    Ok((slug.to_string(), name, code))
}

/// The codes of a list of agencies that the service knows.
fn agencies(item: &Value, key: &str, knows: &impl Fn(&str) -> bool, notes: &mut Vec<String>) -> Vec<String> {
    let mut found = vec![];
    for (i, of) in list(item, key).iter().enumerate() {
        match text(of, "MADONVI") {
            Some(code) if knows(&code) => found.push(code),
            Some(code) => notes.push(format!("/{key}/{i}/MADONVI: the service has no agency {code}")),
            None => {}
        }
    }
    found
}

/// A word of ours for a number or word of theirs.
fn one<T>(item: &Value, key: &str, word: fn(&str, &str) -> Option<T>, notes: &mut Vec<String>) -> Option<T> {
    let said = text(item, key)?;
    let found = word(&said, &fold(&said));
    if found.is_none() {
        notes.push(format!("/{key}: {said} is not known"));
    }
    found
}

/// The same of a list, each once and in their order.
fn words<T: Ord>(
    item: &Value,
    (key, code, name): (&str, &str, &str),
    word: fn(&str, &str) -> Option<T>,
    notes: &mut Vec<String>,
) -> Vec<T> {
    let mut found = vec![];
    for (i, of) in list(item, key).iter().enumerate() {
        let (code, name) = (text(of, code).unwrap_or_default(), text(of, name).unwrap_or_default());
        if let Some(one) = word(&code, &fold(&name)) {
            found.push(one);
        } else {
            let said = if name.is_empty() { code } else { name };
            notes.push(format!("/{key}/{i}: {said} is not known"));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn level(code: &str, name: &str) -> Option<Level> {
    let has = |word: &str| name.split(' ').any(|other| other == word);
    match (code, name) {
        _ if has("bo") || name.contains("trung uong") => Some(Level::Central),
        _ if has("tinh") => Some(Level::Province),
        _ if has("huyen") => Some(Level::District),
        _ if has("xa") || has("phuong") => Some(Level::Commune),
        ("1", "") => Some(Level::Central),
        ("2", "") => Some(Level::Province),
        ("3", "") => Some(Level::District),
        ("4", "") => Some(Level::Commune),
        _ => None,
    }
}

fn applicant(code: &str, name: &str) -> Option<ApplicantKind> {
    let begins = |with: &[&str]| with.iter().any(|word| name.starts_with(word));
    match code {
        _ if begins(&["ca nhan", "cong dan", "nguoi", "can bo"]) => Some(ApplicantKind::Individual),
        _ if begins(&["doanh nghiep"]) => Some(ApplicantKind::Business),
        _ if begins(&["co quan"]) => Some(ApplicantKind::StateAgency),
        _ if begins(&["to chuc", "hop tac xa"]) => Some(ApplicantKind::Organization),
        "1" if name.is_empty() => Some(ApplicantKind::Individual),
        "2" if name.is_empty() => Some(ApplicantKind::Business),
        "3" if name.is_empty() => Some(ApplicantKind::StateAgency),
        "4" if name.is_empty() => Some(ApplicantKind::Organization),
        _ => None,
    }
}

fn agency_code(said: &str, _: &str) -> Option<String> {
    AgencyCode::parse(said).ok().map(|code| code.to_string())
}

fn kind(_: &str, folded: &str) -> Option<ProcedureKind> {
    let kinds = [
        ("dac thu", ProcedureKind::Local),
        ("lien thong", ProcedureKind::Interlinked),
        ("noi bo", ProcedureKind::Internal),
        ("quy dinh chi tiet", ProcedureKind::Regulated),
    ];
    kinds.into_iter().find(|(words, _)| folded.contains(words)).map(|(_, kind)| kind)
}

fn online_level(said: &str, folded: &str) -> Option<OnlineLevel> {
    match (said, folded) {
        ("4", _) | (_, "toan trinh") => Some(OnlineLevel::Full),
        ("3", _) | (_, "mot phan") => Some(OnlineLevel::Partial),
        ("1" | "2", _) | (_, "cung cap thong tin") => Some(OnlineLevel::Information),
        _ => None,
    }
}

/// The slug of a case by its name (`TRUONGHOP`).
fn case(of: &Value) -> Option<String> {
    Slug::of(&text(of, "TRUONGHOP")?).map(|slug| slug.to_string())
}

fn steps(item: &Value) -> Vec<CaseSteps> {
    let of_case = |of: &Value| CaseSteps {
        case: case(of),
        steps: list(of, "TRINHTU").iter().filter_map(|step| text(step, "TENTRINHTU")).collect(),
    };
    list(item, "TRINHTUTHUCHIEN").iter().map(of_case).filter(|of| !of.steps.is_empty()).collect()
}

fn documents(item: &Value) -> Vec<CaseDocuments> {
    let number = |of: &Value, key| text(of, key).and_then(|number| number.parse().ok()).unwrap_or(0);
    let document = |of: &Value| {
        let name = text(of, "TENGIAYTO")?;
        let file = text(of, "URL").filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        let form = text(of, "TENMAUDON").or_else(|| file.as_ref().map(|_| name.clone()));
        let form = form.map(|form| Form { name: form.chars().take(500).collect(), file });
        let (originals, copies) = (number(of, "SOBANCHINH"), number(of, "SOBANSAO"));
        // What the format lists must be handed in; what need not be is said in the name.
        Some(Document { code: text(of, "MAGIAYTO"), name, required: true, originals, copies, form })
    };
    let of_case = |of: &Value| CaseDocuments {
        case: case(of),
        items: list(of, "GIAYTO").iter().filter_map(document).collect(),
    };
    list(item, "THANHPHANHOSO").iter().map(of_case).filter(|of| !of.items.is_empty()).collect()
}

fn results(item: &Value) -> Vec<ResultPaper> {
    let result = |of: &Value| Some(ResultPaper { code: text(of, "MAKETQUA"), name: text(of, "TENKETQUA")? });
    list(item, "KETQUATHUCHIEN").iter().filter_map(result).collect()
}

fn law(item: &Value, notes: &mut Vec<String>) -> Vec<LegalText> {
    let mut found = vec![];
    for (i, of) in list(item, "CANCUPHAPLY").iter().enumerate() {
        let (Some(number), Some(title)) = (text(of, "SOVANBAN"), text(of, "TENVANBAN")) else {
            notes.push(format!("/CANCUPHAPLY/{i}: has no number or no title"));
            continue;
        };
        let mut date = |key: &str| {
            let said = text(of, key)?;
            let read = day(&said);
            if read.is_none() {
                notes.push(format!("/CANCUPHAPLY/{i}/{key}: {said} is no date"));
            }
            read
        };
        let (issued_on, effective_on) = (date("NGAYBANHANH"), date("NGAYHIEULUC"));
        found.push(LegalText {
            number,
            title,
            issued_on,
            effective_on,
            issued_by: text(of, "COQUANBANHANH"),
        });
    }
    found
}

/// A date as these systems write it: `20141120000000`, `20/11/2014` or `2014-11-20`.
fn day(said: &str) -> Option<Day> {
    let forms = [("%Y%m%d", 8), ("%d/%m/%Y", 10), ("%Y-%m-%d", 10)];
    let read = |(form, length)| NaiveDate::parse_from_str(said.get(..length)?, form).ok();
    // By its text, which knows the years that the service speaks of.
    forms.into_iter().find_map(read)?.to_string().parse().ok()
}
