//! Writes a procedure as the national catalogue gives it.

use super::CHANNELS;
use crate::domain::catalogue::content::{
    CaseDocuments, CaseSteps, ChannelTerms, Content, Document, LegalText,
};
use crate::domain::local_time::Day;
use crate::domain::vocabulary::{ApplicantKind, Channel, Level, OnlineLevel, ProcedureKind, Unit};
use crate::features::procedures::json::{CaseLimitBody, LimitBody, PutProcedure};
use serde_json::{Value, json};

/// The keys of `LayThuTuc` for a procedure; `decision` is the number of the one that announced it. What they have no place for is left
/// out: the number of sets, parts and prolongations of limits, grounds of decisions.
pub fn write(code: &str, of: &PutProcedure, decision: Option<&str>) -> Value {
    let content = &of.content;
    json!({
        "MATTHC": code,
        "TENTTHC": of.name,
        "TRANGTHAI": "1",
        "LOAITTHC": content.kind.map(kind),
        "MACOQUANCONGBO": content.publishing_agency,
        "QUYETDINH": decision,
        "LINHVUCTHUCHIEN": [{"MALINHVUC": content.field_code.as_ref().unwrap_or(&of.field), "TENLINHVUC": of.field_name}],
        "CAPTHUCHIEN": of.levels.iter().map(|of| level(*of)).collect::<Vec<_>>(),
        "COQUANTHUCHIEN": units(&of.competent_agencies),
        "COQUANPHOIHOP": units(&content.coordinating_agencies),
        "DOITUONGTHUCHIEN": content.applicants.iter().map(|of| applicant(*of)).collect::<Vec<_>>(),
        "MOTADOITUONGTHUCHIEN": content.applicants_note,
        "TRINHTUTHUCHIEN": content.steps.iter().map(|it| steps(it, of)).collect::<Vec<_>>(),
        "CACHTHUCTHUCHIEN": ways(of),
        "THANHPHANHOSO": content.documents.iter().map(|it| documents(it, of)).collect::<Vec<_>>(),
        "KETQUATHUCHIEN": content.results.iter().map(|of| json!({"MAKETQUA": of.code, "TENKETQUA": of.name})).collect::<Vec<_>>(),
        "CANCUPHAPLY": content.legal_basis.iter().map(law).collect::<Vec<_>>(),
        "YEUCAU": content.conditions,
        "DIACHITIEPNHAN": content.place,
        "MUCDO": of.online_level.map(online_level),
        "KHONGCONGAYHENTRA": of.limits.iter().all(|of| of.limit.unit == Unit::None) && !of.limits.is_empty(),
    })
}

fn kind(of: ProcedureKind) -> &'static str {
    match of {
        ProcedureKind::Regulated => "TTHC được luật giao quy định chi tiết",
        ProcedureKind::Local => "TTHC đặc thù của địa phương",
        ProcedureKind::Interlinked => "TTHC liên thông",
        ProcedureKind::Internal => "TTHC nội bộ",
    }
}

fn level(of: Level) -> Value {
    let (code, name) = match of {
        Level::Central => ("1", "Cấp Bộ"),
        Level::Province => ("2", "Cấp Tỉnh"),
        Level::District => ("3", "Cấp Huyện"),
        Level::Commune => ("4", "Cấp Xã"),
    };
    json!({"CAPTHUCHIEN": code, "TENCAP": name})
}

fn applicant(of: ApplicantKind) -> Value {
    let code = match of {
        ApplicantKind::Individual => "1",
        ApplicantKind::Business => "2",
        ApplicantKind::StateAgency => "3",
        ApplicantKind::Organization => "4",
    };
    json!({"MADOITUONG": code, "TENDOITUONG": of.vi()})
}

fn online_level(of: OnlineLevel) -> &'static str {
    match of {
        OnlineLevel::Information => "2",
        OnlineLevel::Partial => "3",
        OnlineLevel::Full => "4",
    }
}

fn units(codes: &[String]) -> Vec<Value> {
    codes.iter().map(|code| json!({"MADONVI": code})).collect()
}

/// What a case is called: its name among the limits, else its slug.
fn case<'a>(slug: Option<&'a String>, of: &'a PutProcedure) -> Option<&'a str> {
    let slug = slug?;
    let named = of.limits.iter().find(|limit| limit.case.as_ref() == Some(slug));
    Some(named.and_then(|limit| limit.case_name.as_deref()).unwrap_or(slug))
}

