//! A limit while its course is run: where it ends by now, and whether that was missed.

use super::Deadline;
use super::change;
use super::course::{Course, Extension, Leg, Move, Standing, chained, ended, handed_over, part_at};
use super::log::Log;
use super::point::Point;
use super::reasons::Reason;
use super::tell::{self, Counting};
use crate::domain::calendar::MissingYear;
use crate::domain::local_time::Instant;
use crate::domain::time_limit::TimeLimit;
use crate::domain::vocabulary::StopEffect;

/// The time of a supplement is subtracted from the time that was taken.
const INDEX: &str = "QĐ 766/QĐ-TTg";

pub(super) struct Running<'c, 'a> {
    course: &'c Course<'c, 'a>,
    /// Since when the limit is counted.
    start: Instant,
    /// Since when its clock has run.
    since: Instant,
    /// Where each part ends; a plain limit is one part.
    ends: Vec<Point>,
    /// Where it ends instead: on the appointed date, or on one that a restart must not bring forward.
    instead: Option<Point>,
    /// By how much the last part was extended in its own unit, in hundredths; `None` once its days no longer add up:
    /// extended in another way, or its hours moved by the calendar.
    extended_by: Option<i64>,
    /// The deadline that was missed.
    missed: Option<Deadline>,
    /// Whether the date after that lies in a year without a table.
    is_undated: bool,
    stopped_at: Option<Instant>,
}

impl<'c, 'a> Running<'c, 'a> {
    pub(super) fn started(
        course: &'c Course<'c, 'a>,
        log: &mut impl Log<'a>,
    ) -> Result<Option<Self>, MissingYear> {
        let ends = Vec::with_capacity(course.legs.len());
        let Some(ends) = chained(course, course.start, ends, log)? else { return Ok(None) };
        let by_minute = ends.last().is_some_and(|end| end.by_minute);
        let instead = course.appointed.map(|at| Point::exactly(at, by_minute));
        if let Some(appointed) = instead {
            log.tell(Reason::Appointed { date: appointed.day });
        }
        let (start, since, extended_by) = (course.start, course.start, Some(0));
        let (missed, is_undated, stopped_at) = (None, false, None);
        let mut running =
            Self { course, start, since, ends, instead, extended_by, missed, is_undated, stopped_at };
        running.tell_end(log)?;
        Ok(Some(running))
    }

    /// The number of the last part; there is at least one.
    fn last(&self) -> usize {
        self.ends.len() - 1
    }

    fn leg(&self) -> &'c Leg<'a> {
        &self.course.legs[self.last()]
    }

    fn end(&self) -> Point {
        self.instead.unwrap_or(self.ends[self.last()])
    }

    fn deadline(&self) -> Result<Deadline, MissingYear> {
        self.end().deadline(self.leg().calendar, self.course.granularity)
    }

