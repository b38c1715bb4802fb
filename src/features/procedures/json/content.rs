//! Checks what a procedure says: texts are cleaned, lists and numbers bounded.

use crate::domain::catalogue::content::{CaseDocuments, Content, Document};
use crate::domain::ids::{AgencyCode, Slug};
use crate::domain::refusal::{Rule, Violations};
use crate::domain::text::clean;

/// Items of a list at most.
const MOST_ITEMS: usize = 200;
/// Characters of a text at most.
const MOST_CHARACTERS: usize = 20_000;

/// Checks and cleans the content of a draft.
pub(super) fn check(content: &mut Content, wrong: &mut Violations) {
    if let Some(agency) = &content.publishing_agency {
        wrong.take("/content/publishing_agency", AgencyCode::parse(agency));
    }
    let mut check = Check(wrong);
    check.optional("/content/field_code".into(), &mut content.field_code, 100);
    check.list("/content/steps", 0, content.steps.len());
    for (i, of) in content.steps.iter_mut().enumerate() {
        let at = format!("/content/steps/{i}");
        check.case(&at, of.case.as_ref());
        check.list(&format!("{at}/steps"), 1, of.steps.len());
        for (j, step) in of.steps.iter_mut().enumerate() {
            check.text(format!("{at}/steps/{j}"), step, MOST_CHARACTERS);
        }
    }
    check.list("/content/channels", 0, content.channels.len());
    for (i, of) in content.channels.iter_mut().enumerate() {
        let at = format!("/content/channels/{i}");
        check.case(&at, of.case.as_ref());
        for (name, text) in
            [("limit_text", &mut of.limit_text), ("fee_text", &mut of.fee_text), ("note", &mut of.note)]
        {
            check.optional(format!("{at}/{name}"), text, MOST_CHARACTERS);
        }
    }
    check.list("/content/fees", 0, content.fees.len());
    for (i, fee) in content.fees.iter_mut().enumerate() {
        let at = format!("/content/fees/{i}");
        check.case(&at, fee.case.as_ref());
        check.optional(format!("{at}/code"), &mut fee.code, 100);
        check.text(format!("{at}/name"), &mut fee.name, 500);
        check.optional(format!("{at}/note"), &mut fee.note, MOST_CHARACTERS);
        check.number(format!("{at}/amount"), fee.amount, 0, 1_000_000_000_000);
    }
    check.list("/content/documents", 0, content.documents.len());
    for (i, of) in content.documents.iter_mut().enumerate() {
        check.documents(&format!("/content/documents/{i}"), of);
    }
    if let Some(sets) = content.sets {
        check.number("/content/sets".into(), sets.into(), 1, 100);
    }
    check.list("/content/applicants", 0, content.applicants.len());
    content.applicants.sort_unstable();
    content.applicants.dedup();
    check.list("/content/coordinating_agencies", 0, content.coordinating_agencies.len());
    for (i, agency) in content.coordinating_agencies.iter().enumerate() {
        check.0.take(format!("/content/coordinating_agencies/{i}"), AgencyCode::parse(agency));
    }
    rest(content, &mut check);
}

fn rest(content: &mut Content, check: &mut Check<'_>) {
    check.list("/content/results", 0, content.results.len());
    for (i, result) in content.results.iter_mut().enumerate() {
        check.optional(format!("/content/results/{i}/code"), &mut result.code, 100);
        check.text(format!("/content/results/{i}/name"), &mut result.name, MOST_CHARACTERS);
    }
    check.list("/content/legal_basis", 0, content.legal_basis.len());
    for (i, law) in content.legal_basis.iter_mut().enumerate() {
        let at = format!("/content/legal_basis/{i}");
        check.text(format!("{at}/number"), &mut law.number, 200);
        check.text(format!("{at}/title"), &mut law.title, 2_000);
        check.optional(format!("{at}/issued_by"), &mut law.issued_by, 500);
    }
    for (name, text) in [
        ("applicants_note", &mut content.applicants_note),
        ("conditions", &mut content.conditions),
        ("place", &mut content.place),
    ] {
        check.optional(format!("/content/{name}"), text, MOST_CHARACTERS);
    }
}

struct Check<'a>(&'a mut Violations);

impl Check<'_> {
    fn list(&mut self, pointer: &str, least: usize, items: usize) {
        if !(least..=MOST_ITEMS).contains(&items) {
            let message = format!("must have {least} to {MOST_ITEMS} items");
            self.0.add(pointer, Rule::InvalidValue, message);
        }
    }

    fn number(&mut self, pointer: String, number: i64, least: i64, most: i64) {
        if !(least..=most).contains(&number) {
            self.0.add(pointer, Rule::InvalidValue, format!("must be between {least} and {most}"));
        }
    }

    fn case(&mut self, at: &str, case: Option<&String>) {
        if let Some(case) = case {
            self.0.take(format!("{at}/case"), Slug::parse(case));
        }
    }

    fn text(&mut self, pointer: String, text: &mut String, most: usize) {
        *text = self.0.take(pointer, clean(text, most)).unwrap_or_default();
    }

    /// An optional text that is empty is null.
    fn optional(&mut self, pointer: String, text: &mut Option<String>, most: usize) {
        *text = text.take().filter(|it| !it.trim().is_empty());
        if let Some(text) = text {
            self.text(pointer, text, most);
        }
    }

    fn documents(&mut self, at: &str, of: &mut CaseDocuments) {
        self.case(at, of.case.as_ref());
        self.list(&format!("{at}/items"), 1, of.items.len());
        for (j, document) in of.items.iter_mut().enumerate() {
            self.document(&format!("{at}/items/{j}"), document);
        }
    }

    fn document(&mut self, at: &str, document: &mut Document) {
        self.optional(format!("{at}/code"), &mut document.code, 100);
        self.text(format!("{at}/name"), &mut document.name, MOST_CHARACTERS);
        self.number(format!("{at}/originals"), document.originals.into(), 0, 100);
        self.number(format!("{at}/copies"), document.copies.into(), 0, 100);
        if let Some(form) = &mut document.form {
            self.text(format!("{at}/form/name"), &mut form.name, 500);
            self.address(format!("{at}/form/file"), form.file.as_ref());
        }
    }

    /// An address of the web, as it goes into a link.
    fn address(&mut self, pointer: String, address: Option<&String>) {
        let is_web = |it: &String| {
            let rest = it.strip_prefix("https://").or_else(|| it.strip_prefix("http://"));
            let is_plain = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
            it.len() <= 2_000 && rest.is_some_and(is_plain)
        };
        if !address.is_none_or(is_web) {
            let message =
                "must begin with https:// or http:// and have at most 2000 printable ASCII characters";
            self.0.add(pointer, Rule::InvalidValue, message);
        }
    }
}

/// Checks and cleans a decision.
pub(super) fn check_decision(
    decision: &mut crate::domain::catalogue::decision::Decision,
    wrong: &mut Violations,
) {
    let mut check = Check(wrong);
    check.text("/decision/number".into(), &mut decision.number, 200);
    check.text("/decision/issued_by".into(), &mut decision.issued_by, 500);
    check.optional("/decision/ground".into(), &mut decision.ground, 2_000);
    check.address("/decision/file".into(), decision.file.as_ref());
}
