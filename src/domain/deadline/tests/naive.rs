//! The same law a second time, as a clerk with a calendar on the wall would apply it: day by day, and minute by minute
//! for hours. Written from docs/deadlines.md, not from the engine, and slow on purpose. It shares with the engine only
//! the words for what happens.

use super::random::Plan;
use super::wall::{DAY, End, Minute, Wall};
use super::*;
use chrono::Timelike;

/// How a dossier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub due_at: Instant,
    pub overdue_from: Option<Instant>,
    pub late_from: Instant,
    pub restarted_on: Option<NaiveDate>,
}

/// A clerk with a dossier.
struct Clerk<'w> {
    wall: &'w Wall,
    limit: TimeLimit,
    by_minute: bool,
    start: Minute,
    end: End,
    /// When the clock ran again.
    resumed: Option<Minute>,
    missed: Option<(Minute, Minute)>,
}

/// How the dossier of a plan stands, by the wall.
pub fn find(wall: &Wall, plan: &Plan) -> Found {
    let start = wall.minute(plan.start);
    let by_minute =
        plan.granularity == Granularity::Minute || matches!(plan.limit, TimeLimit::WorkingHours(_));
    let end = counted(wall, plan.limit, start);
    let mut clerk = Clerk { wall, limit: plan.limit, by_minute, start, end, resumed: None, missed: None };
    let mut stopped = false;
    for (i, happened) in plan.moves.iter().enumerate() {
        stopped |= clerk.goes_on(happened, &plan.moves[..i]);
    }
    let present = clerk.due();
    let (due, late) = clerk.missed.unwrap_or((present, clerk.late_from(present)));
    let restarted = present / DAY != due / DAY;
    Found {
        due_at: wall.instant(due),
        overdue_from: Some(wall.instant(late)).filter(|_| !stopped || clerk.missed.is_some()),
        late_from: wall.instant(late),
        restarted_on: Some(wall.date(present / DAY)).filter(|_| restarted),
    }
}

fn counted(wall: &Wall, limit: TimeLimit, start: Minute) -> End {
    match limit {
        TimeLimit::WorkingDays(amount) => {
            let mut day = wall.opening(start) / DAY;
            let (whole, part) = (amount.whole(), i64::from(amount.fraction_hundredths()));
            for _ in 0..whole + i32::from(part > 0) {
                day = wall.working_day(day + 1);
            }
            End::Day(day, if part > 0 { part } else { 100 })
        }
        TimeLimit::CalendarDays(days) => End::Day(start / DAY + i64::from(days), 100),
        TimeLimit::WorkingHours(amount) => {
            let minutes = i64::from(amount.hundredths()) * 60 / 100;
            End::Minute(wall.worked_on(wall.opening(start), minutes))
        }
        TimeLimit::SameDay(cutoff) => {
            let open = wall.opening(start);
            let cutoff = i64::from(cutoff.hour() * 60 + cutoff.minute());
            let day = open / DAY;
            End::Day(if open % DAY > cutoff { wall.working_day(day + 1) } else { day }, 100)
        }
        TimeLimit::None => unreachable!("never planned"),
    }
}

