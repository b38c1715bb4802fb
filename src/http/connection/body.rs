//! The body of an answer, given in pieces as its client takes them, so that a client that takes nothing shows.

use super::Connection;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use std::error::Error;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What is handed over at once: as much as the server writes at once.
const PIECE: usize = 32 * 1024;

/// The largest body that is not followed, in bytes: it fits into the buffers of the socket.
const SMALL: u64 = 64 * 1024;

/// A body that says whose turn it is.
struct Followed {
    connection: Rc<Connection>,
    size: BodySize,
    rest: Rest,
}

enum Rest {
    Bytes(Bytes),
    Stream(BoxBody),
}

/// Follows a body, when it is a large one.
pub(super) fn followed(connection: Rc<Connection>, body: BoxBody) -> BoxBody {
    let size = body.size();
    if matches!(size, BodySize::None | BodySize::Sized(0..=SMALL)) {
        connection.asking();
        return body;
    }
    let rest = body.try_into_bytes().map_or_else(Rest::Stream, Rest::Bytes);
    BoxBody::new(Followed { connection, size, rest })
}

impl MessageBody for Followed {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.connection.answering();
        let next = match &mut self.rest {
            Rest::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Rest::Bytes(bytes) => Poll::Ready(Some(Ok(bytes.split_to(bytes.len().min(PIECE))))),
            Rest::Stream(stream) => Pin::new(stream).poll_next(cx),
        };
        match &next {
            Poll::Ready(Some(_)) => self.connection.taking(),
            Poll::Ready(None) => self.connection.asking(),
            Poll::Pending => {}
        }
        next
    }
}
