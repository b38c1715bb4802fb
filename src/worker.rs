//! The background worker: one loop per process, for what no request asks for.
//!
//! A job is a line of the table `JOBS`. Some are done by every process; the others by one of the processes that use
//! the database, the leader (`db/leader`). Beside them the leader works off the jobs that changes of calendars start
//! (`features/calendar`), which are rows of a table. A job that fails is logged, counted and tried again when it is next due.
//! The loop ends when it is dropped: what a job has begun is rolled back with its connection.

use crate::db::leader::Leader;
use crate::db::{DbError, KEPT, expiry};
use crate::features::Shared;
use crate::features::auth::actions as keys;
use crate::features::calendar::actions::jobs;
use crate::features::evidence::actions as evidence;
use crate::features::metrics::actions as metrics;
use crate::features::reminders::actions::work as reminders;
use crate::features::reports::actions::fold;
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How often the worker looks for jobs that are due, and asks who leads.
const TICK: Duration = Duration::from_secs(10);

/// How long the leader waits before it looks for jobs of calendars again.
const LOOK: Duration = Duration::from_secs(1);

/// Who does a job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Everyone,
    Leader,
}

/// A job: what it is called in the log and the metrics, how often it is due, who does it, and what it does. Says how
/// many things it dealt with.
struct Job {
    name: &'static str,
    every: Duration,
    by: By,
    run: for<'a> fn(&'a Shared) -> LocalBoxFuture<'a, Result<usize, DbError>>,
}

const JOBS: [Job; 8] = [
    Job {
        name: "forget_idle_buckets",
        every: TICK,
        by: By::Everyone,
        run: |shared| async { Ok(shared.limits.forget_idle()) }.boxed_local(),
    },
    Job {
        name: "note_key_uses",
        every: Duration::from_mins(1),
        by: By::Everyone,
        run: |shared| keys::note_uses(&shared.writer, &shared.uses).boxed_local(),
    },
    Job {
        name: "count_dossiers",
        every: Duration::from_secs(30),
        by: By::Everyone,
        run: |shared| metrics::count_dossiers(shared, shared.clock.now()).boxed_local(),
    },
    Job {
        name: "purge_idempotency_keys",
        every: Duration::from_hours(1),
        by: By::Leader,
        run: |shared| {
            let before = shared.clock.now() + -KEPT;
            expiry::idempotency_keys(&shared.writer, before).boxed_local()
        },
    },
    Job {
        name: "sign_log",
        every: TICK,
        by: By::Leader,
        run: |shared| {
            evidence::step(&shared.writer, shared.signer.as_deref(), shared.clock.now()).boxed_local()
        },
    },
    // After the days are closed.
    Job {
        name: "count_reports",
        every: TICK,
        by: By::Leader,
        run: |shared| fold::step(&shared.writer).boxed_local(),
    },
    Job {
        name: "issue_reminders",
        every: TICK,
        by: By::Leader,
        run: |shared| {
            let Shared { writer, calendars, agencies, clock, .. } = shared;
            reminders::run_rules(writer, (calendars, agencies), clock.now()).boxed_local()
        },
    },
    Job {
        name: "follow_reminders",
        every: Duration::from_mins(1),
        by: By::Leader,
        run: |shared| {
            let Shared { writer, calendars, agencies, clock, .. } = shared;
            reminders::follow(writer, (calendars, agencies), clock.now()).boxed_local()
        },
    },
];

/// The worker of a process.
pub struct Worker {
    shared: Shared,
    leader: Leader,
    /// How many ticks have passed, and at which of them each job was last begun here.
    ticks: u32,
    begun: [Option<u32>; JOBS.len()],
    /// What the database said last: whether this process leads; `None`: nothing.
    leads: Option<bool>,
}

impl Worker {
    /// A worker that has done nothing yet.
    pub fn new(shared: Shared) -> Self {
        let leader = Leader::new(shared.database.clone());
        Self { shared, leader, ticks: 0, begun: [None; JOBS.len()], leads: Some(false) }
    }

    /// Whether this process led at the last tick.
    pub fn leads(&self) -> bool {
        self.leads == Some(true)
    }

    /// Works until it is dropped. Between two ticks the leader works off jobs of calendars: one part after the other while
    /// there is any, else it looks again after a moment.
    pub async fn run(mut self) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pause = LOOK;
        loop {
            let (tick, look) = (std::pin::pin!(ticks.tick()), std::pin::pin!(tokio::time::sleep(pause)));
            // The tick comes first when both are due, however much there is to do.
            match futures_util::future::select(tick, look).await {
                Either::Left(_) => self.tick().await,
                Either::Right(_) => {
                    let did = self.leads() && self.date_again().await;
                    pause = if did { Duration::ZERO } else { LOOK };
                }
            }
        }
    }

    /// Works off every job of calendars that there is, if this process leads; says how many parts there were.
    pub async fn run_jobs(&self) -> usize {
        let mut parts = 0;
        while self.leads() && self.date_again().await {
            parts += 1;
        }
        parts
    }

    /// Does a part of a job of calendars; whether there was any to do. What failed is tried again later.
    async fn date_again(&self) -> bool {
        let Shared { writer, calendars, agencies, clock, metrics, .. } = &self.shared;
        let step = jobs::step(writer, (calendars, agencies), clock.now());
        let name = "date_again";
        match AssertUnwindSafe(step).catch_unwind().await {
            Ok(Ok(None)) => return false,
            Ok(Ok(Some(looked_at))) => {
                log::debug!("the job {name} looked at {looked_at} dossiers");
                metrics.job_succeeded(name, clock.now().utc().timestamp());
                return true;
            }
            Ok(Err(error)) => log::error!("the job {name} failed: {error}"),
            Err(_) => log::error!("the job {name} panicked: see above"),
        }
        metrics.job_failed(name);
        false
    }

    /// Asks who leads, and does what is due.
    pub async fn tick(&mut self) {
        self.ask().await;
        for (job, begun) in JOBS.iter().zip(&mut self.begun) {
            let is_due = begun.is_none_or(|at| TICK * (self.ticks - at) >= job.every);
            if is_due && (job.by == By::Everyone || self.leads == Some(true)) {
                *begun = Some(self.ticks);
                job.run(&self.shared).await;
            }
        }
        self.ticks += 1;
    }

    async fn ask(&mut self) {
        let answer = self.leader.ask().await;
        let leads = answer.as_ref().ok().copied();
        if leads != self.leads {
            match answer {
                Ok(true) => log::info!("this process leads the background work"),
                Ok(false) if self.leads == Some(true) => {
                    log::info!("another process leads the background work");
                }
                Ok(false) => log::info!("the database answers the background worker again"),
                Err(error) => log::warn!("the background worker does not reach the database: {error}"),
            }
        }
        self.leads = leads;
        self.shared.metrics.database_asked(leads.is_some(), leads == Some(true));
    }
}

impl Job {
    /// Runs it once, whatever happens.
    async fn run(&self, shared: &Shared) {
        let (name, metrics) = (self.name, &shared.metrics);
        match AssertUnwindSafe((self.run)(shared)).catch_unwind().await {
            Ok(Ok(dealt_with)) => {
                log::debug!("the job {name} succeeded: {dealt_with}");
                metrics.job_succeeded(name, shared.clock.now().utc().timestamp());
            }
            Ok(Err(error)) => {
                log::error!("the job {name} failed: {error}");
                metrics.job_failed(name);
            }
            Err(_) => {
                log::error!("the job {name} panicked: see above");
                metrics.job_failed(name);
            }
        }
    }
}
