//! What is done to personal data that is stored: it is shown to who says why (`asked`, `actions/unmask`), encrypted anew
//! (`actions/rotate`), and erased some years after the end of its dossier (`actions/purge`).
//!
//! How it is sealed is in `dossiers/sealed`.

pub mod actions;
pub mod asked;
pub mod queries;
