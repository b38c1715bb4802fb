//! Why a caller wants to see personal data: the header `X-Access-Reason`, percent-encoded UTF-8.

use super::error::Problem;
use crate::domain::refusal::{Refusal, Rule};
use crate::domain::text::clean;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

/// The header.
const NAME: HeaderName = HeaderName::from_static("x-access-reason");

/// Fewest characters of a reason: fewer say nothing.
const SHORTEST: usize = 5;

/// Most characters of a reason.
const LONGEST: usize = 300;

/// Whether a caller states a reason, good or bad.
pub fn is_given(request: &HttpRequest) -> bool {
    request.headers().contains_key(NAME)
}

/// The reason that a caller states.
pub fn given(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let refused = |message: String| Refusal::header("X-Access-Reason", Rule::InvalidValue, message).into();
    let values: Vec<_> = request.headers().get_all(NAME).collect();
    let value = match values.as_slice() {
        [] => return Ok(None),
        [value] => value.as_bytes(),
        _ => return Err(refused("must be given once".into())),
    };
    let Some(text) = decoded(value).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Err(refused(
            "must be UTF-8 in percent-encoding (RFC 3986), such as Tra%20c%E1%BB%A9u".into(),
        ));
    };
    let reason = clean(&text, LONGEST).map_err(|why| refused(why.to_string()))?;
    if reason.chars().count() < SHORTEST {
        return Err(refused(format!("must have at least {SHORTEST} characters")));
    }
    Ok(Some(reason))
}

/// The bytes of a percent-encoded text; `None` when it is none. What need not be encoded is printable ASCII.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b' '..=b'~' => *byte,
            _ => return None,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn of(values: &[&str]) -> Result<Option<String>, Problem> {
        let request = values
            .iter()
            .fold(TestRequest::default(), |request, value| request.append_header((NAME, *value)));
        given(&request.to_http_request())
    }

    #[test]
    fn a_reason_is_percent_encoded_and_says_something() {
        assert_eq!(of(&[]).unwrap(), None);
        assert_eq!(
            of(&["Tra%20c%E1%BB%A9u%20h%e1%bb%93 s%C6%A1"]).unwrap().as_deref(),
            Some("Tra cứu hồ sơ")
        );
        assert_eq!(of(&["%20khi%E1%BA%BFu n%E1%BA%A1i%20"]).unwrap().as_deref(), Some("khiếu nại"));
        let (longest, longer) = ("%C4%91".repeat(LONGEST), "%C4%91".repeat(LONGEST + 1));
        assert!(of(&[&longest]).unwrap().is_some());
        for bad in
            ["", "abcd", "%20%20%20%20%20", "abcde%", "abcde%2", "abcde%zz", "abcde%FF", "abcde%00", &longer]
        {
            assert!(of(&[bad]).is_err(), "{bad}");
        }
        assert!(of(&["first reason", "second reason"]).is_err());
        let raw = TestRequest::default().insert_header((NAME, "khiếu nại".as_bytes())).to_http_request();
        assert!(given(&raw).is_err() && is_given(&raw));
    }
}
