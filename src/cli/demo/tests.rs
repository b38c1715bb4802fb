use super::data;
use super::generate::Generator;
use super::plan::PLAN;
use super::random::Random;
use super::{START, calendar};
use crate::domain::local_time::Instant;
use std::collections::HashSet;

#[test]
fn the_plan_adds_up_to_three_thousand_and_names_each_state_once() {
    assert_eq!(PLAN.iter().map(|quota| quota.2).sum::<usize>(), 3_000);
    let states: HashSet<_> = PLAN.iter().map(|quota| (quota.0, quota.1)).collect();
    assert_eq!(states.len(), PLAN.len());
}

#[test]
fn the_shipped_data_passes_the_checks_of_the_api() {
    let agencies = data::agencies().unwrap();
    assert!(agencies.len() > 20);
    let procedures = data::procedures().unwrap();
    assert!((38..=45).contains(&procedures.len()), "about 40: {}", procedures.len());
    assert!(procedures.iter().all(|procedure| procedure.sample), "each is marked as a sample");
}

#[test]
fn the_same_seed_tells_the_same_stories_and_nothing_after_the_end() {
    let procedures = data::procedures().unwrap();
    let end: Instant = START.parse().unwrap();
    let tell = || {
        let random = Random::new(7);
        let mut generator =
            Generator { random, procedures: &procedures, calendar: calendar::national_calendar(), end };
        generator.stories(&PLAN[..12]).unwrap()
    };
    let (first, second) = (tell(), tell());
    assert_eq!(first.len(), PLAN[..12].iter().map(|quota| quota.2).sum::<usize>());
    for (a, b) in first.iter().zip(&second) {
        assert_eq!(format!("{:?}", a.receipt), format!("{:?}", b.receipt));
        assert_eq!(format!("{:?}", a.events), format!("{:?}", b.events));
        let last = a.events.last().map_or(a.receipt.1, |(_, recorded)| *recorded);
        assert!(last <= end, "recorded after the end");
    }
}
