//! How many dossiers of the demonstration stand in each state when its clock starts. They add up to 3,000.

use crate::domain::vocabulary::{Status, TimingState};

/// A status, a timing state, and a number of dossiers.
pub(super) type Quota = (Status, TimingState, usize);

/// The plan.
pub(super) const PLAN: &[Quota] = &[
    (Status::Received, TimingState::InTime, 60),
    (Status::Received, TimingState::DueSoon, 40),
    (Status::Received, TimingState::Overdue, 25),
    (Status::Received, TimingState::NoDeadline, 5),
    (Status::Processing, TimingState::InTime, 190),
    (Status::Processing, TimingState::DueSoon, 90),
    (Status::Processing, TimingState::Overdue, 115),
    (Status::Processing, TimingState::NoDeadline, 10),
    (Status::Completed, TimingState::Early, 60),
    (Status::Completed, TimingState::OnTime, 70),
    (Status::Completed, TimingState::Late, 30),
    (Status::Completed, TimingState::NoDeadline, 5),
    (Status::Returned, TimingState::Early, 1_150),
    (Status::Returned, TimingState::OnTime, 960),
    (Status::Returned, TimingState::Late, 180),
    (Status::Returned, TimingState::NoDeadline, 10),
];
