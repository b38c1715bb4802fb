//! Prolongations (kéo dài thời hạn): an extension needs a ground that the procedure's law knows.

use super::{Context, dating};
use crate::domain::deadline::Extension;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::time_limit::CaseLimit;
use crate::domain::vocabulary::EventKind;
use crate::features::dossiers::queries::{DossierRow, EventRow};

/// Fails unless the procedure knows the ground of an extension, no other event used it, and it is no longer than it
/// allows. `before` is the dossier as it was before the extension.
pub(super) fn allowed(
    context: &Context<'_>,
    before: &DossierRow,
    limit: &CaseLimit,
    (others, extension): (&[EventRow], &EventRow),
) -> Result<(), Refusal> {
    let Some((by, ground)) = extension.clock_event().and_then(|event| event.extension) else {
        return Ok(());
    };
    let refuse = |pointer: &str, message: String| {
        Err(Refusal::invalid(pointer, Rule::ProlongationNotAllowed, message))
    };
    let Some(found) = limit.prolongations.iter().find(|p| p.ground == ground) else {
        let grounds: Vec<&str> = limit.prolongations.iter().map(|p| p.ground.as_str()).collect();
        return refuse(
            "/ground",
            match grounds.as_slice() {
                [] => "the procedure knows no prolongation".to_owned(),
                _ => format!("must be a ground that the procedure knows: {}", grounds.join(", ")),
            },
        );
    };
    let used =
        |row: &EventRow| row.kind == EventKind::Extended && row.of_kind.ground.as_deref() == Some(&*ground);
    if others.iter().any(used) {
        return refuse("/ground", "the time limit was extended on this ground already".to_owned());
    }
    let most = format!(
        "must not be more than {} {}",
        found.by.amount().map_or_else(String::new, |a| a.to_string()),
        found.by.unit()
    );
    match by {
        Extension::By(asked) if asked.unit() != found.by.unit() || asked.amount() > found.by.amount() => {
            refuse("/by", most)
        }
        Extension::By(_) => Ok(()),
        Extension::To(day) => {
            let Some(due_on) = before.due_on else {
                return refuse("/new_due_on", "the dossier has no due day yet".to_owned());
            };
            if day <= due_on {
                return refuse("/new_due_on", format!("must be after the due day, {due_on}"));
            }
            let latest = dating::latest(&context.offices(), before, found.by);
            if latest.is_some_and(|latest| day > latest) { refuse("/new_due_on", most) } else { Ok(()) }
        }
    }
}
