//! Reads and writes `api_keys`: here the proof of a key and the writes, `list` the lists, `uses` when keys were used.

pub mod list;
pub mod uses;

use crate::db::schema::{api_keys, reference_state};
use crate::db::{Question, Transaction};
use crate::domain::key::Span;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{KeyState, Plan, Scope, UnknownWord};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// A key as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct KeyRow {
    /// Public part.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether it sees every agency.
    pub all_agencies: bool,
    /// Otherwise, the roots of what it sees.
    pub root_agency_ids: Vec<i32>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// First instant at which it no longer works.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// How fast it may call.
    pub plan: String,
    /// The minute in which it was last used, as far as that is noted.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The key that it replaces.
    pub replaces: Option<String>,
    /// The key that replaces it.
    pub replaced_by: Option<String>,
}

impl KeyRow {
    /// When it works.
    pub fn span(&self) -> Span {
        let (expires_at, revoked_at) =
            (self.expires_at.map(Instant::from), self.revoked_at.map(Instant::from));
        Span { created_at: self.created_at.into(), expires_at, revoked_at }
    }

    /// Whether it works at `now`.
    pub fn is_valid(&self, now: Instant) -> bool {
        self.span().state(now) == KeyState::Active
    }

    /// What it may do. A word that is no scope, by hand or of another release, gives nothing.
    pub fn scopes(&self) -> Vec<Scope> {
        self.scopes.iter().filter_map(|scope| scope.parse().ok()).collect()
    }

    /// Its plan. A constraint keeps other words out of the table, so the error is a defect.
    pub fn plan(&self) -> Result<Plan, UnknownWord> {
        self.plan.parse()
    }
}

/// Versions of the reference data: of the agencies, of the procedures, and of the calendars.
pub type ReferenceVersions = (i64, i64, i64);

/// A key that a caller shows.
pub struct Shown {
    /// The key.
    pub key: KeyRow,
    /// The versions of the reference data at the same moment.
    pub versions: ReferenceVersions,
}

/// The key with an id, and the present versions of the reference data.
pub struct ById;

impl Question for ById {
    type Key = String;
    type Answer = Shown;

    async fn ask(mut conn: &AsyncPgConnection, ids: &[String]) -> QueryResult<Vec<(String, Shown)>> {
        let versions = reference_state::table.on(reference_state::singleton.eq(true));
        let found = api_keys::table.inner_join(versions).filter(api_keys::id.eq_any(ids));
        let at =
            (reference_state::version, reference_state::catalogue_version, reference_state::calendar_version);
        let rows: Vec<(KeyRow, ReferenceVersions)> =
            found.select((KeyRow::as_select(), at)).load(&mut conn).await?;
        Ok(rows.into_iter().map(|(key, versions)| (key.id.clone(), Shown { key, versions })).collect())
    }
}

pub(super) async fn insert(tx: &mut Transaction, row: &KeyRow) -> QueryResult<usize> {
    diesel::insert_into(api_keys::table).values(row).execute(tx).await
}

/// A key, locked so that nobody else changes it meanwhile.
pub(super) async fn lock(tx: &mut Transaction, id: &str) -> QueryResult<Option<KeyRow>> {
    let row = api_keys::table.find(id).select(KeyRow::as_select());
    row.for_no_key_update().first(tx).await.optional()
}

/// The ids of the keys of a name that are not revoked, locked.
pub(super) async fn lock_named(tx: &mut Transaction, name: &str) -> QueryResult<Vec<KeyRow>> {
    let working = api_keys::table.filter(api_keys::name.eq(name)).filter(api_keys::revoked_at.is_null());
    working.order(api_keys::id).select(KeyRow::as_select()).for_no_key_update().load(tx).await
}

/// Writes when a key ends, and which key replaces it.
pub(super) async fn end(tx: &mut Transaction, row: &KeyRow) -> QueryResult<usize> {
    let values = (
        api_keys::expires_at.eq(row.expires_at),
        api_keys::revoked_at.eq(row.revoked_at),
        api_keys::replaced_by.eq(&row.replaced_by),
    );
    diesel::update(api_keys::table.find(&row.id)).set(values).execute(tx).await
}

/// Which keys to revoke.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// The one with an id.
    Id(&'a str),
    /// All of a name.
    Named(&'a str),
}
