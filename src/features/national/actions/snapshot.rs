//! Makes a dossier stand as a snapshot says: receives one that is not known, and records the events that are missing.

use super::agencies::{named, unknown};
use super::refused::at_keys;
use super::{Names, history_of};
use crate::db::{Failure, Transaction};
use crate::domain::agency_tree::Agency;
use crate::domain::national::history::History;
use crate::domain::national::snapshot::Snapshot;
use crate::domain::national::wanted::{self, Wanted};
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::{EventKind, Origin};
use crate::features::dossiers::actions::{
    ApplicantInput, Context, EventDetails, EventInput, OfficerInput, ReceiveInput, receive_in, record_in,
};
use crate::features::dossiers::queries::{DossierRow, visible, write};
use crate::features::procedures::queries::Procedure;
use uuid::Uuid;

/// Why a dossier is stopped, in the words of the format, which gives no ground.
const STOPPED: &str = "TrangThaiHoSo 8: Dừng xử lý";

/// The agencies that a snapshot names.
#[derive(Clone, Copy)]
struct Agencies<'a> {
    handles: Option<&'a Agency>,
    received: Option<&'a Agency>,
}

/// Makes a dossier stand as a snapshot says. Returns it with the number of events recorded after its beginning, and whether it is new.
pub(super) async fn stand(
    tx: &mut Transaction,
    context: &Context<'_>,
    names: &Names,
    (sent, versions): (&Snapshot, &[Procedure]),
) -> Result<(Uuid, usize, bool), Failure> {
    let at = sent.received_at.or(sent.submitted_at).unwrap_or(context.now);
    let find = |key, text| named(context, names, (key, text), at);
    let agencies = Agencies {
        handles: find("DonViXuLy", sent.handled_by.as_deref())?,
        received: find("NoiNopHoSo", sent.filed_with.as_deref())?,
    };
    for (key, agency) in [("DonViXuLy", agencies.handles), ("NoiNopHoSo", agencies.received)] {
        if let Some(agency) = agency.filter(|agency| !context.visible.contains(agency.id)) {
            let place = Place::Pointer(format!("/{key}"));
            return Err(Refusal::AgencyOutOfScope { place, code: agency.code.clone() }.into());
        }
    }
    let (_, locked) = write::lock(tx, &sent.code).await?;
    let is_new = locked.is_none();
    let (dossier, history) = match locked {
        Some((row, _)) => {
            theirs(context, &row)?;
            same_procedure(&row, sent, versions)?;
            (row.id, history_of(tx, context, &row).await?)
        }
        None => begin(tx, context, (sent, versions), agencies).await?,
    };
    let handles = agencies.handles.map(|agency| agency.code.as_str());
    let events = wanted::events(&history, sent, handles, context.now)?;
    for event in &events {
        let input = input(event, handles);
        let recorded = record_in(tx, context, (&sent.code, &input), &|_| Ok(())).await;
        recorded.map_err(|why| at_keys(why, &[("/occurred_at", event.key), ("/to_agency", "DonViXuLy")]))?;
    }
    Ok((dossier, events.len(), is_new))
}

/// Fails for a dossier that the caller does not govern. A code that is taken is no secret, as at a receipt.
fn theirs(context: &Context<'_>, row: &DossierRow) -> Result<(), Refusal> {
    if visible::sees(context.governed, row) {
        return Ok(());
    }
    if visible::sees(context.visible, row) {
        let code = context.tree.code(row.competent_agency_id).to_owned();
        return Err(Refusal::AgencyOutOfScope { place: Place::whole(), code });
    }
    Err(Refusal::DuplicateCode { code: row.code.clone() })
}

/// Fails for a dossier of another procedure: it is another dossier.
fn same_procedure(row: &DossierRow, sent: &Snapshot, versions: &[Procedure]) -> Result<(), Refusal> {
    if versions.is_empty() {
        let message = format!("no procedure has the code {}", sent.procedure);
        return Err(Refusal::invalid("/MaTTHC", Rule::UnknownProcedure, message));
    }
    if versions.iter().any(|version| version.row.id == row.procedure_version_id) {
        return Ok(());
    }
    Err(Refusal::DuplicateCode { code: row.code.clone() })
}

