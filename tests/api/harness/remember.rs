//! Middleware of the client: an answer remembers what was asked, so that it can be held against the document.

use actix_web::HttpMessage;
use actix_web::dev::Service;
use actix_web::http::{Method, Uri};
use awc::error::SendRequestError;
use awc::middleware::Transform;
use awc::{ConnectRequest, ConnectResponse};
use std::pin::Pin;
use std::task::{Context, Poll};

/// What was asked.
#[derive(Clone)]
pub struct Asked {
    pub method: Method,
    pub uri: Uri,
}

/// Adds [`Asked`] to each answer.
pub struct Remember;

/// The same, around a connector.
pub struct Remembering<S>(S);

impl<S> Transform<S, ConnectRequest> for Remember
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError> + 'static,
{
    type Transform = Remembering<S>;

    fn new_transform(self, service: S) -> Remembering<S> {
        Remembering(service)
    }
}

impl<S> Service<ConnectRequest> for Remembering<S>
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError> + 'static,
{
    type Response = ConnectResponse;
    type Error = SendRequestError;
    type Future = Pin<Box<dyn Future<Output = Result<ConnectResponse, SendRequestError>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), SendRequestError>> {
        self.0.poll_ready(context)
    }

    fn call(&self, request: ConnectRequest) -> Self::Future {
        let asked = match &request {
            ConnectRequest::Client(head, ..) => {
                let head = head.as_ref();
                Some(Asked { method: head.method.clone(), uri: head.uri.clone() })
            }
            ConnectRequest::Tunnel(..) => None,
        };
        let answered = self.0.call(request);
        Box::pin(async move {
            let response = answered.await?;
            if let (ConnectResponse::Client(response), Some(asked)) = (&response, asked) {
                response.extensions_mut().insert(asked);
            }
            Ok(response)
        })
    }
}
