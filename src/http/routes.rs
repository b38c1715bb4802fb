//! Answers for what is not there: 404 for an unknown path, 405 with `Allow` for a known path and another method.
//!
//! The paths come from the API document, which has every route; so the two cannot differ.

use super::error::{Code, Problem};
use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::{HttpMethod, OpenApi};

/// Every path of the service with its methods, for the `Allow` header.
pub struct Routes(Vec<(ResourceDef, String)>);

impl Routes {
    /// Reads them out of the API document.
    pub fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                (HttpMethod::Get, item.get.is_some(), "GET, HEAD"),
                (HttpMethod::Put, item.put.is_some(), "PUT"),
                (HttpMethod::Post, item.post.is_some(), "POST"),
                (HttpMethod::Delete, item.delete.is_some(), "DELETE"),
                (HttpMethod::Patch, item.patch.is_some(), "PATCH"),
            ];
            let allow: Vec<_> = methods.into_iter().filter(|m| m.1).map(|m| m.2).collect();
            (ResourceDef::new(path.as_str()), allow.join(", "))
        });
        Self(paths.collect())
    }

    fn allow(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(route, _)| route.is_match(path)).map(|(_, allow)| allow.as_str())
    }
}

/// The default service.
pub async fn not_found(request: HttpRequest, routes: web::Data<Routes>) -> Result<HttpResponse, Problem> {
    match routes.allow(request.path()) {
        Some(allow) => Err(Problem::method_not_allowed(allow)),
        None => Err(Problem::new(Code::NotFound).detail("There is no such path.")),
    }
}
