//! Scopes as types, so that a handler names the one it needs in its signature.

use crate::domain::vocabulary::Scope;

/// A scope that an operation needs.
pub trait Needs {
    /// The scope; `None`: any key will do.
    const SCOPE: Option<Scope>;
}

macro_rules! needs {
    ($($(#[$meta:meta])* $name:ident = $scope:expr;)+) => {$(
        $(#[$meta])*
        pub struct $name;
        impl Needs for $name {
            const SCOPE: Option<Scope> = $scope;
        }
    )+};
}

needs! {
    /// Any key: `catalogue:read` comes with every one.
    AnyKey = None;
    /// `catalogue:write`.
    CatalogueWrite = Some(Scope::CatalogueWrite);
    /// `calendar:write`.
    CalendarWrite = Some(Scope::CalendarWrite);
    /// `dossiers:read`.
    DossiersRead = Some(Scope::DossiersRead);
    /// `dossiers:write`.
    DossiersWrite = Some(Scope::DossiersWrite);
    /// `reminders:write`.
    RemindersWrite = Some(Scope::RemindersWrite);
    /// `reports:read`.
    ReportsRead = Some(Scope::ReportsRead);
    /// `reports:seal`.
    ReportsSeal = Some(Scope::ReportsSeal);
    /// `audit:read`.
    AuditRead = Some(Scope::AuditRead);
    /// `admin`.
    Admin = Some(Scope::Admin);
}
