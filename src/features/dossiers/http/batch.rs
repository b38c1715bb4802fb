//! POST /v1/dossiers/batch.

use super::context;
use crate::db::DbError;
use crate::features::State;
use crate::features::auth::Authorized;
use crate::features::auth::scope::DossiersWrite;
use crate::features::dossiers::actions::Context;
use crate::features::dossiers::actions::batch::{self as items, Done, Item, Procedures};
use crate::features::dossiers::json::{BatchBody, PostBatch, PostBatchItem, item};
use crate::features::dossiers::queries::sent_before;
use crate::http::envelope::RequestId;
use crate::http::error::{Language, Problem};
use crate::http::input::Many;
use crate::http::lanes;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

/// Items that are read, and then carried out, at a time.
const PART: usize = 500;

/// Items of a transaction, and more only where they are of one dossier: few, for its dossiers are held until it ends.
const GROUP: usize = 50;

/// How a batch is carried out.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BatchQuery {
    /// `true`: all items or none, in one transaction; otherwise each by itself.
    #[serde(default)]
    #[param(required = false)]
    atomic: bool,
    #[serde(default)]
    #[param(ignore)]
    dry_run: bool,
}

/// Receive dossiers and record events, many at once
///
/// Up to 10,000 items or 32 MiB: `{"items": [...]}`, or NDJSON with an item a line. Those of a dossier are carried out in their
/// order. The answer is 200 and has a result for each item, whatever became of it.
///
/// An item that is sent again changes nothing: a receipt is known by its `code`, an event by its `ref`. The same with the same
/// content is `unchanged`, with other content `rejected`. So a batch whose answer was lost can be sent again.
///
/// Each item is done or rejected by itself, and NDJSON is carried out while it comes. With `atomic=true` all are one: when an item
/// is rejected none is stored, `committed` is false, and the other results say what would have become of them.
#[utoipa::path(
    operation_id = "record_batch", tag = "dossiers", security(("key" = ["dossiers:write"])), params(BatchQuery),
    request_body(content((PostBatch = "application/json"), (PostBatchItem = "application/x-ndjson"))),
    responses((status = 200, description = "A result for each item.", body = BatchBody))
)]
#[post("/v1/dossiers/batch")]
pub(super) async fn batch(
    caller: Authorized<DossiersWrite>,
    request: HttpRequest,
    mut many: Many,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let asked: BatchQuery = many.query()?;
    let actor = caller.actor();
    let policies = state.policies.at(caller.catalogue_version, &state.reader).await?;
    let context = context(&actor, &caller, &policies.rules, (state.keys()?, state.clock.now()));
    let work = Work { state: &state, caller: &caller, context };
    let mut results = vec![];
    let committed = if asked.atomic || asked.dry_run {
        let mut items = vec![];
        loop {
            let part = many.next(PART).await?;
            if part.is_empty() {
                break;
            }
            items.extend(part);
        }
        let (is_kept, done) = work.together(&items, &asked).await?;
        results = done;
        is_kept
    } else {
        loop {
            let part = many.next(PART).await?;
            if part.is_empty() {
                break true;
            }
            results.extend(work.each(&part).await?);
        }
    };
    let (language, id) = (Language::of(request.headers()), RequestId::of(&request));
    let body = BatchBody::new(committed, results, |problem| problem.body(language, id.as_str()));
    Ok(HttpResponse::Ok().json(body))
}

/// Items that were read, each with what is wrong with it.
type Items = Vec<Result<Item, Problem>>;

/// What the work on a batch needs.
struct Work<'a> {
    state: &'a State,
    caller: &'a Authorized<DossiersWrite>,
    context: Context<'a>,
}

impl Work<'_> {
    /// Carries out items, each by itself, those of a dossier in their order. Fails when the database does.
    async fn each(&self, texts: &[Bytes]) -> Result<Vec<Result<Done, Problem>>, Problem> {
        let sent = self.read(texts);
        let procedures = self.procedures(&sent).await?;
        let wanted = items::wanted(sent.iter().flatten());
        let known = async |conn: &mut &_| sent_before::known(conn, &wanted).await;
        let known = self.state.reader.read(known).await?;
        let fresh = async || self.state.calendars.fresh(&self.state.reader).await;
        let (writer, context) = (&self.state.writer, &self.context);
        let work = async |items: &[&Item]| {
            let at_once = items::at_once(writer, context, (items, &procedures), &known, &fresh);
            if let Ok(done) = at_once.await {
                return Ok(done.into_iter().map(|result| result.map_err(Problem::from)).collect());
            }
            let mut done = Vec::with_capacity(items.len());
            for item in items {
                let alone = items::alone(writer, context, (item, &procedures), &known, &fresh);
                done.push(lanes::own(alone.await)?);
            }
            Ok(done)
        };
        lanes::by_group(sent, (Item::dossier, GROUP), work).await
    }

    /// Carries out items in one transaction, and says whether what was done is kept.
    async fn together(
        &self,
        texts: &[Bytes],
        asked: &BatchQuery,
    ) -> Result<(bool, Vec<Result<Done, Problem>>), Problem> {
        let sent = self.read(texts);
        let procedures = self.procedures(&sent).await?;
        let read: Vec<&Item> = sent.iter().flatten().collect();
        let are_all = read.len() == sent.len();
        let keeps =
            |results: &[Result<Done, _>]| !asked.dry_run && are_all && results.iter().all(Result::is_ok);
        let fresh = async || self.state.calendars.fresh(&self.state.reader).await;
        let what = (read.as_slice(), &procedures);
        let (is_kept, done) = items::together(&self.state.writer, &self.context, what, keeps, &fresh).await?;
        let mut done = done.into_iter().map(|result| result.map_err(Problem::from));
        let results =
            sent.into_iter().filter_map(|item| item.map_or_else(|why| Some(Err(why)), |_| done.next()));
        Ok((is_kept, results.collect()))
    }

    fn read(&self, texts: &[Bytes]) -> Items {
        let read = |text: &Bytes| {
            let (item, needs_admin) = item(text)?;
            if needs_admin {
                self.caller.require_admin()?;
            }
            Ok(item)
        };
        texts.iter().map(read).collect()
    }

    /// The versions of the procedures that receipts name.
    async fn procedures(&self, items: &Items) -> Result<Procedures, DbError> {
        let mut procedures = Procedures::new();
        for item in items.iter().flatten() {
            if let Item::Receive(input) = item
                && !procedures.contains_key(&input.procedure)
            {
                let (version, reader) = (self.caller.catalogue_version, &self.state.reader);
                let versions = self.state.procedures.at(version, &input.procedure, reader).await?;
                procedures.insert(input.procedure.clone(), versions);
            }
        }
        Ok(procedures)
    }
}
