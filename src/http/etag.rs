//! Entity tags (RFC 9110 section 8.8.3): what they are made of, and the conditions `If-Match` and `If-None-Match`.
//!
//! The tag of a versioned resource begins with its version, so that any tag issued for a version guards a change of
//! that version, whichever view of it the tag came with. The tag of anything else is a digest of its body.

use crate::domain::refusal::Refusal;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use twox_hash::{XxHash3_64, XxHash3_128};

/// Bytes of a digest that a tag shows: too many to collide by chance.
const SHOWN: usize = 12;

/// An entity tag as it stands in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The strong tag of a view of a version: `view` holds everything that the body depends on besides the version.
    pub fn of_version(version: i32, view: &[u8]) -> Self {
        // The alphabet of digests has no point, so the tag of a body never looks like one of a version.
        Self(format!("\"{version}.{}\"", digest(view)))
    }

    /// The strong tag of a body.
    pub fn of_body(body: &[u8]) -> Self {
        Self(format!("\"{}\"", digest(body)))
    }

    /// The weak tag of a stream: `content` stands for the rows, without being their bytes.
    pub fn of_stream(content: &[u8]) -> Self {
        Self(format!("W/\"{}\"", digest(content)))
    }

    /// As it stands in the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a caller has what a tag stands for: `If-None-Match` names it, by weak comparison, or is `*`.
pub fn is_known(tag: &str, headers: &HeaderMap) -> bool {
    listed(headers, &IF_NONE_MATCH).any(|known| known == "*" || opaque(known) == opaque(tag))
}

/// A digest in the alphabet of tags. It covers the release too: another release may show the same in another form.
///
/// Not a defence against forgery: a tag says whether something changed, and a page is digested for every request.
fn digest(content: &[u8]) -> String {
    let release = XxHash3_64::oneshot(env!("CARGO_PKG_VERSION").as_bytes());
    let digest = XxHash3_128::oneshot_with_seed(release, content).to_be_bytes();
    URL_SAFE_NO_PAD.encode(&digest[..SHOWN])
}

/// A tag without its mark of weakness.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The tags that a header lists. Several headers are one list. No tag of ours holds a comma.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
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
    /// `If-None-Match: *`: that there is no such resource yet.
    Nothing,
}

impl IfMatch {
    /// Reads the headers. Of the two, the one that lets less be done counts.
    pub fn of(request: &HttpRequest) -> Self {
        let tags: Vec<String> = listed(request.headers(), &IF_MATCH).map(ToOwned::to_owned).collect();
        if listed(request.headers(), &IF_NONE_MATCH).any(|tag| tag == "*") {
            Self::Nothing
        } else if tags.is_empty() {
            Self::Absent
        } else if tags.iter().any(|tag| tag == "*") {
            Self::Any
        } else {
            Self::Tags(tags)
        }
    }

    /// Checks it against the present version of a resource that may be absent (`None`).
    ///
    /// A change of an existing resource needs the header: 428 without, 412 when stale.
    pub fn check(&self, version: Option<i32>) -> Result<(), Refusal> {
        match (self, version) {
            (Self::Absent, None) => Ok(()),
            (Self::Absent, Some(_)) => Err(Refusal::PreconditionRequired),
            (_, version) => self.check_if_given(version),
        }
    }

    /// The same for a resource that may be inherited: it is shown, with a version that may be 0, and becomes the caller's
    /// own when it is written. Only what is their own already needs the header.
    pub fn check_inherited(&self, shown: Option<i32>, is_own: bool) -> Result<(), Refusal> {
        match self {
            Self::Absent if is_own => Err(Refusal::PreconditionRequired),
            Self::Nothing if !is_own => Ok(()),
            _ => self.check_if_given(shown),
        }
    }

    /// The same where the header may be left out, as when something is added to a resource.
    pub fn check_if_given(&self, version: Option<i32>) -> Result<(), Refusal> {
        let holds = match (self, version) {
            (Self::Absent, _) | (Self::Any, Some(_)) | (Self::Nothing, None) => true,
            (Self::Tags(tags), Some(version)) => tags.iter().any(|tag| version_of(tag) == Some(version)),
            (Self::Any | Self::Tags(_), None) | (Self::Nothing, Some(_)) => false,
        };
        if holds { Ok(()) } else { Err(Refusal::PreconditionFailed) }
    }
}

/// The version that a strong tag was issued for.
fn version_of(tag: &str) -> Option<i32> {
    let (version, view) = tag.strip_prefix('"')?.strip_suffix('"')?.split_once('.')?;
    let issued = URL_SAFE_NO_PAD.decode(view).is_ok_and(|digest| digest.len() == SHOWN);
    // As it is written: no sign and no leading zero.
    version.parse().ok().filter(|number: &i32| issued && number.to_string() == version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn if_match(value: &str) -> IfMatch {
        IfMatch::of(&TestRequest::default().insert_header((IF_MATCH, value)).to_http_request())
    }

    #[test]
    fn a_change_needs_a_tag_of_the_present_version() {
        let (one_view, other_view) = (Tag::of_version(7, b"a"), Tag::of_version(7, b"b"));
        assert_ne!(one_view, other_view);
        assert_eq!(IfMatch::Absent.check(None), Ok(()));
        assert_eq!(IfMatch::Absent.check(Some(1)), Err(Refusal::PreconditionRequired));
        assert_eq!(if_match("*").check(Some(7)), Ok(()));
        assert_eq!(IfMatch::Nothing.check(None), Ok(()));
        assert_eq!(IfMatch::Nothing.check(Some(7)), Err(Refusal::PreconditionFailed));
        assert_eq!(if_match("*").check(None), Err(Refusal::PreconditionFailed));
        assert_eq!(if_match(one_view.as_str()).check(Some(7)), Ok(()));
        assert_eq!(
            if_match(&format!("\"3.AAAAAAAAAAAAAAAA\", {}", other_view.as_str())).check(Some(7)),
            Ok(())
        );
        assert_eq!(if_match(one_view.as_str()).check(Some(8)), Err(Refusal::PreconditionFailed));
        // Stale, weak, or never issued.
        for other in
            ["7", "\"7\"", "\"7.x\"", "\"7.\"", "\"07.AAAAAAAAAAAAAAAA\"", "\"+7.AAAAAAAAAAAAAAAA\"", ""]
        {
            assert_eq!(if_match(other).check(Some(7)), Err(Refusal::PreconditionFailed), "{other}");
        }
        let weak = format!("W/{}", one_view.as_str());
        assert_eq!(if_match(&weak).check(Some(7)), Err(Refusal::PreconditionFailed), "strong comparison");
    }

    #[test]
    fn a_condition_may_be_left_out_where_something_is_added() {
        assert_eq!(IfMatch::Absent.check_if_given(Some(7)), Ok(()));
        assert_eq!(
            if_match("\"6.AAAAAAAAAAAAAAAA\"").check_if_given(Some(7)),
            Err(Refusal::PreconditionFailed)
        );
    }

    #[test]
    fn what_a_caller_has_is_compared_weakly() {
        let tag = Tag::of_body(b"x");
        let known = |value: &str| {
            let request = TestRequest::default().insert_header((IF_NONE_MATCH, value)).to_http_request();
            is_known(tag.as_str(), request.headers())
        };
        assert!(known(tag.as_str()) && known("*") && known(&format!("\"a\", W/{}", tag.as_str())));
        assert!(!known("\"a\"") && !known(tag.as_str().trim_matches('"')) && !known(""));
        assert!(!is_known(tag.as_str(), &HeaderMap::new()));
    }
}