    fn tell_end<L: Log<'a>>(&mut self, log: &mut L) -> Result<(), MissingYear> {
        if L::LISTENS {
            log.ends_on(self.deadline()?.due_on);
        }
        Ok(())
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
            Move::Stopped { from: at, .. }
            | Move::Extended { at: Some(at), .. }
            | Move::DeemedLate { at } => self.judge(at)?,
            Move::Extended { at: None, .. } => {}
        }
        let changed = match *happened {
            Move::Stopped { from, to: Some(to), effect } => self.resumed((from, to), effect, before, log),
            Move::Stopped { from, to: None, .. } => {
                self.stopped_at = Some(from);
                log.tell(Reason::Stopped { from, to: None });
                Ok(())
            }
            Move::Extended { by, ground, .. } => self.extended(by, ground, log),
            Move::DeemedLate { at } => self.deemed_late(at, log),
        };
        match changed {
            // What is late stays late, whether or not the year of its new date has a table.
            Err(_) if self.missed.is_some() => self.is_undated = true,
            changed => changed?,
        }
        Ok(())
    }

    fn deemed_late(&mut self, at: Instant, log: &mut impl Log<'a>) -> Result<(), MissingYear> {
        if self.missed.is_none() {
            self.missed = Some(Deadline { overdue_from: at, ..self.deadline()? });
            log.tell(Reason::DeemedLate { at });
        }
        Ok(())
    }

    fn resumed(
        &mut self,
        stop: (Instant, Instant),
        effect: StopEffect,
        before: &[Move<'a>],
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        let (old, old_due) = (self.end(), self.deadline()?.due_at);
        // What is due the same day is due the day on which it can be settled.
        if effect == StopEffect::Restart || matches!(self.leg().limit, TimeLimit::SameDay(_)) {
            self.restarted(stop, before, log)?;
        } else {
            self.moved(stop, effect, before, log)?;
        }
        if self.deadline()?.due_at < old_due {
            // A stop never brings a date forward.
            self.instead = Some(old);
        }
        self.since = stop.1;
        self.tell_end(log)
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
        if let Some(ends) = chained(self.course, to, Vec::with_capacity(self.ends.len()), log)? {
            (self.ends, self.start, self.since, self.instead, self.extended_by) =
                (ends, to, to, None, Some(0));
        }
        self.extended_again(before, log)
    }

    fn extended_again(&mut self, before: &[Move<'a>], log: &mut impl Log<'a>) -> Result<(), MissingYear> {
        for happened in before {
            if let Move::Extended { by, ground, .. } = happened {
                self.extended(*by, ground, log)?;
            }
        }
        Ok(())
    }

    /// The end of the part that was stopped moves by what was stopped, or by what the calendar has of it; the parts
    /// after it are counted from there.
    fn moved(
        &mut self,
        stop: (Instant, Instant),
        effect: StopEffect,
        before: &[Move<'a>],
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        let (part, last) = (part_at(self.course, &self.ends, stop.0)?, self.last());
        let instead = self.instead.map(|end| self.after_stop(last, end, stop, effect)).transpose()?;
        let (was, end) = (self.counting(part)?, self.after_stop(part, self.ends[part], stop, effect)?);
        if last > 0 {
            log.back_into(part);
        }
        if effect == StopEffect::Subtract {
            log.tell(Reason::Stopped { from: stop.0, to: Some(stop.1) });
            log.tell(Reason::MovedToWorkingDay { date: end.due(was.leg.calendar)?.0, law: Some(INDEX) });
        } else {
            tell::shift(&was, stop, end, log);
        }
        ended(self.course, part, end, log)?;
        let ends = [&self.ends[..part], &[end]].concat();
        if let Some(ends) = chained(self.course, self.start, ends, log)? {
            self.ends = ends;
        }
        if part < last {
            self.extended_by = Some(0);
            self.extended_again(before, log)?;
        } else if effect == StopEffect::Subtract && end.by_minute {
            // The time that the calendar gives back is not office time.
            self.extended_by = None;
        }
        self.instead = instead;
        Ok(())
    }

    fn after_stop(
        &self,
        part: usize,
        end: Point,
        stop: (Instant, Instant),
        effect: StopEffect,
    ) -> Result<Point, MissingYear> {
        let Leg { limit, calendar, .. } = self.course.legs[part];
        let later = match effect {
            StopEffect::Subtract => change::subtract(end, stop, calendar)?,
            StopEffect::Shift | StopEffect::Restart => {
                change::shift(end, stop, self.counting(part)?.zero, limit, calendar)?
            }
        };
        Ok(Point { not_before: Some((stop.1, self.course.granularity)), ..later })
    }

    fn counting(&self, part: usize) -> Result<Counting<'a>, MissingYear> {
        let leg = self.course.legs[part];
        let start = match part {
            0 => self.start,
            _ => handed_over(self.ends[part - 1], &self.course.legs[part - 1], &leg)?,
        };
        let zero = match leg.limit {
            TimeLimit::CalendarDays(_) => start.local_date(),
            _ => leg.calendar.open_from(start)?.local_date(),
        };
        let amount = leg.limit.amount().map_or(0, |amount| amount.hundredths().into());
        let extended_by = if part == self.last() { self.extended_by } else { Some(0) };
        // Days that no longer add up are counted on without an end; hours are told as far as they did.
        let unknown = if self.ends[part].by_minute { amount } else { i32::MAX.into() };
        let total = extended_by.map_or(unknown, |by| amount + by);
        Ok(Counting { leg, since: self.since.max(start), zero, total, end: self.ends[part] })
    }

    fn extended(
        &mut self,
        by: Extension,
        ground: &'a str,
        log: &mut impl Log<'a>,
    ) -> Result<(), MissingYear> {
        let (last, calendar) = (self.last(), self.leg().calendar);
        let was = self.counting(last)?;
        let end = change::extend(was.end, by, calendar)?;
        let instead = self.instead.map(|end| change::extend(end, by, calendar)).transpose()?;
        let date = instead.unwrap_or(end).due(calendar)?.0;
        (self.ends[last], self.instead) = (end, instead);
        log.tell(Reason::Extended { ground, date });
        let same_unit = match (by, was.leg.limit) {
            (Extension::By(TimeLimit::WorkingDays(by)), TimeLimit::WorkingDays(_))
            | (Extension::By(TimeLimit::WorkingHours(by)), TimeLimit::WorkingHours(_)) => {
                Some(i64::from(by.hundredths()))
            }
            _ => None,
        };
        let counted_on = self.extended_by.zip(same_unit).filter(|_| instead.is_none());
        if let Some((_, further)) = counted_on {
            tell::further(&was, further, end, log);
        }
        self.extended_by = counted_on.map(|(before, further)| before + further);
        Ok(())
    }

    pub(super) fn standing(self) -> Result<Standing, MissingYear> {
        let present = match self.missed {
            Some(missed) if self.is_undated => missed,
            _ => self.deadline()?,
        };
        let deadline = self.missed.unwrap_or(present);
        let is_stopped = self.stopped_at.is_some() && self.missed.is_none();
        let legs = self.ends.iter().zip(self.course.legs).filter(|_| self.last() > 0);
        let legs = legs.map(|(point, leg)| point.deadline(leg.calendar, self.course.granularity));
        let legs = match legs.collect() {
            Err(_) if self.is_undated => vec![],
            legs => legs?,
        };
        Ok(Standing {
            due_on: deadline.due_on,
            due_at: deadline.due_at,
            overdue_from: if is_stopped { None } else { Some(deadline.overdue_from) },
            late_from: deadline.overdue_from,
            stopped_at: self.stopped_at,
            restarted_on: Some(present.due_on).filter(|day| *day != deadline.due_on),
            legs,
        })
    }
}
