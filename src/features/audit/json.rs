//! The body of a row of the audit trail, and the filters of its list.

use super::queries::AuditRow;
use super::queries::list::Filter;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that was done, in the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditBody {
    /// Id.
    pub id: Uuid,
    /// When.
    pub recorded_at: Instant,
    /// Who: `key:` and the id of a key, or `command:` and the name of a command; `command:worker` is the service by itself.
    #[schema(example = "key:5f2b8c0d9e1a")]
    pub actor: String,
    /// What.
    #[schema(example = "policy.put")]
    pub action: String,
    /// On what: its kind and its code or id.
    #[schema(example = "policy:huyen")]
    pub subject: String,
    /// The request, as its answer named it; of a command, an id of its run.
    #[schema(example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")]
    pub request_id: String,
    /// Why, as they said; null: they said nothing.
    #[schema(example = "Thay khóa định kỳ")]
    pub reason: Option<String>,
    /// From which address, seen through trusted proxies; null: by a command, or from before it was noted.
    #[schema(example = "203.0.113.5")]
    pub address: Option<String>,
    /// What changed, without personal data. Where a value was overwritten, `before` and `after`.
    #[schema(value_type = Object)]
    pub details: Value,
}

impl ListRow for AuditBody {}

impl AuditBody {
    /// Shows a row.
    pub fn new(row: AuditRow) -> Self {
        let AuditRow { id, recorded_at, actor, action, subject, request_id, details, reason, address } = row;
        let recorded_at = recorded_at.into();
        Self { id, recorded_at, actor, action, subject, request_id, reason, address, details }
    }
}

paged! {
    /// Filters of the audit trail.
    AuditFilter {
        /// By one of these.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["key:5f2b8c0d9e1a"]))]
        pub actor: Option<Several<String>>,
        /// One of these actions.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["key.created", "key.revoked"]))]
        pub action: Option<Several<String>>,
        /// On one of these.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["dossier:H51.29-220215-0001"]))]
        pub subject: Option<Several<String>>,
        /// By the request of this id.
        #[param(example = "019ac2f0-7a3e-7cc1-a5a1-3f1a2b4c5d6e")]
        pub request_id: Option<String>,
        /// Recorded at this instant or later.
        pub from: Option<Instant>,
        /// Recorded before this instant; after `from`.
        pub to: Option<Instant>,
    }
}

impl AuditFilter {
    /// What is wanted, of what some actors did; `None`: of all.
    pub fn read(self, visible: Option<Vec<String>>) -> Result<Filter, Refusal> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to <= from
        {
            return Err(Refusal::parameter("to", Rule::InvalidValue, "must be after from"));
        }
        let actors = match (self.actor, visible) {
            (None, visible) => visible,
            (Some(asked), None) => Some(asked.0),
            (Some(Several(asked)), Some(visible)) => {
                Some(asked.into_iter().filter(|actor| visible.contains(actor)).collect())
            }
        };
        let (actions, subjects) = (self.action.map(|it| it.0), self.subject.map(|it| it.0));
        Ok(Filter { actors, actions, subjects, request_id: self.request_id, from: self.from, to: self.to })
    }
}
