//! What metrics 1.1 and 1.2 of QĐ 766/QĐ-TTg judge: decisions that announce procedures, and the disclosure of what they announced.
//!
//! Each procedure counts once. Of several decisions or versions in a period one that is late makes it late, and is the one that is told.
//! What cannot be judged, for want of a calendar, is not among them.

use super::assess::of_agency;
use super::queries::{AnnouncedRow, DisclosureRow, Known, VersionRow};
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::competence::decides;
use crate::domain::disclosure;
use crate::domain::law::law;
use crate::domain::period::Period;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A procedure that an agency announced.
#[derive(Clone, Copy, Debug)]
pub struct Announced<'a> {
    /// The decision by which it is judged.
    pub row: &'a AnnouncedRow,
    /// Local day through which that decision was in time.
    pub by: NaiveDate,
}

impl Announced<'_> {
    /// Whether it was announced in time.
    pub fn is_in_time(&self) -> bool {
        self.row.signed_on <= self.by
    }
}

/// What an agency of a tree announced (metric 1.1), by code.
pub fn announced<'a>(
    agency: &Agency,
    tree: &AgencyTree,
    known: &'a Known,
    calendars: &Calendars,
) -> impl Iterator<Item = Announced<'a>> {
    let mut procedures: BTreeMap<&str, Announced<'a>> = BTreeMap::new();
    let is_own = |row: &&AnnouncedRow| tree.find(&row.publishing_agency).is_some_and(|it| it.id == agency.id);
    for row in known.announced.iter().filter(is_own) {
        let by =
            disclosure::announced_by(row.basis_effective_on, agency.level, law(), calendars.of(agency.id));
        let Ok(by) = by else { continue };
        let told = procedures.entry(&row.procedure_code).or_insert(Announced { row, by });
        if told.is_in_time() {
            *told = Announced { row, by };
        }
    }
    procedures.into_values()
}

/// A procedure that an agency disclosed or was to disclose.
#[derive(Clone, Copy, Debug)]
pub struct Disclosing<'a> {
    /// The version by which it is judged.
    pub version: &'a VersionRow,
    /// Local day through which that was to be disclosed.
    pub due_on: NaiveDate,
    /// Local day on which it was.
    pub disclosed_on: Option<NaiveDate>,
}

impl Disclosing<'_> {
    /// Whether it was disclosed in time.
    pub fn is_in_time(&self) -> bool {
        self.disclosed_on.is_some_and(|on| on <= self.due_on)
    }
}

/// What an agency disclosed in a period or was to disclose in it (metric 1.2), by code: of each procedure the version in force at the
/// end, and those before it that were in force in the period. One that ended before its day was due to nobody.
pub fn disclosing<'a>(
    agency: &'a Agency,
    known: &'a Known,
    calendars: &'a Calendars,
    period: Period,
) -> impl Iterator<Item = Disclosing<'a>> {
    let present = of_agency(agency, known, calendars, period).filter(|item| item.is_assigned);
    let present = present.filter_map(|item| {
        let (version, disclosed_on) = (item.version, item.newest_disclosed_on());
        Some(Disclosing { version, due_on: item.due_on?, disclosed_on })
    });
    let calendar = calendars.of(agency.id);
    let before = known.ended(period.to).filter_map(move |version| {
        let own = known.recorded.get(&agency.id).and_then(|rows| rows.get(&version.procedure_code));
        let of_remit = || decides(&version.levels, &version.agencies, agency);
        own.and_then(|row| row.assigned).unwrap_or_else(of_remit).then_some(())?;
        let facts = version.in_force();
        let due_on = disclosure::due_on(&facts, agency.level, law(), calendar).ok()?;
        let rows = known.before.get(&agency.id).and_then(|rows| rows.get(&version.procedure_code));
        let shown = rows.into_iter().flatten().filter_map(DisclosureRow::disclosed);
        let shown = shown.filter(|it| it.version >= version.version).map(|it| facts.shown(it).on);
        let disclosed_on = shown.min().filter(|on| *on <= period.to);
        let was_due = version.until.is_none_or(|until| due_on < until);
        (disclosed_on.is_some() || was_due).then_some(Disclosing { version, due_on, disclosed_on })
    });
    let mut procedures: BTreeMap<&str, Disclosing<'a>> = BTreeMap::new();
    let is_meant = |it: &Disclosing<'_>| period.contains(it.disclosed_on.unwrap_or(it.due_on));
    for it in before.chain(present).filter(is_meant) {
        let told = procedures.entry(&it.version.procedure_code).or_insert(it);
        if told.is_in_time() {
            *told = it;
        }
    }
    procedures.into_values()
}
