//! A limit while its course is run: where it ends by now, and whether that was missed.

use super::Deadline;
use super::change;
use super::course::{Course, Extension, Leg, Move, Standing, chained};
use super::log::Log;
use super::point::Point;
use super::reasons::Reason;
use super::tell;
use crate::domain::calendar::{Calendar, MissingYear};
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use crate::domain::vocabulary::StopEffect;
use chrono::NaiveDate;

pub(super) struct Running<'c, 'a> {
    course: &'c Course<'c, 'a>,
    /// The last part of the limit, or all of it.
    last: Leg<'a>,
    /// Since when it is counted.
    start: Instant,
    /// Where the limit ends.
    point: Point,
    /// Where each part of a chained one ends.
    legs: Vec<Point>,
    /// What is counted in all, in hundredths of the unit.
    total: i64,
    /// The deadline that was missed.
    missed: Option<Deadline>,
    stopped_at: Option<Instant>,
}

impl<'c, 'a> Running<'c, 'a> {
    pub(super) fn started(
        course: &'c Course<'c, 'a>,
        last: Leg<'a>,
        log: &mut impl Log<'a>,
    ) -> Result<Option<Self>, MissingYear> {
        let Some((mut point, legs)) = chained(course, course.start, log)? else { return Ok(None) };
        if let Some(appointed) = course.appointed {
            point = Point::end_of(appointed.local_date());
            log.tell(Reason::Appointed { date: point.day });
        }
        let amount = if legs.is_empty() { last.limit.amount() } else { None };
        let total = amount.map_or(0, |amount| amount.hundredths().into());
        let (start, missed, stopped_at) = (course.start, None, None);
        Ok(Some(Self { course, last, start, point, legs, total, missed, stopped_at }))
    }

