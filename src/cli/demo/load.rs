//! Loads the demonstration in one transaction: all of it or nothing, whenever the process is killed.

use super::data;
use super::disclose::{Versions, disclose};
use super::generate::{DISTRICT, Generator, Story};
use super::plan::PLAN;
use super::random::Random;
use crate::db::{Failure, Transaction, Writer};
use crate::domain::agency_tree::AgencyTree;
use crate::domain::calendar::Calendars;
use crate::domain::local_time::Instant;
use crate::domain::sealing::DataKeys;
use crate::features::agencies::actions as agencies;
use crate::features::audit::Actor;
use crate::features::auth::Visible;
use crate::features::calendar;
use crate::features::dossiers::actions::{self as dossiers, Context};
use crate::features::procedures::{actions as procedures, queries::versions_at};
use crate::features::reviews::actions as reviews;

/// Makes the dossiers differ from those of any other seed; the number itself has no meaning.
const SEED: u64 = 20_220_215;

type AnyError = Box<dyn std::error::Error>;

/// Fills an empty database as it stood at `end`.
pub(super) async fn load(
    writer: &Writer,
    keys: &DataKeys,
    (end, opened): (Instant, Instant),
) -> Result<(), AnyError> {
    let (agencies, procedures) = (data::agencies()?, data::procedures()?);
    let (publication, review) = (data::publication()?, data::review()?);
    let (amended, amendment) = data::amendment(&procedures)?;
    let published = |text: &str| text.parse::<Instant>();
    let versions = Versions {
        first: (&procedures, published("2021-03-09T08:00:00+07:00")?),
        second: (&amended, &amendment, published("2022-01-11T08:00:00+07:00")?),
    };
    let calendar = calendar::national_calendar();
    let random = Random::new(SEED);
    let stories = Generator { random, procedures: &procedures, calendar, end }.stories(PLAN)?;
    let actor = Actor::command("demo");
    let loaded: Result<(), Failure> = writer
        .transaction(async |tx| {
            let mut tree = AgencyTree::default();
            for agency in agencies {
                tree = agencies::put_in(tx, &actor, None, opened, agency, &|_| Ok(())).await?;
            }
            for procedure in &procedures {
                let what = (procedure, "", &publication);
                procedures::publish_in(tx, &actor, &tree, opened, what, &|_| Ok(())).await?;
            }
            disclose(tx, (&actor, &tree), &versions, &mut Random::new(SEED)).await?;
            let calendars = calendar::queries::load(tx).await?;
            for story in &stories {
                tell(tx, (&actor, keys), (&tree, &calendars), story).await?;
            }
            let named =
                review.review.agencies.iter().filter_map(|code| tree.find(code)).map(|agency| agency.id);
            let owners = tree.find(DISTRICT).map(|district| vec![district.id]);
            let owned = (named.collect(), owners);
            let row = reviews::create_in(tx, &actor, review.created_at, &review.review, owned).await?;
            for (at, said) in &review.confirmations {
                reviews::confirm_in(tx, &actor, (&tree, &calendars), *at, (&row, said)).await?;
            }
            Ok(())
        })
        .await;
    Ok(loaded?)
}

/// Records a story, each event at the instant of its record.
async fn tell(
    tx: &mut Transaction,
    (actor, keys): (&Actor, &DataKeys),
    (tree, calendars): (&AgencyTree, &Calendars),
    story: &Story,
) -> Result<(), Failure> {
    let at = |now| Context {
        actor,
        tree,
        visible: &Visible::All,
        governed: &Visible::All,
        calendars,
        policies: &[],
        keys,
        now,
    };
    let (receipt, recorded) = &story.receipt;
    let (_, versions) = versions_at(tx, &receipt.procedure).await?;
    let received = dossiers::receive_in(tx, &at(*recorded), (receipt, &versions)).await?;
    let code = received.dossier.code;
    for (event, recorded) in &story.events {
        dossiers::record_in(tx, &at(*recorded), (&code, event), &|_| Ok(())).await?;
    }
    Ok(())
}
