//! `congkhai verify`: says whether anybody changed, removed or inserted rows behind the back of the service, and which. Or, with
//! `--proof`, checks the proof of one dossier without any database.

use super::{Outcome, data_key, database};
use crate::config::{DatabaseSettings, Secret};
use crate::db::{Database, Slow};
use crate::domain::proof::Proof;
use crate::domain::signing::PublicKey;
use crate::features::evidence::check::{self, Check, Counts, read_roots};
use clap::Args;
use std::path::{Path, PathBuf};

type AnyError = Box<dyn std::error::Error>;

/// Looks for rows that were changed, removed or inserted by hand. Prints a line for each, and ends with status 1 if there is any.
/// Works beside a running service.
#[derive(Args)]
pub(super) struct Verify {
    #[command(flatten)]
    database: DatabaseSettings,
    /// File with the public key that roots are signed with, as `congkhai signing-key public` prints it; repeat for the keys used
    /// before
    #[arg(long, required = true, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// File with roots kept elsewhere, as GET /v1/audit/roots gave them: they must be the very ones of the database
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    /// The keys that encrypt personal data, to compare it with its digests. Not set: with an embedded cluster `data.key` in the data
    /// directory; without any, personal data is not compared, and the rest is
    #[arg(long, env = "CONGKHAI_DATA_KEY", hide_env_values = true, value_name = "KEYS")]
    data_key: Option<Secret>,
    /// File with the answer of GET /v1/dossiers/{code}/proof: checks that alone, without a database
    #[arg(long, value_name = "FILE", conflicts_with = "roots")]
    proof: Option<PathBuf>,
}

impl Verify {
    pub(super) fn run(self) -> Outcome {
        let keys = self.public_key.iter().map(|file| {
            let key = PublicKey::parse(&text(file)?);
            key.map_err(|why| AnyError::from(format!("{} {why}", file.display())))
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if let Some(file) = &self.proof {
            return prove(file, &keys);
        }
        let kept = match &self.roots {
            Some(file) => read_roots(&text(file)?).map_err(|why| format!("{} {why}", file.display()))?,
            None => vec![],
        };
        let data_keys = data_key::known(self.data_key.as_ref(), &self.database)?;
        let opened = database::open_current(&self.database, "postgres")?;
        let database = opened.database.clone();
        let check = Check { keys: &keys, kept: &kept, data_keys: data_keys.as_ref() };
        actix_web::rt::System::new().block_on(whole(database, check))
    }
}

/// The text of a file.
fn text(file: &Path) -> Result<String, AnyError> {
    std::fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()).into())
}

/// Checks a proof.
fn prove(file: &Path, keys: &[PublicKey]) -> Outcome {
    let name = file.display();
    let proof: Proof = serde_json::from_str(&text(file)?)
        .map_err(|why| format!("{name} is no answer of GET /v1/dossiers/{{code}}/proof: {why}"))?;
    let proved = proof.check(keys).map_err(|why| format!("{name} does not prove {}: {why}", proof.code))?;
    let code = &proof.code;
    let Some((seq, day)) = proved.covered else {
        let why = "no signed root covers it yet; ask for the proof again when its day is over";
        return Err(format!("{name} proves nothing of {code} yet: {why}").into());
    };
    let newer = match proved.last - seq {
        0 => "and has no later one",
        _ => "the later ones follow it, and no signed root covers them yet",
    };
    println!("{code}: the signed root of {day} covers it up to event {seq} of {}, {newer}", proved.last);
    Ok(())
}

/// Checks a database.
async fn whole(database: Database, check: Check<'_>) -> Outcome {
    let slow = Slow::new(&database, 1)?;
    let counts = check::check(&slow, &check, |fault| println!("{fault}")).await?;
    let Counts { dossiers, events, unsealed, erased, unopened, days, leaves, audit_rows, faults } = counts;
    println!(
        "checked {dossiers} dossiers, {events} events ({unsealed} more are from before there were hashes; {erased} have their personal \
         data erased), {days} signed days with {leaves} events and {audit_rows} rows of the audit trail, {} kept roots",
        check.kept.len()
    );
    if unopened > 0 {
        println!(
            "{unopened} rows of personal data were not compared with their digests: CONGKHAI_DATA_KEY is not set"
        );
    }
    match faults {
        0 => {
            println!("no fault");
            Ok(())
        }
        1 => Err("1 fault: the database was changed behind the back of the service".into()),
        _ => Err(format!("{faults} faults: the database was changed behind the back of the service").into()),
    }
}
