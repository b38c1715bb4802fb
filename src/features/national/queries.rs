//! What was last sent of a dossier, sealed.

use crate::db::Transaction;
use crate::db::schema::national_payloads as payloads;
use crate::domain::local_time::Instant;
use crate::domain::sealing::Sealed;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use uuid::Uuid;

/// What kind of object was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `DongBoHoSoMC`.
    Dossier,
    /// `CapNhatTienDoHoSoMC`.
    Progress,
}

impl Kind {
    /// Its word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dossier => "dossier",
            Self::Progress => "progress",
        }
    }
}

/// What was last sent of a dossier.
pub async fn last<C>(conn: &mut C, dossier: Uuid, kind: Kind) -> QueryResult<Option<Sealed>>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let found = payloads::table.find((dossier, kind.as_str()));
    let columns = (payloads::key_id, payloads::nonce, payloads::ciphertext);
    let row: Option<(String, Vec<u8>, Vec<u8>)> = found.select(columns).first(conn).await.optional()?;
    Ok(row.map(|(key_id, nonce, ciphertext)| Sealed { key_id, nonce, ciphertext }))
}

/// Keeps what was sent of a dossier, in the place of what was sent before.
pub async fn keep(
    tx: &mut Transaction,
    (dossier, kind): (Uuid, Kind),
    now: Instant,
    sealed: &Sealed,
) -> QueryResult<usize> {
    let row = (
        payloads::dossier_id.eq(dossier),
        payloads::kind.eq(kind.as_str()),
        payloads::received_at.eq(now.utc()),
        payloads::key_id.eq(&sealed.key_id),
        payloads::nonce.eq(&sealed.nonce),
        payloads::ciphertext.eq(&sealed.ciphertext),
    );
    diesel::insert_into(payloads::table)
        .values(row)
        .on_conflict((payloads::dossier_id, payloads::kind))
        .do_update()
        .set((
            payloads::received_at.eq(excluded(payloads::received_at)),
            payloads::key_id.eq(excluded(payloads::key_id)),
            payloads::nonce.eq(excluded(payloads::nonce)),
            payloads::ciphertext.eq(excluded(payloads::ciphertext)),
        ))
        .execute(tx)
        .await
}
