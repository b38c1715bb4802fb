//! The dossier that a path names: an extractor that reads it while the caller's key is being proved, so that both
//! questions travel to the database together. What it found is shown only to a caller who may see it.

use super::queries::{ByCode, Found, WithEvents, known, visible};
use crate::db::DbError;
use crate::domain::ids::DossierCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::as_of::AsOf;
use crate::features::auth::{self, Principal};
use crate::http::error::{Code, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// What is sought, and what was found of it as it is, not yet judged.
pub struct Sought {
    code: Option<DossierCode>,
    present: Result<Option<Rc<Found>>, DbError>,
}

impl Sought {
    /// The dossier, if the caller sees it. One they do not see is not there. As of an earlier instant it is read now, and
    /// what is judged is the state that is shown.
    pub async fn seen_by(
        self,
        caller: &Principal,
        as_of: &AsOf,
        state: &State,
    ) -> Result<Rc<Found>, Problem> {
        let found = match (as_of.known, &self.code) {
            (None, _) => self.present?,
            (Some(_), None) => None,
            (at @ Some(_), Some(code)) => {
                state.slow.snapshot(at, async |conn| known(conn, code.as_str()).await).await?.map(Rc::new)
            }
        };
        let found = found.filter(|found| visible::sees(&caller.visible, &found.dossier));
        Ok(found.ok_or(Refusal::NotFound)?)
    }
}

impl FromRequest for Sought {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let code = web::Path::<String>::from_request(request, payload).into_inner();
        let code = code.ok().and_then(|code| DossierCode::parse(&code).ok());
        // The path as it was routed: a client may write its letters as it likes, such as `%65vents`.
        let path = request.match_info().as_str();
        let query = request.query_string();
        let with_events = path.ends_with("/events") || path.ends_with("/deadline") || !query.is_empty();
        // Nothing is read for a caller without anything like a key, and not the present for who asks for the past.
        let is_asked = auth::token(request).is_some() && !query.contains("as_of=");
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::new(Code::Internal))?;
            let Some(sought) = code.as_ref().filter(|_| is_asked) else {
                return Ok(Self { code, present: Ok(None) });
            };
            let (reader, sought) = (&state.reader, sought.as_str().to_owned());
            let present = if with_events {
                reader.find::<WithEvents>(sought).await
            } else {
                reader.find::<ByCode>(sought).await
            };
            Ok(Self { code, present })
        })
    }
}
