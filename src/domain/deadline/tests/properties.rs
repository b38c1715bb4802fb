//! What holds of every date, whatever happened.

use super::random::{ALL, Dice, Mix, Plan, amount};
use super::*;
use chrono::{Datelike, TimeDelta, Weekday};
use proptest::prelude::*;

/// Extensions in the unit of the limit only.
const OWN: Mix = Mix { units: &["wd", "cd", "h"], extensions: &["own"], ends: false, ..ALL };

/// A plain calendar of the years that ship, with a day off more.
fn with_day_off(office: Office, off: NaiveDate) -> Calendar {
    let mut tables = tables();
    for table in tables.iter_mut().filter(|table| table.year == off.year()) {
        table.marks.insert(off, Mark::Off("thêm".into()));
    }
    Calendar::new(&tables, &office.periods())
}

fn on<'a>(plan: &'a Plan, calendar: &'a Calendar) -> Result<Option<Standing>, MissingYear> {
    let legs = [Leg { calendar, ..plan.leg()[0] }];
    run(&plan.course(&legs), &mut NoLog)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_due_date_is_a_working_moment(seed in any::<u64>()) {
        let plan = Plan::random(seed, &ALL);
        let standing = plan.stands();
        let calendar = plan.office.calendar();
        prop_assert!(calendar.is_working_day(standing.due_on).unwrap());
        prop_assert_eq!(standing.due_at.local_date(), standing.due_on);
        prop_assert_eq!(calendar.open_from(standing.due_at).unwrap(), standing.due_at);
    }

    #[test]
    fn a_day_off_more_never_brings_a_date_forward(seed in any::<u64>(), days in 0i64..60) {
        // Subtracting goes by the calendar, and so may land on the other side of a day off.
        let mix = Mix { effects: &[StopEffect::Restart], extensions: &["own"], ends: false, ..ALL };
        let plan = Plan::random(seed, &mix);
        let off = plan.start.local_date() + TimeDelta::days(days);
        prop_assume!(!matches!(off.weekday(), Weekday::Sat | Weekday::Sun));
        let (plain, more) = (plan.stands(), with_day_off(plan.office, off));
        let moved = on(&plan, &more).unwrap().unwrap();
        prop_assert!(moved.due_at >= plain.due_at, "{off}: {plan:?}");
    }

    #[test]
    fn a_stop_never_brings_a_date_forward(seed in any::<u64>(), from in 0i64..30_000, minutes in 1i64..30_000) {
        let mut plan = Plan::random(seed, &Mix { most_moves: 0, ends: false, ..ALL });
        let plain = plan.stands();
        let from = plan.start + TimeDelta::minutes(from);
        let to = Some(from + TimeDelta::minutes(minutes));
        for effect in StopEffect::ALL {
            plan.moves = vec![Move::Stopped { from, to, effect: *effect }];
            prop_assert!(plan.stands().due_at >= plain.due_at, "{effect}");
        }
    }

    #[test]
    fn restart_is_not_before_shift_and_shift_not_before_none(seed in any::<u64>(), from in 0i64..20_000, minutes in 1i64..20_000) {
        let mut plan = Plan::random(seed, &Mix { most_moves: 0, ..OWN });
        let mut dice = Dice::new(seed);
        let start = plan.start;
        if dice.below(2) == 0 {
            // An extension in calendar days begins with the working day to which the limit was moved, so what a
            // restart moves elsewhere may end a day apart.
            let by = match plan.limit {
                TimeLimit::WorkingDays(_) => TimeLimit::WorkingDays(amount(50 + dice.below(500))),
                TimeLimit::WorkingHours(_) => TimeLimit::WorkingHours(amount(50 + dice.below(900))),
                _ => TimeLimit::None,
            };
            plan.moves = vec![Move::Extended { at: Some(start), by: Extension::By(by), ground: "xác minh" }];
        }
        let none = plan.stands();
        let from = start + TimeDelta::minutes(from);
        let stopped = |effect| {
            let mut plan = plan.clone();
            plan.moves.push(Move::Stopped { from, to: Some(from + TimeDelta::minutes(minutes)), effect });
            plan.stands().due_at
        };
        let (restart, shift) = (stopped(StopEffect::Restart), stopped(StopEffect::Shift));
        prop_assert!(restart >= shift, "restart {restart} before shift {shift}: {plan:?} from {from} for {minutes}");
        prop_assert!(shift >= none.due_at);
    }

    #[test]
    fn adding_then_subtracting_is_the_identity(days in 0i64..1_500, n in 0usize..150, minutes in 0i64..20_000) {
        let calendar = Office::Southern.calendar();
        let start = calendar.working_day_from(day("2021-06-01") + TimeDelta::days(days)).unwrap();
        let end = calendar.add_working_days(start, n).unwrap();
        prop_assert_eq!(calendar.subtract_working_days(end, n).unwrap(), start);
        let open = Instant::at(start, time("09:00"));
        let later = calendar.add_working_time(open, TimeDelta::minutes(minutes)).unwrap();
        prop_assert_eq!(calendar.subtract_working_time(later, TimeDelta::minutes(minutes)).unwrap(), open);
        prop_assert_eq!(calendar.working_time_between(open, later).unwrap(), TimeDelta::minutes(minutes));
    }

    #[test]
    fn the_days_that_are_counted_add_up_to_the_limit(seed in any::<u64>()) {
        let mix = Mix { units: &["wd", "cd"], effects: &[StopEffect::Shift], extensions: &[], ends: false, ..ALL };
        let plan = Plan::random(seed, &mix);
        let legs = plan.leg();
        let (standing, Reasons(reasons)) = run_both(&plan.course(&legs));
        prop_assume!(standing.unwrap().unwrap().restarted_on.is_none());
        let counted: Vec<i64> = reasons.iter().filter_map(|reason| match reason {
            Reason::Counted { n, .. } => Some(*n),
            _ => None,
        }).collect();
        let hundredths = i64::from(plan.limit.amount().unwrap().hundredths());
        prop_assert_eq!(counted.last(), Some(&hundredths));
        prop_assert_eq!(counted.len(), usize::try_from((hundredths + 99) / 100).unwrap(), "{:?}", reasons);
        prop_assert!(counted.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_reasons_lead_to_the_date(seed in any::<u64>()) {
        let plan = Plan::random(seed, &ALL);
        let legs = plan.leg();
        let (standing, Reasons(reasons)) = run_both(&plan.course(&legs));
        let standing = standing.unwrap().unwrap();
        let reached = reasons.iter().rev().find_map(Reason::leads_to);
        prop_assert_eq!(reached, Some(standing.restarted_on.unwrap_or(standing.due_on)));
    }

    #[test]
    fn who_starts_later_is_not_due_earlier(seed in any::<u64>(), minutes in 0i64..10_000) {
        let plan = Plan::random(seed, &Mix { most_moves: 0, ends: false, ..ALL });
        let later = Plan { start: plan.start + TimeDelta::minutes(minutes), ..plan.clone() };
        prop_assert!(later.stands().due_at >= plan.stands().due_at);
    }

    #[test]
    fn lateness_that_has_begun_stays(seed in any::<u64>(), after in 0i64..20_000, minutes in 1i64..20_000) {
        let mut plan = Plan::random(seed, &Mix { ends: false, ..ALL });
        let late = plan.stands();
        let from = late.late_from + TimeDelta::minutes(after);
        prop_assume!(plan.moves.iter().all(|m| match m {
            Move::Stopped { to, .. } => to.is_some_and(|to| to <= from),
            Move::Extended { at, .. } => at.is_none_or(|at| at <= from),
            Move::DeemedLate { at } => *at <= from,
        }));
        let to = from + TimeDelta::minutes(minutes);
        for happened in [
            Move::Stopped { from, to: Some(to), effect: StopEffect::Restart },
            Move::Stopped { from, to: None, effect: StopEffect::Shift },
            Move::Extended { at: Some(from), by: Extension::By(limit("5 wd")), ground: "xác minh" },
        ] {
            plan.moves.push(happened);
            let then = plan.stands();
            plan.moves.pop();
            prop_assert_eq!((then.due_on, then.overdue_from), (late.due_on, late.overdue_from), "{:?}", happened);
        }
    }
}
