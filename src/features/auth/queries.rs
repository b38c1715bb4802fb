//! Reads and writes `api_keys`.

use crate::db::schema::{api_keys, reference_state};
use crate::db::{Question, Transaction};
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{Plan, UnknownWord};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, RunQueryDsl};

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
}

impl KeyRow {
    /// Whether it works at `now`.
    pub fn is_valid(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|until| now.utc() < until)
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

/// Every key, oldest first. There are as many as callers: tens.
pub async fn all<C>(conn: &mut C) -> QueryResult<Vec<KeyRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    api_keys::table.select(KeyRow::as_select()).order((api_keys::created_at, api_keys::id)).load(conn).await
}

pub(super) async fn insert(tx: &mut Transaction, row: &KeyRow) -> QueryResult<usize> {
    diesel::insert_into(api_keys::table).values(row).execute(tx).await
}

/// Revokes the working keys that fit; says how many there were.
pub(super) async fn revoke(tx: &mut Transaction, which: Which<'_>, now: Instant) -> QueryResult<usize> {
    let working = diesel::update(api_keys::table.filter(api_keys::revoked_at.is_null()));
    let revoked = api_keys::revoked_at.eq(now.utc());
    match which {
        Which::Id(id) => working.filter(api_keys::id.eq(id)).set(revoked).execute(tx).await,
        Which::Named(name) => working.filter(api_keys::name.eq(name)).set(revoked).execute(tx).await,
    }
}

/// Which keys to revoke.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// The one with an id.
    Id(&'a str),
    /// All of a name.
    Named(&'a str),
}
