//! Random courses of a dossier: all units, stops of every effect, extensions, starts off hours. A seed gives always the
//! same course, so that a failure can be run again.

use super::*;
use crate::domain::amount::Amount;
use chrono::TimeDelta;

/// Numbers from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        i64::try_from((z ^ (z >> 31)) % n.unsigned_abs()).unwrap()
    }

    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(i64::try_from(of.len()).unwrap())).unwrap()]
    }

    /// Some minutes: mostly few, sometimes days.
    fn minutes(&mut self, most_days: i64) -> TimeDelta {
        let most = self.one_of(&[1, 300, 1_440, most_days * 1_440]);
        TimeDelta::minutes(self.below(most))
    }
}

/// A random course of one dossier.
#[derive(Clone, Debug)]
pub struct Plan {
    pub office: Office,
    pub start: Instant,
    pub limit: TimeLimit,
    pub moves: Vec<Move<'static>>,
    pub granularity: Granularity,
}

/// What a random course is made of.
#[derive(Clone, Copy)]
pub struct Mix {
    pub units: &'static [&'static str],
    pub effects: &'static [StopEffect],
    pub extensions: &'static [&'static str],
    pub most_moves: i64,
    /// Whether the last stop may last, and what is deemed late.
    pub ends: bool,
}

/// Everything.
pub const ALL: Mix = Mix {
    units: &["wd", "wd", "cd", "h", "sd"],
    effects: StopEffect::ALL,
    extensions: &["own", "cd", "to"],
    most_moves: 4,
    ends: true,
};

pub fn amount(hundredths: i64) -> Amount {
    Amount::from_hundredths(i32::try_from(hundredths).unwrap()).unwrap()
}

impl Plan {
    pub fn random(seed: u64, mix: &Mix) -> Self {
        let mut dice = Dice::new(seed);
        let office = dice.one_of(&Office::ALL);
        let first = Instant::start_of(day("2021-01-04"));
        let start = first + TimeDelta::minutes(dice.below(4 * 365) * 1_440 + dice.below(1_440));
        let unit = dice.one_of(mix.units);
        let limit = random_limit(&mut dice, unit, 12);
        let moves = random_moves(&mut dice, unit, start, mix);
        let granularity = dice.one_of(&[Granularity::Date, Granularity::Minute]);
        Self { office, start, limit, moves, granularity }
    }

    pub fn leg(&self) -> [Leg<'static>; 1] {
        [Leg { limit: self.limit, calendar: self.office.calendar(), agency: None }]
    }

    pub fn course<'c>(&'c self, legs: &'c [Leg<'c>]) -> Course<'c, 'c> {
        let Self { start, moves, granularity, .. } = self;
        Course { legs, start: *start, moves, granularity: *granularity, appointed: None }
    }

    /// How it stands; both with and without reasons.
    pub fn stands(&self) -> Standing {
        let legs = self.leg();
        run_both(&self.course(&legs)).0.unwrap().unwrap()
    }
}

fn random_limit(dice: &mut Dice, unit: &str, most: i64) -> TimeLimit {
    match unit {
        "wd" => {
            let part = dice.one_of(&[0, 0, 25, 50, 75]);
            TimeLimit::WorkingDays(amount(dice.below(most) * 100 + if part == 0 { 100 } else { part }))
        }
        "cd" => TimeLimit::CalendarDays(u32::try_from(1 + dice.below(most * 3)).unwrap()),
        // Every 0.05 hours are three minutes.
        "h" => TimeLimit::WorkingHours(amount(5 * (1 + dice.below(most * 40)))),
        _ => TimeLimit::SameDay(dice.one_of(&["15:00", "11:30", "09:00"].map(time))),
    }
}

fn random_moves(dice: &mut Dice, unit: &str, start: Instant, mix: &Mix) -> Vec<Move<'static>> {
    let (mut now, mut moves) = (start, vec![]);
    for _ in 0..dice.below(mix.most_moves + 1) {
        now = now + dice.minutes(12);
        let kind = dice.below(12);
        if mix.ends && kind == 0 {
            moves.push(Move::DeemedLate { at: now });
        } else if kind < 4 && !mix.extensions.is_empty() {
            moves.push(random_extension(dice, unit, now, mix));
        } else if !mix.effects.is_empty() {
            let (from, effect) = (now, dice.one_of(mix.effects));
            now = now + dice.minutes(10);
            moves.push(Move::Stopped { from, to: Some(now), effect });
        }
    }
    if mix.ends && dice.below(6) == 0 {
        let from = now + dice.minutes(5);
        moves.push(Move::Stopped { from, to: None, effect: StopEffect::Shift });
    }
    moves
}

fn random_extension(dice: &mut Dice, unit: &str, now: Instant, mix: &Mix) -> Move<'static> {
    // What is due in minutes is extended in its own unit only, and what is due the same day by working days.
    let kind = if unit == "h" { "own" } else { dice.one_of(mix.extensions) };
    let by = match kind {
        "own" if unit == "sd" => Extension::By(random_limit(dice, "wd", 5)),
        "own" => Extension::By(random_limit(dice, unit, 5)),
        "cd" => Extension::By(random_limit(dice, "cd", 5)),
        _ => Extension::To(now.local_date() + TimeDelta::days(dice.below(20))),
    };
    let at = if dice.below(2) == 0 { None } else { Some(now) };
    Move::Extended { at, by, ground: "xác minh" }
}
