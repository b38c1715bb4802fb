//! Which dossiers a caller sees: those that an agency they see received, decides or holds.
//!
//! The rule in Rust for one dossier, and in SQL for many. Every list, count and export of dossiers, here and in
//! `overdue`, starts from [`seen`], which takes what the caller sees before anything else.

use super::DossierRow;
use crate::db::schema::{dossiers, procedure_versions};
use crate::domain::agency_tree::AgencyId;
use crate::features::auth::Visible;
use diesel::BoxableExpression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use std::collections::BTreeSet;

/// A condition on dossiers.
pub type Condition = Box<dyn BoxableExpression<dossiers::table, Pg, SqlType = Nullable<Bool>>>;

/// Whether the caller sees a dossier.
pub fn sees(visible: &Visible, dossier: &DossierRow) -> bool {
    let agencies = [dossier.receiving_agency_id, dossier.competent_agency_id, dossier.holder_agency_id];
    agencies.iter().any(|agency| visible.contains(*agency))
}

/// What every list of dossiers can be narrowed to; what is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// Decided by one of these agencies.
    pub competent: Option<BTreeSet<AgencyId>>,
    /// Received by one of these.
    pub receiving: Option<BTreeSet<AgencyId>>,
    /// Held by one of these.
    pub holder: Option<BTreeSet<AgencyId>>,
    /// Held by one of these units.
    pub unit: Option<Vec<String>>,
    /// Held by one of these officers.
    pub officer: Option<Vec<String>>,
    /// Of one of these procedures.
    pub procedure: Option<Vec<String>>,
    /// Of one of these fields.
    pub field: Option<Vec<String>>,
}

/// Dossiers, to be narrowed further.
pub type Dossiers<'a> = dossiers::BoxedQuery<'a, Pg>;

/// The dossiers that a caller sees, narrowed. Only the predicates that are needed are in the SQL.
pub fn seen<'a>(visible: &Visible, narrow: &Narrow) -> Dossiers<'a> {
    use {dossiers as d, procedure_versions as v};
    let ids = |agencies: &BTreeSet<AgencyId>| agencies.iter().copied().collect::<Vec<_>>();
    let mut query = d::table.into_boxed();
    if let Visible::Of(agencies) = visible {
        let ids = ids(agencies);
        let decides = d::competent_agency_id.eq_any(ids.clone());
        let received = d::receiving_agency_id.eq_any(ids.clone());
        query = query.filter(decides.or(received).or(d::holder_agency_id.eq_any(ids)));
    }
    if let Some(agencies) = &narrow.competent {
        query = query.filter(d::competent_agency_id.eq_any(ids(agencies)));
    }
    if let Some(agencies) = &narrow.receiving {
        query = query.filter(d::receiving_agency_id.eq_any(ids(agencies)));
    }
    if let Some(agencies) = &narrow.holder {
        query = query.filter(d::holder_agency_id.eq_any(ids(agencies)));
    }
    if let Some(units) = &narrow.unit {
        query = query.filter(d::holder_unit.eq_any(units.clone()));
    }
    if let Some(officers) = &narrow.officer {
        query = query.filter(d::holder_officer.eq_any(officers.clone()));
    }
    if let Some(codes) = &narrow.procedure {
        let versions = v::table.filter(v::procedure_code.eq_any(codes.clone()));
        query = query.filter(d::procedure_version_id.eq_any(versions.select(v::id)));
    }
    if let Some(fields) = &narrow.field {
        let versions = v::table.filter(v::field.eq_any(fields.clone()));
        query = query.filter(d::procedure_version_id.eq_any(versions.select(v::id)));
    }
    query
}
