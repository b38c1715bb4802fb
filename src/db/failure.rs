//! Why an action did not happen: it was refused, or the database failed.

use super::{Constraint, DbError};
use crate::domain::refusal::Refusal;

/// What an action returns instead of its result. In either case nothing was stored.
#[derive(Debug)]
pub enum Failure {
    /// The request was refused.
    Refused(Refusal),
    /// The database failed.
    Database(DbError),
}

impl Failure {
    /// Puts a refusal in the place of a violated constraint.
    #[must_use]
    pub fn when(self, constraint: Constraint, refusal: impl FnOnce() -> Refusal) -> Self {
        match self {
            Self::Database(DbError::Refused(violated)) if violated == constraint => Self::Refused(refusal()),
            other => other,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "refused: {refusal:?}"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}
