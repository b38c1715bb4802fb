//! Which dossiers a caller sees: those that an agency they see received, decides or holds.
//!
//! The rule in Rust for one dossier, and in SQL for lists. Every list, count and export starts from one of them.

use super::DossierRow;
use crate::db::schema::{dossiers, procedure_versions};
use crate::features::auth::Visible;
use diesel::BoxableExpression;
use diesel::dsl::InnerJoinQuerySource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

/// Dossiers joined to their procedure versions.
pub type Source = InnerJoinQuerySource<dossiers::table, procedure_versions::table>;

/// A condition on [`Source`].
pub type Condition = Box<dyn BoxableExpression<Source, Pg, SqlType = Nullable<Bool>>>;

/// Whether the caller sees a dossier.
pub fn sees(visible: &Visible, dossier: &DossierRow) -> bool {
    let agencies = [dossier.receiving_agency_id, dossier.competent_agency_id, dossier.holder_agency_id];
    agencies.iter().any(|agency| visible.contains(*agency))
}

/// The same for a list; `None` when the caller sees everything.
pub fn condition(visible: &Visible) -> Option<Condition> {
    let Visible::Of(agencies) = visible else {
        return None;
    };
    let ids: Vec<i32> = agencies.iter().copied().collect();
    let seen = dossiers::competent_agency_id
        .eq_any(ids.clone())
        .or(dossiers::receiving_agency_id.eq_any(ids.clone()))
        .or(dossiers::holder_agency_id.eq_any(ids));
    Some(Box::new(seen.nullable()))
}
