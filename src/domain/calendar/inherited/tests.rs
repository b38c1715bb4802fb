use super::*;
use crate::domain::calendar::{DayKind, Mark, MissingYear, OfficeHours};
use crate::domain::local_time::Instant;
use crate::domain::timing;
use chrono::NaiveTime;

/// 1 province, 2 and 4 districts, 3 a commune of 2.
fn parents() -> HashMap<AgencyId, Option<AgencyId>> {
    HashMap::from([(1, None), (2, Some(1)), (3, Some(2)), (4, Some(1))])
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn off(days: &[&str]) -> BTreeMap<NaiveDate, Mark> {
    days.iter().map(|d| (day(d), Mark::Off("off".into()))).collect()
}

fn table(year: i32, days: &[&str]) -> YearTable {
    YearTable { year, marks: off(days) }
}

fn whole(year: i32, days: &[&str]) -> OwnYear {
    let changes = YearTable { year, ..YearTable::default() }.changes_to(&table(year, days));
    OwnYear { version: 1, is_whole: true, changes }
}

fn changes(from: &YearTable, to: &YearTable) -> OwnYear {
    OwnYear { version: 1, is_whole: false, changes: from.changes_to(to) }
}

fn own(years: Vec<(i32, OwnYear)>) -> Own {
    Own { version: 1, hours: vec![], years: years.into_iter().collect() }
}

/// Saturday mornings are worked.
fn saturdays(valid_from: &str) -> HoursPeriod {
    let mut week = Week::default();
    let morning = (NaiveTime::from_hms_opt(7, 0, 0).unwrap(), NaiveTime::from_hms_opt(11, 0, 0).unwrap());
    week.0[5] = OfficeHours::new(vec![morning]).unwrap();
    HoursPeriod { valid_from: day(valid_from), week }
}

fn calendars(own: Vec<(Owner, Own)>) -> Calendars {
    let national = (None, super::tests::own(vec![(2022, whole(2022, &["2022-01-03"]))]));
    Calendars::new(1, parents(), std::iter::once(national).chain(own).collect())
}

#[test]
fn who_has_nothing_of_its_own_has_what_is_above() {
    let district = table(2022, &["2022-01-03", "2022-05-19"]);
    let all =
        calendars(vec![(Some(2), own(vec![(2022, changes(&table(2022, &["2022-01-03"]), &district))]))]);
    assert_eq!(all.table(Some(3), 2022), Some(district));
    assert_eq!(all.in_force(Some(3)).owner, Some(2));
    assert_eq!(all.of(3).kind(day("2022-05-19")), Ok(DayKind::DayOff("off")));
    assert_eq!(all.in_force(Some(4)).owner, None);
    assert_eq!(all.of(4).kind(day("2022-05-19")), Ok(DayKind::Working));
    assert_eq!((all.table_owner(Some(3), 2022), all.table_owner(Some(4), 2022)), (Some(2), None));
    assert_eq!(all.in_force(Some(99)).owner, None, "an agency that is not known yet");
}

/// A holiday that is declared for the country later reaches an agency that has changes of its own.
#[test]
fn what_is_kept_is_a_difference() {
    let district = changes(&table(2022, &["2022-01-03"]), &table(2022, &["2022-05-19"]));
    let all = calendars(vec![(Some(2), own(vec![(2022, district)]))]);
    let later = all.with(None, own(vec![(2022, whole(2022, &["2022-01-03", "2022-09-05"]))]));
    assert_eq!(later.table(Some(3), 2022), Some(table(2022, &["2022-05-19", "2022-09-05"])));
}

#[test]
fn a_year_is_loaded_by_whoever_above_has_it_whole() {
    let all = calendars(vec![(Some(2), own(vec![(2027, whole(2027, &[]))]))]);
    assert_eq!(all.years(Some(3)), BTreeSet::from([2022, 2027]));
    assert_eq!(all.years(Some(4)), BTreeSet::from([2022]));
    assert_eq!(all.table(Some(4), 2027), None);
    assert_eq!(all.of(4).kind(day("2027-01-04")), Err(MissingYear(2027)));
    assert_eq!(all.of(3).kind(day("2027-01-04")), Ok(DayKind::Working));
    // Changes of a table that is not there are no table.
    let changes = OwnYear { is_whole: false, ..whole(2028, &["2028-05-19"]) };
    let all = calendars(vec![(Some(2), own(vec![(2028, changes)]))]);
    assert_eq!(all.table(Some(3), 2028), None);
}

#[test]
fn hours_come_from_the_nearest_owner() {
    let with_hours = |hours| Own { version: 1, hours, years: BTreeMap::new() };
    let all = calendars(vec![
        (Some(1), with_hours(vec![saturdays("2022-01-01")])),
        (Some(2), with_hours(vec![])),
        (Some(4), with_hours(vec![HoursPeriod { valid_from: ALWAYS, week: Week::default() }])),
    ]);
    assert_eq!(all.hours(Some(3)).0, Some(1));
    assert_eq!(all.of(3).is_working_day(day("2022-02-19")), Ok(true), "a Saturday");
    assert_eq!(all.of(4).is_working_day(day("2022-02-19")), Ok(false));
    assert_eq!(all.in_force(Some(3)).owner, Some(1), "who only inherits is no owner");
    assert_eq!(all.below(Some(2)), BTreeSet::from([2, 3]));
    assert_eq!(all.below(None), BTreeSet::from([1, 2, 3, 4]));
}

#[test]
fn equal_calendars_are_kept_once() {
    let same = || Own { version: 1, hours: vec![saturdays("2022-01-01")], years: BTreeMap::new() };
    let all = calendars(vec![(Some(2), same()), (Some(4), same())]);
    assert_eq!(all.shared.len(), 2);
    assert!(std::ptr::eq(all.of(3), all.of(4)));
}

#[test]
fn due_soon_differs_where_the_calendar_does() {
    let all = calendars(vec![(
        Some(2),
        Own { version: 1, hours: vec![saturdays("2022-01-01")], years: BTreeMap::new() },
    )]);
    let friday: Instant = "2022-02-18T09:00:00+07:00".parse().unwrap();
    let (usual, mut others) = all.told_by(|own| timing::due_soon_until(friday, own));
    assert_eq!(usual, Some(day("2022-02-22")));
    assert_eq!(others.len(), 1);
    others[0].0.sort_unstable();
    assert_eq!(others[0], (vec![2, 3], Some(day("2022-02-21"))));
    let monday: Instant = "2022-02-14T09:00:00+07:00".parse().unwrap();
    assert_eq!(all.told_by(|own| timing::due_soon_until(monday, own)), (Some(day("2022-02-16")), vec![]));
}