    fn calendar(&self) -> &'a Calendar {
        self.last.calendar
    }

    fn deadline(&self) -> Result<Deadline, MissingYear> {
        self.point.deadline(self.calendar(), self.course.granularity)
    }

    /// What is late at `at` stays late, whatever happens then.
    fn judge(&mut self, at: Instant) -> Result<(), MissingYear> {
        if self.missed.is_none() {
            let deadline = self.deadline()?;
            self.missed = Some(deadline).filter(|d| at >= d.overdue_from);
        }
        Ok(())
    }

    pub(super) fn happened(
        &mut self,
        happened: &Move<'a>,
        before: &[Move<'a>],
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        match *happened {
            Move::Stopped { from, to, effect } => {
                self.judge(from)?;
                match to {
                    None => {
                        self.stopped_at = Some(from);
                        log.tell(Reason::Stopped { from, to: None });
                    }
                    Some(to) => self.resumed((from, to), effect, before, log)?,
                }
            }
            Move::Extended { at, by, ground } => {
                if let Some(at) = at {
                    self.judge(at)?;
                }
                self.extended(by, ground, log)?;
            }
            Move::DeemedLate { at } => {
                self.judge(at)?;
                if self.missed.is_none() {
                    self.missed = Some(Deadline { overdue_from: at, ..self.deadline()? });
                    log.tell(Reason::DeemedLate { at });
                }
            }
        }
        Ok(())
    }

    fn resumed(
        &mut self,
        (from, to): (Instant, Instant),
        effect: StopEffect,
        before: &[Move<'a>],
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        // What is due the same day is due the day on which it can be settled.
        let same_day = matches!(self.last.limit, TimeLimit::SameDay(_));
        match effect {
            StopEffect::Restart => self.restarted((from, to), before, log)?,
            _ if same_day => self.restarted((from, to), before, log)?,
            StopEffect::Shift | StopEffect::Subtract => self.moved((from, to), effect, log)?,
        }
        self.not_before(to)
    }

    /// The whole limit is counted again; what it was extended by stays.
    fn restarted(
        &mut self,
        (from, to): (Instant, Instant),
        before: &[Move<'a>],
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        log.restart();
        log.tell(Reason::Stopped { from, to: Some(to) });
        log.tell(Reason::Restarted { date: to.local_date() });
        if let Some((point, legs)) = chained(self.course, to, log)? {
            let amount = if legs.is_empty() { self.last.limit.amount() } else { None };
            self.total = amount.map_or(0, |amount| amount.hundredths().into());
            (self.point, self.legs, self.start) = (point, legs, to);
        }
        for happened in before {
            if let Move::Extended { by, ground, .. } = happened {
                self.extended(*by, ground, log)?;
            }
        }
        Ok(())
    }

    /// The date moves by what was stopped, or by what the calendar has of it.
    fn moved(
        &mut self,
        (from, to): (Instant, Instant),
        effect: StopEffect,
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        let (old, calendar, limit) = (self.point, self.calendar(), self.last.limit);
        let zero = self.zero()?;
        let later = |point| match effect {
            StopEffect::Subtract => change::subtract(point, (from, to), calendar),
            StopEffect::Shift | StopEffect::Restart => {
                change::shift(point, (from, to), zero, limit, calendar)
            }
        };
        self.point = later(old)?;
        for leg in self.legs.iter_mut().filter(|leg| leg.day >= from.local_date()) {
            *leg = later(*leg)?;
        }
        if effect == StopEffect::Subtract || !self.legs.is_empty() {
            log.tell(Reason::Stopped { from, to: Some(to) });
            return tell::moved_legs(self.course.legs, &self.legs, self.point, log);
        }
        let stop = tell::Stop { from, to, start: self.start, zero, old, new: self.point, total: self.total };
        tell::shift(&stop, limit, calendar, log)
    }

    /// A date cannot come before the clock runs again.
    fn not_before(&mut self, to: Instant) -> Result<(), MissingYear> {
        let calendar = self.calendar();
        let (day, at) = self.point.due(calendar)?;
        let open = if self.point.by_minute { calendar.open_from(to)? } else { to };
        let first = calendar.working_day_from(open.local_date())?;
        if self.point.by_minute && at < open {
            self.point = Point::exactly(open, true);
        } else if day < first {
            self.point = Point { day: first, ..self.point };
        }
        Ok(())
    }

    fn extended(
        &mut self,
        by: Extension,
        ground: &'a str,
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        let calendar = self.calendar();
        let old = self.point;
        self.point = change::extend(old, by, calendar)?;
        if let Some(last) = self.legs.last_mut() {
            *last = self.point;
        }
        log.tell(Reason::Extended { ground, date: self.point.due(calendar)?.0 });
        if let (Extension::By(TimeLimit::WorkingDays(by)), TimeLimit::WorkingDays(_)) = (by, self.last.limit)
            && self.legs.is_empty()
        {
            self.total += i64::from(by.hundredths());
            tell::further_days((old.day, self.point.day), self.total, calendar, log);
        }
        Ok(())
    }

    /// Day zero of the present count.
    fn zero(&self) -> Result<NaiveDate, MissingYear> {
        match self.last.limit {
            TimeLimit::CalendarDays(_) => Ok(self.start.local_date()),
            _ => self.course.legs[0].calendar.open_from(self.start).map(Instant::local_date),
        }
    }

    pub(super) fn standing(self) -> Result<Standing, MissingYear> {
        let present = self.deadline()?;
        let deadline = self.missed.unwrap_or(present);
        let is_stopped = self.stopped_at.is_some() && self.missed.is_none();
        let legs = self.legs.iter().zip(self.course.legs);
        let legs = legs.map(|(point, leg)| point.deadline(leg.calendar, self.course.granularity));
        Ok(Standing {
            due_on: deadline.due_on,
            due_at: deadline.due_at,
            overdue_from: if is_stopped { None } else { Some(deadline.overdue_from) },
            late_from: deadline.overdue_from,
            stopped_at: self.stopped_at,
            restarted_on: Some(present.due_on).filter(|day| *day != deadline.due_on),
            legs: legs.collect::<Result<_, _>>()?,
        })
    }
}
