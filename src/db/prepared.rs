//! Statements that are prepared once for each connection.
//!
//! Diesel prepares an UPDATE, and an INSERT with ON CONFLICT DO UPDATE, anew each time, because their text may depend on
//! the values. Where it does not, [`Prepared`] says so and saves a round trip and a plan.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A statement whose text is the same for all values.
#[derive(Clone, Copy, Debug)]
pub struct Prepared<T>(pub T);

impl<T: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<T> QueryId for Prepared<T> {
    type QueryId = ();
    // Known by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: Query> Query for Prepared<T> {
    type SqlType = T::SqlType;
}
