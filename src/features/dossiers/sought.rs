//! The dossier that a path names: an extractor that reads it while the caller's key is being proved, so that both
//! questions travel to the database together. What it found is shown only to a caller who may see it.

use super::queries::{ByCode, Found, WithEvents, visible};
use crate::db::DbError;
use crate::domain::ids::DossierCode;
use crate::domain::refusal::Refusal;
use crate::features::State;
use crate::features::auth::{self, Principal};
use crate::http::error::{Code, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// What was found, not yet judged.
pub struct Sought(Result<Option<Rc<Found>>, DbError>);

impl Sought {
    /// The dossier, if the caller sees it. One they do not see is not there.
    pub fn seen_by(self, caller: &Principal) -> Result<Rc<Found>, Problem> {
        let found = self.0?.filter(|found| visible::sees(&caller.visible, &found.dossier));
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
        // Nothing is read for a caller without anything like a key.
        let code = code.filter(|_| auth::token(request).is_some());
        // The path as it was routed: a client may write its letters as it likes, such as `%65vents`.
        let path = request.match_info().as_str();
        let with_events =
            path.ends_with("/events") || path.ends_with("/deadline") || !request.query_string().is_empty();
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::new(Code::Internal))?;
            let Some(code) = code else { return Ok(Self(Ok(None))) };
            let (reader, code) = (&state.reader, code.as_str().to_owned());
            Ok(Self(if with_events {
                reader.find::<WithEvents>(code).await
            } else {
                reader.find::<ByCode>(code).await
            }))
        })
    }
}
