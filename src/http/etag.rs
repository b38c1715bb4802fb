//! Guards changes: the `ETag` of a versioned resource, and `If-Match` (RFC 9110 sections 8.8.3, 13.1.1).

use crate::domain::refusal::Refusal;
use actix_web::HttpRequest;
use actix_web::http::header::IF_MATCH;

/// The tag of a version.
pub fn tag(version: i32) -> String {
    format!("\"{version}\"")
}

/// What a caller demands of the present version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing was said.
    Absent,
    /// `*`: that the resource exists.
    Any,
    /// That it has one of these tags.
    Tags(Vec<String>),
}

impl IfMatch {
    /// Reads the header. Several headers are one list.
    pub fn of(request: &HttpRequest) -> Self {
        let values: Vec<&str> = request.headers().get_all(IF_MATCH).filter_map(|v| v.to_str().ok()).collect();
        if values.is_empty() {
            return Self::Absent;
        }
        let tags = values.iter().flat_map(|v| v.split(',')).map(|tag| tag.trim().to_owned());
        let tags: Vec<String> = tags.collect();
        if tags.iter().any(|t| t == "*") { Self::Any } else { Self::Tags(tags) }
    }

    /// Checks it against the present version of a resource that may be absent (`None`).
    ///
    /// A change of an existing resource needs the header: 428 without, 412 when stale.
    pub fn check(&self, version: Option<i32>) -> Result<(), Refusal> {
        match (self, version) {
            (Self::Absent, None) | (Self::Any, Some(_)) => Ok(()),
            (Self::Absent, Some(_)) => Err(Refusal::PreconditionRequired),
            (Self::Tags(tags), Some(version)) if tags.contains(&tag(version)) => Ok(()),
            (Self::Any | Self::Tags(_), _) => Err(Refusal::PreconditionFailed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_change_needs_the_present_tag() {
        let header = |value: &str| {
            IfMatch::of(&TestRequest::default().insert_header((IF_MATCH, value)).to_http_request())
        };
        assert_eq!(IfMatch::Absent.check(None), Ok(()));
        assert_eq!(IfMatch::Absent.check(Some(1)), Err(Refusal::PreconditionRequired));
        assert_eq!(header("*").check(Some(7)), Ok(()));
        assert_eq!(header("*").check(None), Err(Refusal::PreconditionFailed));
        assert_eq!(header("\"3\", \"7\"").check(Some(7)), Ok(()));
        assert_eq!(header("\"6\"").check(Some(7)), Err(Refusal::PreconditionFailed));
        assert_eq!(header("7").check(Some(7)), Err(Refusal::PreconditionFailed), "not a tag");
        assert_eq!(header("W/\"7\"").check(Some(7)), Err(Refusal::PreconditionFailed), "strong comparison");
    }
}
