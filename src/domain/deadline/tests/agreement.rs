//! The engine and the clerk agree on ten thousand random courses.

use super::naive::find;
use super::random::{ALL, Mix, Plan};
use super::wall::Wall;
use super::*;

fn agree(seeds: std::ops::Range<u64>, mix: &Mix) {
    let walls = Office::ALL.map(Wall::of);
    for seed in seeds {
        let plan = Plan::random(seed, mix);
        let standing = plan.stands();
        let found = find(&walls[plan.office as usize], &plan);
        let engine = (standing.due_at, standing.overdue_from, standing.late_from, standing.restarted_on);
        let clerk = (found.due_at, found.overdue_from, found.late_from, found.restarted_on);
        assert_eq!(engine, clerk, "seed {seed}: {plan:#?}");
        assert_eq!(standing.due_on, found.due_at.local_date(), "seed {seed}");
    }
}

#[test]
fn two_implementations_agree_on_random_courses() {
    agree(0..10_000, &ALL);
}

#[test]
fn they_agree_where_nothing_happened() {
    agree(0..2_000, &Mix { most_moves: 0, ends: false, ..ALL });
}
