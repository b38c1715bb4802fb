//! The way out of a process: it is not ready for more, each answer is the last of its connection, and connections are counted.
//!
//! A connection that is kept alive would else be closed while its client sends the next request on it. Told with the answer
//! before (RFC 9112 section 9.6), the client opens another, which whoever comes next takes.

use actix_web::HttpResponse;
use actix_web::http::ConnectionType;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// Whether the process is on its way out, and how many connections it has.
#[derive(Default)]
pub struct Draining {
    has_begun: AtomicBool,
    open: AtomicUsize,
    none_left: Notify,
}

/// A connection, until it is dropped.
pub struct Connected(Arc<Draining>);

impl Draining {
    /// From now on every answer is the last of its connection.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::SeqCst);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::SeqCst)
    }

    /// Counts a connection while what this returns lives.
    pub fn connected(self: &Arc<Self>) -> Connected {
        self.open.fetch_add(1, Ordering::SeqCst);
        Connected(Arc::clone(self))
    }

    /// Waits until no connection is open.
    pub async fn none_left(&self) {
        loop {
            // Made before the look, so that no end between the two is missed.
            let ended = self.none_left.notified();
            if self.open.load(Ordering::SeqCst) == 0 {
                return;
            }
            ended.await;
        }
    }

    /// Says in an answer that it is the last of its connection, when it is.
    pub(super) fn end_connection<B>(&self, answer: &mut HttpResponse<B>) {
        if self.has_begun() {
            answer.head_mut().set_connection_type(ConnectionType::Close);
        }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.none_left.notify_waiters();
        }
    }
}
