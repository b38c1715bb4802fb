//! The format of the national portal (Cổng Dịch vụ công quốc gia), as connectors of one-stop software send it.
//!
//! `snapshot` reads `DongBoHoSoMC`, the whole of a dossier as it stands, and `progress` an entry of `CapNhatTienDoHoSoMC`, a step of its
//! handling; both by `read`. `history` is what is recorded of the dossier, and `wanted` says which events are missing for it to stand as it
//! was sent, `supplements` those of requests for supplements. `mask` shows an object without what is personal.

pub mod history;
pub mod mask;
pub mod progress;
mod read;
pub mod snapshot;
mod supplements;
pub mod wanted;

pub use read::written;

#[cfg(test)]
mod tests;
