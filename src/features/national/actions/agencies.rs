//! Which agency a text of the format is of: it has codes in some software, and names in other.

use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::ids::AgencyCode;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::text::fold;
use crate::features::auth::Visible;
use crate::features::dossiers::actions::Context;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The agencies that a caller governs, by their names. Read when a name is first asked for.
#[derive(Default)]
pub struct Names(OnceLock<HashMap<String, Vec<AgencyId>>>);

impl Names {
    /// The one agency with a name that is in force at an instant; `None` when there is none, or several.
    fn find<'a>(
        &self,
        (tree, governed): (&'a AgencyTree, &Visible),
        name: &str,
        at: Instant,
    ) -> Option<&'a Agency> {
        let by_name = self.0.get_or_init(|| {
            let mut by_name: HashMap<String, Vec<AgencyId>> = HashMap::new();
            for agency in tree.all().into_iter().filter(|agency| governed.contains(agency.id)) {
                by_name.entry(fold(&agency.name)).or_default().push(agency.id);
            }
            by_name
        });
        let named = by_name.get(&fold(name)).into_iter().flatten().filter_map(|id| tree.get(*id));
        let mut in_force = named.filter(|agency| agency.validity.contains(at.local_date()));
        in_force.next().filter(|_| in_force.next().is_none())
    }
}

/// The agency that a text is the code or the name of; `None` when it is neither. A code that no agency has is refused, and
/// what looks like a code.
pub(super) fn named<'a>(
    context: &Context<'a>,
    names: &Names,
    (key, text): (&str, Option<&str>),
    at: Instant,
) -> Result<Option<&'a Agency>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    if let Some(agency) = context.tree.find(text) {
        return Ok(Some(agency));
    }
    if AgencyCode::is_read_into(text) {
        return Err(unknown(key, &format!("no agency has the code {text}")));
    }
    Ok(names.find((context.tree, context.governed), text, at))
}

/// That a key names no agency.
pub(super) fn unknown(key: &str, message: &str) -> Refusal {
    Refusal::invalid(format!("/{key}"), Rule::UnknownAgency, message)
}
