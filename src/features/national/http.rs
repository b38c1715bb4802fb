//! Handlers of `/v1/national`.

use super::actions::{self, Done, Names, Says, Sent, bound_to};
use super::json::{
    AnswerBody, Item, NationalDossier, NationalStep, PostNationalDossiers, PostNationalProgress, ShownBody,
};
use super::json::{dossier, listed, personal, shown, step};
use super::queries::{self, Kind};
use crate::db::DbError;
use crate::domain::ids::DossierCode;
use crate::domain::national::mask;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::scope::{DossiersRead, DossiersWrite};
use crate::features::auth::{Authorized, Principal};
use crate::features::dossiers::actions::Context;
use crate::features::dossiers::sought::Sought;
use crate::features::personal::actions::unmask;
use crate::features::personal::asked::{self, AccessReason};
use crate::features::procedures::cache::Versions;
use crate::http::caching;
use crate::http::envelope::RequestId;
use crate::http::error::{Language, Problem};
use crate::http::etag::Tag;
use crate::http::input::{Input, Many, NoParameters};
use crate::http::lanes;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use std::collections::HashMap;
use utoipa_actix_web::service_config::ServiceConfig;

/// Objects that are read, and then carried out, at a time.
const PART: usize = 500;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(post_dossiers).service(post_progress).service(get_one);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trying {
    #[serde(default)]
    dry_run: bool,
}

/// Send dossiers in the national format
///
/// `DongBoHoSoMC`, as connectors of one-stop software send it to the national portal: each object is a dossier as it stands. One that is not
/// known is received, and the events that are missing for it to stand so are recorded, with the origin `national`. So sending the same again
/// changes nothing. What was recorded stays as it is: other times of it need a correction, and an end is undone by `reopened` only.
///
/// Up to 10,000 objects or 32 MiB, as `{"data": [...]}` or as NDJSON with an object a line. Each is a transaction of its own. The answer is 200
/// and has a result for each; one with a key of a wrong form is refused and names it, and others are carried out.
#[utoipa::path(
    operation_id = "send_national_dossiers", tag = "national format", security(("key" = ["dossiers:write"])),
    request_body(content((PostNationalDossiers = "application/json"), (NationalDossier = "application/x-ndjson"))),
    responses((status = 200, description = "A result for each object.", body = AnswerBody))
)]
#[post("/v1/national/dossiers")]
async fn post_dossiers(
    caller: Authorized<DossiersWrite>,
    request: HttpRequest,
    many: Many,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    carry_out(&caller, &request, many, &state, dossier).await
}

/// Send steps in the national format
///
/// `CapNhatTienDoHoSoMC`: each object is a step in the handling of a dossier that is known. It becomes the events that lead from where the
/// dossier stood at that time to the status of the step; one that leads nowhere is a note. Sending the same again changes nothing.
#[utoipa::path(
    operation_id = "send_national_progress", tag = "national format", security(("key" = ["dossiers:write"])),
    request_body(content((PostNationalProgress = "application/json"), (NationalStep = "application/x-ndjson"))),
    responses((status = 200, description = "A result for each object.", body = AnswerBody))
)]
#[post("/v1/national/progress")]
async fn post_progress(
    caller: Authorized<DossiersWrite>,
    request: HttpRequest,
    many: Many,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    carry_out(&caller, &request, many, &state, step).await
}

/// Get a dossier in the national format
///
/// As it was last sent, without what is personal: names show as first letters, other personal keys as null, and keys that are not known are left
/// out. With the scope `dossiers:personal` and a reason in `X-Access-Reason` what is personal is shown as it was sent. A dossier that was never sent in this format is shown in it from what is recorded, `NgayHenTra` being the day that an apology gave, else the due date.
#[utoipa::path(
    operation_id = "get_national_dossier", tag = "national format", security(("key" = ["dossiers:read"])),
    params(("code" = DossierCode, Path, description = "Code of the dossier.", example = "H51.29-220215-0001"), AccessReason),
    responses((status = 200, description = "The dossier.", body = ShownBody))
)]
#[get("/v1/national/dossiers/{code}")]
async fn get_one(
    caller: Authorized<DossiersRead>,
    request: HttpRequest,
    sought: Sought,
    input: Input,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    asked::require_scope(&request, &caller)?;
    let NoParameters {} = input.query()?;
    let asking = asked::by(&request, &caller)?;
    let as_of = AsOf::asked(None, state.clock.now())?;
    let found = sought.seen_by(&caller, &as_of, &state).await?;
    let row = &found.dossier;
    let last = async |conn: &mut &_| queries::last(conn, row.id, Kind::Dossier).await;
    let wrong = |why| asked::not_opened(&row.code, why);
    let (sent, person) = match &asking {
        Some(actor) => {
            let by = (actor, state.clock.now());
            unmask::national(&state.writer, state.keys()?, by, row).await?.map_err(wrong)?
        }
        None => (state.reader.read(last).await?, None),
    };
    let object = if let Some(sealed) = sent {
        let of = bound_to(&row.code, Kind::Dossier.as_str());
        let opened = state.keys()?.open(&of, &sealed).map_err(wrong)?;
        let sent = serde_json::from_slice(&opened).unwrap_or_default();
        if asking.is_some() { mask::unmasked(&sent) } else { mask::dossier(&sent) }
    } else {
        let names = state.names.with([row.procedure_version_id], &state.reader).await?;
        let mut object = shown(row, names.of(row.procedure_version_id), &caller.tree);
        object.extend(person.map(personal).unwrap_or_default());
        object
    };
    let mut response = HttpResponse::Ok().json(ShownBody { error_code: 0, data: vec![object] });
    if asking.is_some() {
        // Not of the body: a digest of it would tell of what is personal.
        caching::set(&mut response, &Tag::of_version(row.version, b"unmasked"));
        caching::never(&mut response);
    }
    Ok(response)
}