/// Receives or registers a dossier that is not known.
async fn begin(
    tx: &mut Transaction,
    context: &Context<'_>,
    (sent, versions): (&Snapshot, &[Procedure]),
    agencies: Agencies<'_>,
) -> Result<(Uuid, History), Failure> {
    let beginning = wanted::beginning(sent)?;
    // An agency that is named once does both.
    let named = |own: Option<&'_ Agency>, key, other: Option<&'_ Agency>, of| {
        own.map(|agency| (agency.code.clone(), key)).or(other.map(|agency| (agency.code.clone(), of)))
    };
    let (handles, received) = (agencies.handles, agencies.received);
    let receiving = named(received, "NoiNopHoSo", handles, "DonViXuLy");
    let competent = named(handles, "DonViXuLy", received, "NoiNopHoSo");
    let Some(((receiving, at), (competent, of))) = receiving.zip(competent) else {
        let message = "must be the code of an agency, or its name, unless NoiNopHoSo is";
        return Err(unknown("DonViXuLy", message).into());
    };
    let procedure = versions.first().map_or(&sent.procedure, |version| &version.row.procedure_code);
    let applicant = sent.applicant.clone();
    let is_received = beginning.received_at.is_some();
    let input = ReceiveInput {
        code: Some(sent.code.clone()),
        procedure: procedure.clone(),
        case: None,
        channel: sent.channel,
        receiving_agency: receiving,
        competent_agency: competent,
        submitted_at: if is_received { sent.submitted_at } else { Some(beginning.filed_at) },
        received_at: beginning.received_at,
        filed_at: beginning.filed_at,
        origin: Origin::National,
        source_recorded_at: None,
        appointed_at: sent.appointed_first().filter(|_| is_received),
        summary: sent.summary.clone(),
        officer: None,
        applicant: ApplicantInput {
            kind: applicant.kind,
            name: applicant.name,
            id_number: applicant.id_number,
            phone: applicant.phone,
            email: applicant.email,
            address: applicant.address,
        },
    };
    let keys = [
        ("/procedure", "MaTTHC"),
        ("/case", "MaTTHC"),
        ("/receiving_agency", at),
        ("/competent_agency", of),
        ("/received_at", beginning.key),
        ("/submitted_at", "NgayNopHoSo"),
    ];
    let received = receive_in(tx, context, (&input, versions)).await;
    let dossier = received.map_err(|why| at_keys(why, &keys))?.dossier;
    let holder = context.tree.code(dossier.holder_agency_id).to_owned();
    Ok((dossier.id, beginning.history(holder)))
}

/// An event as it is recorded. `agency` is the code of the one it is handed to.
pub(super) fn input(event: &Wanted, agency: Option<&str>) -> EventInput {
    use EventDetails as D;
    let details = match event.kind {
        EventKind::Received => D::Received { appointed_at: event.appointed_at },
        EventKind::SupplementReceived => D::SupplementReceived { appointed_at: event.appointed_at },
        EventKind::Forwarded => D::Forwarded {
            to_agency: agency.map(ToOwned::to_owned),
            to_unit: event.unit.clone().filter(|_| agency.is_none()),
            to_officer: event.officer.clone(),
            step_due_at: event.due_at,
        },
        EventKind::Refused => D::Refused { ground: None },
        EventKind::SupplementRequested => D::SupplementRequested { items: None, answer_by: None },
        EventKind::Suspended => D::Suspended { ground: STOPPED.into() },
        EventKind::Terminated => D::Terminated { ground: STOPPED.into() },
        EventKind::Completed => D::Completed { outcome: event.outcome },
        kind => D::Plain(kind),
    };
    let did_it = event.officer.clone().filter(|_| event.kind != EventKind::Forwarded);
    let unit = event.unit.clone().filter(|_| agency.is_none());
    EventInput {
        occurred_at: event.at,
        agency: None,
        officer: did_it.map(|name| OfficerInput { name, title: event.title.clone(), unit }),
        note: event.note.clone(),
        public_note: None,
        origin: Origin::National,
        source_recorded_at: None,
        reference: Some(event.reference.clone()),
        details,
    }
}
