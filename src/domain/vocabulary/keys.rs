//! The words of keys.

use super::UnknownWord;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What a key may do.
    Scope {
        CatalogueRead = "catalogue:read",
        CatalogueWrite = "catalogue:write",
        CalendarWrite = "calendar:write",
        DossiersRead = "dossiers:read",
        DossiersWrite = "dossiers:write",
        DossiersPersonal = "dossiers:personal",
        ReportsRead = "reports:read",
        ReportsSeal = "reports:seal",
        RemindersWrite = "reminders:write",
        AuditRead = "audit:read",
        Admin = "admin",
    }
}

words! {
    /// How fast a key may call, slowest first. The rates stand in `http/limit`.
    Plan { Standard = "standard", Bulk = "bulk", Unmetered = "unmetered", }
}

words! {
    /// Whether a key works: it does, its time is over, or it was revoked.
    KeyState { Active = "active", Expired = "expired", Revoked = "revoked", }
}
