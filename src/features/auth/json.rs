//! Bodies of the operations on keys. Only that of a key which was just made holds a secret.

use super::actions::{KeyInput, Rotation};
use super::queries::KeyRow;
use super::queries::list::Filter;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::ids::AgencyCode;
use crate::domain::key::{LONGEST_OVERLAP_HOURS, OVERLAP_HOURS};
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule, Violations};
use crate::domain::text::clean;
use crate::domain::vocabulary::{KeyState, Plan, Scope};
use crate::domain::whole::optional_whole;
use crate::features::auth::Principal;
use crate::http::export::ListRow;
use crate::http::input::Several;
use crate::http::list::paged;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most agencies of a key.
const MOST: usize = 100;

/// A key, without and with what only its maker is told.
macro_rules! key_bodies {
    ($($(#[$meta:meta])* $field:ident: $type:ty,)+) => {
        /// A key.
        #[derive(Debug, Serialize, ToSchema)]
        #[schema(as = Key)]
        pub struct KeyBody { $($(#[$meta])* pub $field: $type,)+ }

        /// A key that was just made.
        #[derive(Debug, Serialize, ToSchema)]
        #[schema(as = NewKey)]
        pub struct NewKeyBody {
            $($(#[$meta])* pub $field: $type,)+
            /// The key itself, to be sent as `Authorization: Bearer`. Shown this once: null in the answer that is given again for an
            /// `Idempotency-Key`, and when it was only tried.
            #[schema(example = "ck_5f2b8c0d9e1a_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
            pub secret: Option<String>,
        }

        impl NewKeyBody {
            /// Shows a key that was just made, with its secret or without.
            pub fn new(key: KeyBody, secret: Option<String>) -> Self {
                Self { $($field: key.$field,)+ secret }
            }
        }
    };
}

key_bodies! {
    /// Its public part, as in the audit trail.
    #[schema(example = "5f2b8c0d9e1a")]
    id: String,
    /// What it is for.
    #[schema(example = "Cổng dịch vụ công tỉnh")]
    name: String,
    /// Whether it works.
    state: KeyState,
    /// What it may do, beside reading the catalogue.
    scopes: Vec<Scope>,
    /// Whether it sees every agency.
    all_agencies: bool,
    /// Otherwise, main codes of the agencies whose subtrees it sees.
    #[schema(example = json!(["H51.29"]))]
    agencies: Vec<String>,
    /// How fast it may call.
    plan: Plan,
    /// When it was made.
    created_at: Instant,
    /// First instant at which it no longer works; null: it has no end.
    expires_at: Option<Instant>,
    /// When it was revoked; null: it was not.
    revoked_at: Option<Instant>,
    /// The minute in which it was used last, noted some minutes later; null: it was not used since this is noted.
    last_used_at: Option<Instant>,
    /// Id of the key that it replaces; null: it is the first of its kind.
    #[schema(example = "0b1c2d3e4f5a")]
    replaces: Option<String>,
    /// Id of the key that replaces it; null: none does.
    #[schema(example = "6a7b8c9d0e1f")]
    replaced_by: Option<String>,
}

impl ListRow for KeyBody {}

impl KeyBody {
    /// Shows a key. The table has only plans that there are; another word would be shown as the slowest.
    pub fn new(row: &KeyRow, tree: &AgencyTree, now: Instant) -> Self {
        let mut agencies: Vec<String> =
            row.root_agency_ids.iter().map(|id| tree.code(*id).to_owned()).collect();
        agencies.sort();
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            state: row.span().state(now),
            scopes: row.scopes(),
            all_agencies: row.all_agencies,
            agencies,
            plan: row.plan().unwrap_or(Plan::Standard),
            created_at: row.created_at.into(),
            expires_at: row.expires_at.map(Instant::from),
            revoked_at: row.revoked_at.map(Instant::from),
            last_used_at: row.last_used_at.map(Instant::from),
            replaces: row.replaces.clone(),
            replaced_by: row.replaced_by.clone(),
        }
    }
}

/// A key that replaces another, and the one that it replaces.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyRotation {
    /// The new key.
    pub key: NewKeyBody,
    /// The old one, with its new end.
    pub replaced: KeyBody,
}

paged! {
    /// Filters of the list of keys.
    KeyFilter {
        /// Whether they work; any of these.
        #[param(value_type = Option<Vec<KeyState>>, style = Form, explode = false, min_items = 1, max_items = 200)]
        pub state: Option<Several<KeyState>>,
        /// That have this scope.
        #[param(inline)]
        pub scope: Option<Scope>,
        /// That have one of these agencies, by code, as a root.
        #[param(value_type = Option<Vec<String>>, style = Form, explode = false, min_items = 1, max_items = 200, example = json!(["H51.29"]))]
        pub agency: Option<Several<String>>,
    }
}

impl KeyFilter {
    /// What is wanted. An agency that the caller does not see is refused.
    pub fn read(&mut self, caller: &Principal, now: Instant) -> Result<Filter, Refusal> {
        let alone = |_: &_, agency| BTreeSet::from([agency]);
        let roots = caller.agencies_named("agency", self.agency.take(), alone)?;
        let (states, roots) =
            (self.state.take().map(|states| states.0), roots.map(|roots| roots.into_iter().collect()));
        Ok(Filter { now, states, scope: self.scope, roots })
    }
}

/// A key as it is asked for. It names its agencies, or sees all of them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostKey {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "Cổng dịch vụ công tỉnh")]
    pub name: String,
    /// What it may do; the calling key has each of these.
    #[schema(min_items = 1, max_items = 11)]
    pub scopes: Vec<Scope>,
    /// Codes of the agencies whose subtrees it sees, each at or below a root of the calling key.
    #[serde(default)]
    #[schema(value_type = Option<Vec<AgencyCode>>, min_items = 1, max_items = 100, example = json!(["H51.29"]))]
    pub agencies: Option<Vec<String>>,
    /// It sees every agency, as the calling key does.
    #[serde(default)]
    pub all_agencies: bool,
    /// How fast it may call, `standard` when not given. No faster than the calling key, unless that sees every agency.
    #[serde(default)]
    pub plan: Option<Plan>,
    /// First instant at which it no longer works, after now; null or not given: it has no end.
    #[serde(default)]
    pub expires_at: Option<Instant>,
}

impl PostKey {
    /// Checks what can be checked without the database.
    pub fn check(self) -> Result<KeyInput, Refusal> {
        let mut wrong = Violations::default();
        let name = wrong.take("/name", clean(&self.name, 100));
        if !(1..=Scope::ALL.len()).contains(&self.scopes.len()) {
            wrong.add("/scopes", Rule::InvalidValue, format!("must have 1 to {} items", Scope::ALL.len()));
        }
        let sees_all = self.all_agencies;
        match &self.agencies {
            None if !sees_all => {
                wrong.add("/agencies", Rule::MissingField, "is required without all_agencies");
            }
            Some(_) if sees_all => {
                wrong.add("/agencies", Rule::InvalidValue, "must not stand beside all_agencies");
            }
            Some(codes) if !(1..=MOST).contains(&codes.len()) => {
                wrong.add("/agencies", Rule::InvalidValue, format!("must have 1 to {MOST} items"));
            }
            Some(codes) => {
                for (i, code) in codes.iter().enumerate() {
                    wrong.take(format!("/agencies/{i}"), AgencyCode::parse(code));
                }
            }
            None => {}
        }
        wrong.check()?;
        let once: BTreeSet<Scope> = self.scopes.iter().copied().collect();
        Ok(KeyInput {
            name: name.unwrap_or_default(),
            // In the order in which they were sent, for a refusal names the place.
            scopes: if once.len() == self.scopes.len() { self.scopes } else { once.into_iter().collect() },
            agencies: self.agencies,
            expires_at: self.expires_at,
            plan: self.plan.unwrap_or(Plan::Standard),
        })
    }
}

/// How a key is to be replaced.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostRotation {
    /// Hours for which the old key still works, so that whoever holds it can change over; 0: it ends at once. 24 when not given.
    #[serde(default, deserialize_with = "optional_whole")]
    #[schema(minimum = 0, maximum = 720, example = 24)]
    pub overlap_hours: Option<i16>,
    /// First instant at which the new key no longer works, after now. When not given, it lasts as long as the old one was made for.
    #[serde(default)]
    pub expires_at: Option<Instant>,
    /// Why, without personal data; for the audit trail.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 300, example = "Thay khóa định kỳ")]
    pub reason: Option<String>,
}

impl PostRotation {
    /// Checks what can be checked without the database; the reason comes second.
    pub fn check(self) -> Result<(Rotation, Option<String>), Refusal> {
        let mut wrong = Violations::default();
        let hours = self.overlap_hours.map(u32::try_from);
        let hours = match hours {
            None => OVERLAP_HOURS,
            Some(Ok(hours)) if hours <= LONGEST_OVERLAP_HOURS => hours,
            Some(_) => {
                wrong.add(
                    "/overlap_hours",
                    Rule::InvalidValue,
                    format!("must be 0 to {LONGEST_OVERLAP_HOURS}"),
                );
                OVERLAP_HOURS
            }
        };
        let reason = self.reason.map(|reason| wrong.take("/reason", clean(&reason, 300)));
        wrong.check()?;
        Ok((Rotation { overlap_hours: hours, expires_at: self.expires_at }, reason.flatten()))
    }
}