impl Clerk<'_> {
    /// The date on the slip: what was counted, moved off days off, and not before the clock runs again.
    fn due(&self) -> Minute {
        let mut due = self.wall.due(self.end);
        if let Some(resumed) = self.resumed {
            match self.end {
                End::Minute(_) => due = due.max(self.wall.opening(resumed)),
                End::Day(_, share) => {
                    let mut day = due / DAY;
                    while day < resumed / DAY || !self.wall.works(day) || (self.by_minute && due < resumed) {
                        day += 1;
                        if self.wall.works(day) {
                            due = self.wall.share(day, share);
                        }
                    }
                }
            }
        }
        due
    }

    fn late_from(&self, due: Minute) -> Minute {
        if self.by_minute { due } else { (due / DAY + 1) * DAY }
    }

    fn look_at_the_clock(&mut self, now: Minute) {
        let due = self.due();
        if self.missed.is_none() && now >= self.late_from(due) {
            self.missed = Some((due, self.late_from(due)));
        }
    }

    /// Goes on to what happened next; whether the clock stands from then on.
    fn goes_on(&mut self, happened: &Move<'_>, before: &[Move<'_>]) -> bool {
        match *happened {
            Move::Stopped { from, to, effect } => {
                let from = self.wall.minute(from);
                self.look_at_the_clock(from);
                match to {
                    Some(to) => self.resumes(from, self.wall.minute(to), effect, before),
                    None => return true,
                }
            }
            Move::Extended { at, by, .. } => {
                if let Some(at) = at {
                    self.look_at_the_clock(self.wall.minute(at));
                }
                self.extended(by);
            }
            Move::DeemedLate { at } => {
                let at = self.wall.minute(at);
                self.look_at_the_clock(at);
                let due = self.due();
                self.missed = self.missed.or(Some((due, at)));
            }
        }
        false
    }

    fn resumes(&mut self, from: Minute, to: Minute, effect: StopEffect, before: &[Move<'_>]) {
        let (was_due, was) = (self.due(), (self.end, self.resumed));
        if effect == StopEffect::Restart || matches!(self.limit, TimeLimit::SameDay(_)) {
            (self.start, self.resumed) = (to, None);
            self.end = counted(self.wall, self.limit, to);
            for happened in before {
                if let Move::Extended { by, .. } = happened {
                    self.extended(*by);
                }
            }
            if self.due() < was_due {
                // A stop never brings the date forward.
                (self.end, self.resumed) = was;
            }
            return;
        }
        self.end = match effect {
            StopEffect::Subtract => self.by_the_calendar(self.end, from, to),
            _ => self.by_what_was_stopped(self.end, from, to),
        };
        self.resumed = Some(to);
    }

    /// Each day of the stop after its first moves the end by a day, each office minute by a minute.
    fn by_what_was_stopped(&self, end: End, from: Minute, to: Minute) -> End {
        match end {
            End::Minute(minute) => {
                // What is due already when the clock runs again is due then.
                let mut due = minute.max(self.resumed.map_or(0, |m| self.wall.opening(m)));
                for _ in (from..to).filter(|m| self.wall.is_worked(*m)) {
                    due = self.wall.worked_on(due, 1);
                }
                End::Minute(due)
            }
            End::Day(mut day, share) => {
                let is_calendar = matches!(self.limit, TimeLimit::CalendarDays(_));
                let zero = if is_calendar { self.start } else { self.wall.opening(self.start) } / DAY;
                for stopped in (from / DAY + 1..=to / DAY).filter(|day| *day > zero) {
                    if is_calendar {
                        day += 1;
                    } else if self.wall.works(stopped) {
                        day = self.wall.working_day(self.wall.working_day(day) + 1);
                    }
                }
                End::Day(day, share)
            }
        }
    }

    fn by_the_calendar(&self, end: End, from: Minute, to: Minute) -> End {
        match end {
            End::Minute(_) => End::Minute(self.wall.opening(self.due() + to - from)),
            End::Day(_, share) => {
                End::Day(self.wall.working_day(self.due() / DAY + to / DAY - from / DAY), share)
            }
        }
    }

    fn extended(&mut self, by: Extension) {
        let due = self.due();
        let share = match self.end {
            End::Day(_, share) => share,
            End::Minute(_) => 0,
        };
        let end = match by {
            Extension::To(to) => {
                let to = (to - self.wall.first).num_days();
                if to > due / DAY { End::Day(to, 100) } else { return }
            }
            Extension::By(TimeLimit::CalendarDays(days)) => End::Day(due / DAY + i64::from(days), share),
            Extension::By(TimeLimit::WorkingHours(amount)) => {
                End::Minute(self.wall.worked_on(due, i64::from(amount.hundredths()) * 60 / 100))
            }
            Extension::By(TimeLimit::WorkingDays(amount)) => {
                let (mut day, mut share) = (due / DAY, share + i64::from(amount.hundredths()));
                while share > 100 {
                    day = self.wall.working_day(day + 1);
                    share -= 100;
                }
                End::Day(day, share)
            }
            Extension::By(TimeLimit::SameDay(_) | TimeLimit::None) => return,
        };
        self.end = end;
    }
}
