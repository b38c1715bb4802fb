//! The later of two instants, in SQL.

use diesel::sql_types::Timestamptz;

diesel::define_sql_function! {
    /// The later of two instants.
    #[sql_name = "greatest"]
    fn later(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}
