//! The nodes that a procedure leads to.

use super::{AUTHORITY, concept, text};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::catalogue::content::{
    CaseSteps, ChannelTerms, Content, Document, Fee, LegalText, ResultPaper,
};
use crate::domain::local_time::Day;
use crate::domain::time_limit::{TimeLimit, choose};
use crate::domain::vocabulary::Level;
use crate::features::procedures::queries::Procedure;
use serde_json::{Value, json};

/// A node of a class, with its identifier and what else there is.
fn node(id: &str, class: &str, identifier: &str, more: Vec<(&str, Value)>) -> Value {
    let mut node = json!({"@id": id, "@type": class, "dct:identifier": identifier});
    if let Some(members) = node.as_object_mut() {
        members.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    node
}

pub fn authorities(procedure: &Procedure, tree: &AgencyTree) -> Vec<Value> {
    let place = json!([{"@id": format!("{AUTHORITY}/country/VNM")}]);
    let organisation = |id: &str, identifier: &str, name: &str| {
        node(
            id,
            "cv:PublicOrganisation",
            identifier,
            vec![("skos:prefLabel", json!(text(name))), ("dct:spatial", place.clone())],
        )
    };
    if procedure.agencies.is_empty() {
        // Every agency of the levels.
        let of_level = |level: &Level| {
            let name = match level {
                Level::Central => "Cơ quan cấp trung ương",
                Level::Province => "Cơ quan cấp tỉnh",
                Level::District => "Cơ quan cấp huyện",
                Level::Commune => "Ủy ban nhân dân cấp xã",
            };
            organisation(&format!("#level-{level}"), level.as_str(), name)
        };
        return procedure.row.levels.iter().map(of_level).collect();
    }
    let agencies = procedure.agencies.iter().filter_map(|id| tree.get(*id));
    agencies
        .map(|agency| organisation(&format!("/v1/agencies/{}", agency.code), &agency.code, &agency.name))
        .collect()
}

pub fn channels(procedure: &Procedure, content: &Content) -> Vec<Value> {
    let show = |(i, terms): (usize, &ChannelTerms)| {
        let limit = choose(&procedure.limits, terms.case.as_deref(), terms.channel).map(|found| &found.limit);
        let words =
            [terms.limit_text.clone().or(limit.map(in_words)), terms.fee_text.clone(), terms.note.clone()];
        let words: Vec<String> = words.into_iter().flatten().collect();
        let mut more = vec![("dct:type", concept("channel", terms.channel.as_str(), terms.channel.vi()))];
        if !words.is_empty() {
            more.push(("dct:description", json!(text(words.join("\n")))));
        }
        // A duration counts every day; working days and office hours are no duration, and stand in words.
        if let Some(TimeLimit::CalendarDays(days)) = limit {
            more.push(("cv:processingTime", json!({"@type": "xsd:duration", "@value": format!("P{days}D")})));
        }
        node(&format!("#channel-{}", i + 1), "cv:Channel", &(i + 1).to_string(), more)
    };
    content.channels.iter().enumerate().map(show).collect()
}

fn in_words(limit: &TimeLimit) -> String {
    match limit {
        TimeLimit::WorkingDays(amount) => format!("{amount} ngày làm việc"),
        TimeLimit::CalendarDays(days) => format!("{days} ngày"),
        TimeLimit::WorkingHours(amount) => format!("{amount} giờ làm việc"),
        TimeLimit::SameDay(_) => "Trong ngày".into(),
        TimeLimit::None => "Không có thời hạn".into(),
    }
}

pub fn costs(content: &Content) -> Vec<Value> {
    let show = |(i, fee): (usize, &Fee)| {
        let number = (i + 1).to_string();
        let words: Vec<&str> = [Some(fee.name.as_str()), fee.note.as_deref()].into_iter().flatten().collect();
        let mut more = vec![
            ("dct:description", json!(text(words.join("\n")))),
            ("cv:hasValue", json!({"@type": "xsd:double", "@value": fee.amount.to_string()})),
            ("cv:currency", json!({"@id": format!("{AUTHORITY}/currency/VND")})),
        ];
        let channel = content.channels.iter().position(|terms| Some(terms.channel) == fee.channel);
        if let Some(channel) = channel {
            more.push(("cv:ifAccessedThrough", json!({"@id": format!("#channel-{}", channel + 1)})));
        }
        node(&format!("#fee-{number}"), "cv:Cost", fee.code.as_deref().unwrap_or(&number), more)
    };
    content.fees.iter().enumerate().map(show).collect()
}

pub fn inputs(content: &Content) -> Vec<Value> {
    let documents = content.documents.iter().flat_map(|of| &of.items).enumerate();
    let show = |(i, document): (usize, &Document)| {
        let number = (i + 1).to_string();
        let mut more = vec![("dct:title", json!(text(&document.name)))];
        if let Some(file) = document.form.as_ref().and_then(|form| form.file.as_ref()) {
            more.push(("foaf:page", json!({"@id": file})));
        }
        node(&format!("#document-{number}"), "cv:Evidence", document.code.as_deref().unwrap_or(&number), more)
    };
    documents.map(show).collect()
}

pub fn outputs(content: &Content) -> Vec<Value> {
    let show = |(i, result): (usize, &ResultPaper)| {
        let number = (i + 1).to_string();
        let identifier = result.code.as_deref().unwrap_or(&number);
        node(
            &format!("#result-{number}"),
            "cv:Output",
            identifier,
            vec![("dct:title", json!(text(&result.name)))],
        )
    };
    content.results.iter().enumerate().map(show).collect()
}

pub fn requirements(content: &Content) -> Vec<Value> {
    let title = json!(text("Yêu cầu, điều kiện"));
    let show = |conditions: &String| {
        let more = vec![("dct:title", title.clone()), ("dct:description", json!(text(conditions)))];
        node("#conditions", "cv:Requirement", "conditions", more)
    };
    content.conditions.iter().map(show).collect()
}

pub fn rules(procedure: &Procedure, content: &Content) -> Vec<Value> {
    let show = |(i, of): (usize, &CaseSteps)| {
        let number = (i + 1).to_string();
        let named = procedure.limits.iter().find(|limit| limit.case.is_some() && limit.case == of.case);
        let case = named.and_then(|limit| limit.case_name.clone()).or_else(|| of.case.clone());
        let title =
            case.map_or_else(|| "Trình tự thực hiện".into(), |case| format!("Trình tự thực hiện: {case}"));
        let more =
            vec![("dct:title", json!(text(title))), ("dct:description", json!(text(of.steps.join("\n"))))];
        node(&format!("#steps-{number}"), "cpsv:Rule", &number, more)
    };
    content.steps.iter().enumerate().map(show).collect()
}

pub fn law(content: &Content) -> Vec<Value> {
    let day = |on: Day| json!({"@type": "xsd:date", "@value": on.date().to_string()});
    let show = |(i, basis): (usize, &LegalText)| {
        let mut more = vec![("eli:title", json!(text(&basis.title)))];
        more.extend(basis.issued_on.map(|on| ("eli:date_document", day(on))));
        more.extend(basis.effective_on.map(|on| ("eli:first_date_entry_in_force", day(on))));
        more.extend(basis.issued_by.as_ref().map(|by| ("eli:passed_by", json!(text(by)))));
        node(&format!("#law-{}", i + 1), "eli:LegalResource", &basis.number, more)
    };
    content.legal_basis.iter().enumerate().map(show).collect()
}
