//! What the agencies of the demonstration disclose: most of it in time and looked at since, and some of every fault.

use super::random::Random;
use crate::db::{Failure, Transaction};
use crate::domain::agency_tree::{Agency, AgencyTree};
use crate::domain::competence::decides;
use crate::domain::local_time::Instant;
use crate::features::audit::Actor;
use crate::features::disclosure::actions::{DisclosureInput, put_in};
use crate::features::procedures::actions::{self as procedures, ProcedureInput, Publication};
use chrono::TimeDelta;

/// The versions of a procedure that an agency disclosed, when each, and when it looked at what it discloses again.
type Disclosed = Vec<(i32, Instant, Option<Instant>)>;

/// The versions of the demonstration, and when each was published.
pub(super) struct Versions<'a> {
    /// The first of every procedure.
    pub first: (&'a [ProcedureInput], Instant),
    /// The second, of one, with the decision that amends it.
    pub second: (&'a ProcedureInput, &'a Publication, Instant),
}

/// Amends a procedure, and records what every agency discloses of what it decides.
pub(super) async fn disclose(
    tx: &mut Transaction,
    (actor, tree): (&Actor, &AgencyTree),
    versions: &Versions<'_>,
    random: &mut Random,
) -> Result<(), Failure> {
    let (amended, publication, at) = versions.second;
    procedures::publish_in(tx, actor, tree, at, (amended, "", publication), &|_| Ok(())).await?;
    for procedure in versions.first.0 {
        let listed = procedure.agencies.iter().filter_map(|code| tree.find(code));
        let listed: Vec<i32> = listed.map(|agency| agency.id).collect();
        let decide = |agency: &&Agency| decides(&procedure.levels, &listed, agency);
        for agency in tree.all().into_iter().filter(decide) {
            let is_amended = procedure.code == amended.code;
            let mut present = None;
            for (version, at, verified_at) in versions.drawn(is_amended, random) {
                let what = DisclosureInput {
                    agency: agency.code.clone(),
                    procedure: procedure.code.clone(),
                    assigned: None,
                    disclosed_version: Some(version),
                    disclosed_at: Some(at),
                    verified_at,
                };
                let recorded_at = verified_at.unwrap_or(at);
                present = Some(put_in(tx, actor, recorded_at, (agency.id, &what), present).await?.version);
            }
        }
    }
    Ok(())
}

impl Versions<'_> {
    fn drawn(&self, is_amended: bool, random: &mut Random) -> Disclosed {
        let (first, second) = (self.first.1, self.second.2);
        let mut within =
            |from: Instant, days: u64| from + TimeDelta::hours(random.below(24 * days).cast_signed());
        let (in_time, lately, looked) = (within(first, 4), within(second, 20), within(second, 30));
        let of_second = within(second, 3);
        let mut drawn = match random.below(100) {
            0..75 => vec![(1, in_time, None), (1, in_time, Some(looked))],
            75..85 => vec![(1, in_time, None)],
            85..91 => vec![(1, lately, None)],
            _ => vec![],
        };
        if is_amended && !drawn.is_empty() && random.chance(50) {
            drawn = vec![(1, in_time, None), (2, of_second, None)];
        }
        drawn
    }
}
