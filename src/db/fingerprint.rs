//! What stands for the rows of a list: it changes when they do, whatever their order. Not a defence against forgery.

use diesel::sql_types::{BigInt, Integer, Uuid};

/// What stands for the rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// How many there are.
    pub rows: i64,
    /// A digest over them.
    pub digest: i64,
}

diesel::define_sql_function! {
    /// Hash of an id, which differs from version to version.
    #[sql_name = "uuid_hash_extended"]
    fn hash_of(id: Uuid, version: Integer) -> BigInt;
}

diesel::define_sql_function! {
    /// All hashes in one; null for no row.
    #[aggregate]
    #[sql_name = "bit_xor"]
    fn all_of(hash: BigInt) -> Nullable<BigInt>;
}

impl From<(i64, Option<i64>)> for Fingerprint {
    fn from((rows, digest): (i64, Option<i64>)) -> Self {
        Self { rows, digest: digest.unwrap_or(0) }
    }
}
