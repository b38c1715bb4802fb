//! What may go wrong at the database, told apart by what a caller can do about it.

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use diesel_async::pooled_connection::{PoolError, deadpool};

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached, or no connection came free in time. The same request may succeed later.
    #[error("the database is away: {0}")]
    Away(String),
    /// The statement ran into its time-out.
    #[error("the database took too long")]
    TimedOut,
    /// A named constraint refused the change.
    #[error("constraint {0:?} refused the change")]
    Refused(Constraint),
    /// Anything else: a defect of the service.
    #[error("the database failed: {0}")]
    Other(Error),
}

/// The constraints that a caller can run into, by their names in the migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// `dossiers_code_key`.
    DossierCode,
    /// `dossier_events_reference_key`.
    EventReference,
    /// `agencies_code_key` or `agency_codes_pkey`.
    AgencyCode,
    /// Raised by `require_calendar_version`: the calendars were replaced since a dossier was dated.
    CalendarVersion,
    /// Raised by `require_open_day`: the event was recorded, by the clock of this process, on a day whose log is closed.
    LogDay,
}

impl Constraint {
    fn named(name: &str) -> Option<Self> {
        match name {
            "dossiers_code_key" => Some(Self::DossierCode),
            "dossier_events_reference_key" => Some(Self::EventReference),
            "calendar_version_is_present" => Some(Self::CalendarVersion),
            "log_day_is_open" => Some(Self::LogDay),
            "agencies_code_key" | "agency_codes_pkey" => Some(Self::AgencyCode),
            _ => None,
        }
    }
}

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        if let Error::DatabaseError(kind, info) = &error {
            if is_away(*kind, info.as_ref()) {
                return Self::Away(info.message().to_owned());
            }
            if is_timeout(info.as_ref()) {
                return Self::TimedOut;
            }
            if let Some(constraint) = info.constraint_name().and_then(Constraint::named) {
                return Self::Refused(constraint);
            }
        }
        Self::Other(error)
    }
}

impl From<ConnectionError> for DbError {
    fn from(error: ConnectionError) -> Self {
        Self::Away(error.to_string())
    }
}

impl From<deadpool::PoolError> for DbError {
    fn from(error: deadpool::PoolError) -> Self {
        match error {
            deadpool::PoolError::Backend(PoolError::QueryError(e)) => e.into(),
            other => Self::Away(other.to_string()),
        }
    }
}

/// The connection is gone: it could not be used, or the server ended it. The driver keeps no SQLSTATE, so the
/// latter is known by its English message (57P01, 57P02, 57P03).
fn is_away(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> bool {
    matches!(kind, DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection)
        || info.message().starts_with("terminating connection")
        || info.message().starts_with("the database system is")
}

fn is_timeout(info: &dyn DatabaseErrorInformation) -> bool {
    info.message().starts_with("canceling statement due to")
}
