//! Lists of keys: tens, and those that they replaced.

use super::KeyRow;
use crate::db::page::Page;
use crate::db::schema::api_keys;
use crate::domain::agency_tree::AgencyId;
use crate::domain::local_time::Instant;
use crate::domain::vocabulary::{KeyState, Scope};
use crate::features::auth::Visible;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

/// Position in the list: when a key was made, and its id.
pub type Key = (Instant, String);

/// What is wanted of the list.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Now.
    pub now: Instant,
    /// In one of these states.
    pub states: Option<Vec<KeyState>>,
    /// With this scope.
    pub scope: Option<Scope>,
    /// With one of these agencies as a root.
    pub roots: Option<Vec<AgencyId>>,
}

/// Those that fit, and whose roots all lie within what the caller governs.
fn listed<'a>(governed: &Visible, filter: &Filter) -> api_keys::BoxedQuery<'a, Pg> {
    use api_keys as k;
    let mut query = k::table.into_boxed();
    if let Visible::Of(governed) = governed {
        let governed: Vec<AgencyId> = governed.iter().copied().collect();
        query = query.filter(k::all_agencies.eq(false)).filter(k::root_agency_ids.is_contained_by(governed));
    }
    if let Some(scope) = filter.scope {
        query = query.filter(k::scopes.contains(vec![scope.as_str().to_owned()]));
    }
    if let Some(roots) = &filter.roots {
        query = query.filter(k::root_agency_ids.overlaps_with(roots.clone()));
    }
    let Some(states) = &filter.states else { return query };
    let (revoked, now) = (k::revoked_at.is_not_null(), filter.now.utc());
    let expired = k::expires_at.is_not_null().and(k::expires_at.assume_not_null().le(now));
    let has = |state| states.contains(&state);
    match (has(KeyState::Active), has(KeyState::Expired), has(KeyState::Revoked)) {
        (true, true, true) | (false, false, false) => query,
        (true, true, false) => query.filter(k::revoked_at.is_null()),
        (true, false, true) => query.filter(revoked.or(diesel::dsl::not(expired))),
        (false, true, true) => query.filter(revoked.or(expired)),
        (true, false, false) => query.filter(k::revoked_at.is_null()).filter(diesel::dsl::not(expired)),
        (false, true, false) => query.filter(k::revoked_at.is_null()).filter(expired),
        (false, false, true) => query.filter(revoked),
    }
}

/// A page of the keys that the caller may know of, or all of them; newest first.
pub async fn page<C>(
    conn: &mut C,
    governed: &Visible,
    filter: &Filter,
    page: Option<&Page<Key>>,
) -> QueryResult<Vec<KeyRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    use api_keys as k;
    let mut query = listed(governed, filter).order((k::created_at.desc(), k::id.desc()));
    if let Some(page) = page {
        query = query.limit(page.fetch());
        if let Some((at, id)) = page.after.clone() {
            let at = at.utc();
            query = query.filter(k::created_at.le(at).and(k::created_at.lt(at).or(k::id.lt(id))));
        }
    }
    query.select(KeyRow::as_select()).load(conn).await
}

/// How many of them there are.
pub async fn count<C>(conn: &mut C, governed: &Visible, filter: &Filter) -> QueryResult<i64>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    listed(governed, filter).count().get_result(conn).await
}

/// Every key, oldest first.
pub async fn all<C>(conn: &mut C) -> QueryResult<Vec<KeyRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    api_keys::table.select(KeyRow::as_select()).order((api_keys::created_at, api_keys::id)).load(conn).await
}

/// The ids of the keys whose roots all lie within some agencies.
pub async fn below<C>(conn: &mut C, governed: &[AgencyId]) -> QueryResult<Vec<String>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let within = api_keys::root_agency_ids.is_contained_by(governed.to_vec());
    let keys = api_keys::table.filter(api_keys::all_agencies.eq(false)).filter(within);
    keys.order(api_keys::id).select(api_keys::id).load(conn).await
}

/// The key with an id.
pub async fn find<C>(conn: &mut C, id: &str) -> QueryResult<Option<KeyRow>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    api_keys::table.find(id).select(KeyRow::as_select()).first(conn).await.optional()
}