fn steps(it: &CaseSteps, of: &PutProcedure) -> Value {
    let steps: Vec<Value> = it.steps.iter().map(|step| json!({"TENTRINHTU": step})).collect();
    json!({"TRUONGHOP": case(it.case.as_ref(), of), "TRINHTU": steps})
}

fn documents(it: &CaseDocuments, of: &PutProcedure) -> Value {
    let paper = |it: &Document| {
        let form = it.form.as_ref();
        json!({
            "MAGIAYTO": it.code, "TENGIAYTO": it.name,
            "SOBANCHINH": it.originals.to_string(), "SOBANSAO": it.copies.to_string(),
            "TENMAUDON": form.map(|form| &form.name), "URL": form.and_then(|form| form.file.as_ref()),
        })
    };
    json!({"TRUONGHOP": case(it.case.as_ref(), of), "GIAYTO": it.items.iter().map(paper).collect::<Vec<_>>()})
}

fn law(of: &LegalText) -> Value {
    let day = |on: Option<Day>| on.map(|on| on.date().format("%d/%m/%Y").to_string());
    json!({
        "SOVANBAN": of.number, "TENVANBAN": of.title, "NGAYBANHANH": day(of.issued_on),
        "NGAYHIEULUC": day(of.effective_on), "COQUANBANHANH": of.issued_by,
    })
}

/// The channels, each with a time for every case that has a limit.
fn ways(of: &PutProcedure) -> Vec<Value> {
    let content = &of.content;
    let offered = |channel: &Channel| content.channels.iter().any(|terms| terms.channel == *channel);
    let ways = CHANNELS.iter().filter(|(channel, _)| offered(channel)).map(|(channel, number)| {
        let mut cases: Vec<Option<&String>> = vec![];
        for limit in &of.limits {
            if !cases.contains(&limit.case.as_ref()) && limit.channel.is_none_or(|other| other == *channel) {
                cases.push(limit.case.as_ref());
            }
        }
        let times: Vec<Value> = cases.into_iter().map(|case| time(of, case, *channel)).collect();
        json!({"KENH": number, "THOIGIAN": times})
    });
    ways.collect()
}

fn time(of: &PutProcedure, slug: Option<&String>, channel: Channel) -> Value {
    let fits =
        |limit: &&CaseLimitBody, of: Option<Channel>| limit.case.as_ref() == slug && limit.channel == of;
    let own = of.limits.iter().find(|limit| fits(limit, Some(channel)));
    let limit = own.or_else(|| of.limits.iter().find(|limit| fits(limit, None)));
    let (amount, unit) = limit.map_or((None, ""), |found| in_unit(&found.limit));
    let words = words(&of.content, slug, channel).and_then(|terms| terms.limit_text.clone());
    let same_day = limit.filter(|found| found.limit.unit == Unit::SameDay).map(|_| "Trong ngày".to_owned());
    // Cases are told apart by their words.
    let words = case(slug, of).map(str::to_owned).or(words).or(same_day);
    let fees = of.content.fees.iter().filter(|fee| {
        fee.channel.is_none_or(|other| other == channel) && (fee.case.is_none() || fee.case.as_ref() == slug)
    });
    let fees = fees.map(|fee| {
        let words = [Some(&fee.name), fee.note.as_ref()].into_iter().flatten().map(String::as_str);
        json!({
            "MAPHILEPHI": fee.code, "SOTIEN": fee.amount.to_string(), "DONVI": "Đồng",
            "MOTA": words.collect::<Vec<_>>().join("\n"),
        })
    });
    json!({"THOIGIANGIAIQUYET": amount, "DONVITINH": unit, "MOTA": words, "PHILEPHI": fees.collect::<Vec<_>>()})
}

fn words<'a>(content: &'a Content, slug: Option<&String>, channel: Channel) -> Option<&'a ChannelTerms> {
    content.channels.iter().find(|terms| terms.channel == channel && terms.case.as_ref() == slug)
}

fn in_unit(limit: &LimitBody) -> (Option<String>, &'static str) {
    let unit = match limit.unit {
        Unit::WorkingDays => "Ngày làm việc",
        Unit::CalendarDays => "Ngày",
        Unit::WorkingHours => "Giờ làm việc",
        Unit::SameDay | Unit::None => "",
    };
    (limit.amount.map(|amount| amount.to_string()), unit)
}
