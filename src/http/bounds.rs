//! How long the head of a request may be: its path with the query, and its headers.
//!
//! What is longer than this gets a problem. What the server below does not take at all, a head of 128 KiB, more than 96 headers or a path
//! of 64 KiB, it answers by itself with a bare 431 or 400 and closes the connection.

use super::error::{Code, Problem};
use actix_web::HttpRequest;

/// The longest path with its query, in bytes: 200 codes of dossiers fit, each comma of them encoded.
pub const LONGEST_TARGET: usize = 16 * 1024;

/// Most header lines.
pub const MOST_HEADERS: usize = 64;

/// The longest header, name and value, in bytes.
pub const LONGEST_HEADER: usize = 8 * 1024;

/// The most that all headers have, names and values, in bytes.
pub const MOST_HEADER_BYTES: usize = 32 * 1024;

/// Refuses a request whose head is too long.
pub fn check(request: &HttpRequest) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > LONGEST_TARGET {
        let detail = format!("A path with its query has at most {LONGEST_TARGET} bytes.");
        return Err(Problem::new(Code::UriTooLong).detail(detail));
    }
    let (mut lines, mut bytes) = (0, 0);
    for (name, value) in request.headers() {
        let length = name.as_str().len() + value.len();
        if length > LONGEST_HEADER {
            return Err(too_large(format!("A header has at most {LONGEST_HEADER} bytes.")));
        }
        lines += 1;
        bytes += length;
    }
    if lines > MOST_HEADERS {
        return Err(too_large(format!("At most {MOST_HEADERS} headers.")));
    }
    if bytes > MOST_HEADER_BYTES {
        return Err(too_large(format!("All headers together have at most {MOST_HEADER_BYTES} bytes.")));
    }
    Ok(())
}

fn too_large(detail: String) -> Problem {
    Problem::new(Code::HeadersTooLarge).detail(detail)
}
