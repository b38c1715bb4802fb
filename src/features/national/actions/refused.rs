//! Of which key of the format a refusal is, that the actions of dossiers give for a field of the contract.

use crate::db::Failure;
use crate::domain::refusal::{Place, Refusal};

/// Puts keys in the place of fields.
pub(super) fn at_keys(failure: Failure, keys: &[(&str, &str)]) -> Failure {
    let moved = |place: &mut Place| {
        if let Place::Pointer(pointer) = place
            && let Some((_, key)) = keys.iter().find(|(field, _)| *field == pointer)
        {
            *pointer = format!("/{key}");
        }
    };
    let Failure::Refused(mut refusal) = failure else { return failure };
    match &mut refusal {
        Refusal::Invalid(violations) => violations.0.iter_mut().for_each(|it| moved(&mut it.place)),
        Refusal::AgencyOutOfScope { place, .. } => moved(place),
        _ => {}
    }
    Failure::Refused(refusal)
}
