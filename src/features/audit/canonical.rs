//! What the daily log covers of a row of the audit trail: every column.

use super::queries::AuditRow;
use crate::domain::canonical::Canonical;

/// The canonical text of a row.
pub fn row(row: &AuditRow) -> String {
    let AuditRow { id, recorded_at, actor, action, subject, request_id, details, reason, address } = row;
    Canonical::default()
        .with("id", *id)
        .with("recorded_at", *recorded_at)
        .with("actor", actor.as_str())
        .with("action", action.as_str())
        .with("subject", subject.as_str())
        .with("request_id", request_id.as_str())
        .with("details", details)
        .with("reason", reason.as_deref())
        .with("address", address.as_deref())
        .text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn every_column_is_covered() {
        let of = AuditRow {
            id: Uuid::nil(),
            recorded_at: "2022-02-15T03:00:00.5Z".parse().unwrap(),
            actor: "key:a".into(),
            action: "policy.put".into(),
            subject: "policy:huyen".into(),
            request_id: "r".into(),
            details: json!({"version": 2, "after": {"law": "Quy chế"}}),
            reason: Some("vì".into()),
            address: None,
        };
        assert_eq!(
            row(&of),
            r#"{"action":"policy.put","actor":"key:a","details":{"after":{"law":"Quy chế"},"version":2},"id":"00000000-0000-0000-0000-000000000000","reason":"vì","recorded_at":"2022-02-15T03:00:00.500000Z","request_id":"r","subject":"policy:huyen"}"#
        );
    }
}