async fn carry_out(
    caller: &Authorized<DossiersWrite>,
    request: &HttpRequest,
    many: Many,
    state: &State,
    read: fn(&[u8]) -> Item,
) -> Result<HttpResponse, Problem> {
    let mut many = many.listed_by(listed);
    let asked: Trying = many.query()?;
    let (actor, keys) = (caller.actor(), state.keys()?);
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let context = Context {
        actor: &actor,
        tree: &caller.tree,
        visible: &caller.visible,
        governed: &caller.governed,
        calendars: &caller.calendars,
        policies: &policies.rules,
        keys,
        now: state.clock.now(),
    };
    let names = Names::default();
    let work = Work { state, caller, context, names: &names };
    let mut results = vec![];
    let mut left = vec![];
    loop {
        let part = many.next(PART).await?;
        if part.is_empty() {
            break;
        }
        let sent = part.iter().map(|text| read(text));
        if asked.dry_run { left.extend(sent) } else { results.extend(work.each(sent.collect()).await?) }
    }
    if asked.dry_run {
        results = work.tried(left).await?;
    }
    let (language, id) = (Language::of(request.headers()), RequestId::of(request));
    let body = AnswerBody::new(results, |problem| problem.body(language, id.as_str()));
    Ok(HttpResponse::Ok().json(body))
}

/// What became of an object, with the code that it names.
type Outcome = (Option<String>, Result<Done, Problem>);

/// What the work needs.
struct Work<'a> {
    state: &'a State,
    caller: &'a Principal,
    context: Context<'a>,
    names: &'a Names,
}

impl Work<'_> {
    /// Carries out objects, each by itself, those of a dossier in their order. Fails when the database does.
    async fn each(&self, items: Vec<Item>) -> Result<Vec<Outcome>, Problem> {
        let procedures = self.procedures(&items).await?;
        let fresh = async || self.state.calendars.fresh(&self.state.reader).await;
        let (codes, sent): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let work = async |sent: &Sent| {
            let what = (sent, versions(&procedures, sent));
            lanes::own(actions::alone(&self.state.writer, &self.context, self.names, what, &fresh).await)
        };
        let done = lanes::by_key(sent, Sent::dossier, work).await?;
        Ok(codes.into_iter().zip(done).collect())
    }

    /// Says what would become of objects, and keeps nothing.
    async fn tried(&self, items: Vec<Item>) -> Result<Vec<Outcome>, Problem> {
        let procedures = self.procedures(&items).await?;
        let fresh = async || self.state.calendars.fresh(&self.state.reader).await;
        let (codes, sent): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        let all: Vec<_> =
            sent.iter().flatten().map(|sent: &Sent| (sent, versions(&procedures, sent))).collect();
        let done = actions::tried(&self.state.writer, &self.context, self.names, &all, &fresh).await?;
        let mut done = done.into_iter().map(|result| result.map_err(Problem::from));
        let results = sent.into_iter().filter_map(|sent: Result<_, _>| match sent {
            Ok(_) => done.next(),
            Err(why) => Some(Err(why)),
        });
        Ok(codes.into_iter().zip(results.collect::<Vec<_>>()).collect())
    }

    /// The versions of the procedures that are named: by their code as it was sent, else by the national part of it.
    async fn procedures(&self, items: &[Item]) -> Result<HashMap<String, Versions>, DbError> {
        let mut procedures: HashMap<String, Versions> = HashMap::new();
        for sent in items.iter().filter_map(|(_, sent)| sent.as_ref().ok()) {
            let Says::Dossier(says) = &sent.says else { continue };
            if procedures.contains_key(&says.procedure) {
                continue;
            }
            let mut found = self.versions(&says.procedure).await?;
            let national: Vec<&str> = says.procedure.split('.').take(2).collect();
            if found.is_empty() {
                found = self.versions(&national.join(".")).await?;
            }
            procedures.insert(says.procedure.clone(), found);
        }
        Ok(procedures)
    }

    async fn versions(&self, code: &str) -> Result<Versions, DbError> {
        self.state.procedures.at(self.caller.catalogue_version, code, &self.state.reader).await
    }
}

fn versions<'a>(
    procedures: &'a HashMap<String, Versions>,
    sent: &Sent,
) -> &'a [crate::features::procedures::queries::Procedure] {
    match &sent.says {
        Says::Dossier(says) => procedures.get(&says.procedure).map_or(&[], |found| found.as_slice()),
        Says::Step(_) => &[],
    }
}
