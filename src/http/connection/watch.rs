//! Ends a connection on which nothing moves: no request becomes whole, or nobody takes the answer.
//!
//! Work of the service itself is never ended here; the database has time-outs of its own.

use super::{Place, body};
use crate::http::patience::Patience;
use actix_web::body::BoxBody;
use actix_web::rt::time::{Instant, sleep_until};
use std::cell::Cell;
use std::net::{Shutdown, TcpStream};
use std::rc::{Rc, Weak};
use std::time::Duration;

/// A connection under watch.
pub struct Connection {
    /// A second handle of the socket.
    handle: TcpStream,
    turn: Cell<Turn>,
    _place: Option<Place>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// The client's, to send a whole request.
    Asking(Instant),
    /// The service's, to answer.
    Answering,
    /// The client's, to take what it was given.
    Taking(Instant),
}

impl Connection {
    /// Watches a new connection until it goes.
    pub(super) fn watched(handle: TcpStream, place: Option<Place>, patience: Patience) -> Rc<Self> {
        let turn = Cell::new(Turn::Asking(Instant::now()));
        let connection = Rc::new(Self { handle, turn, _place: place });
        actix_web::rt::spawn(watch(Rc::downgrade(&connection), patience));
        connection
    }

    /// The service works on an answer.
    pub fn answering(&self) {
        self.turn.set(Turn::Answering);
    }

    /// The client may ask again.
    pub fn asking(&self) {
        self.turn.set(Turn::Asking(Instant::now()));
    }

    /// The client has something to take.
    pub(super) fn taking(&self) {
        self.turn.set(Turn::Taking(Instant::now()));
    }

    /// Follows the body of an answer to its end, after which the client may ask again.
    pub fn follow(self: Rc<Self>, body: BoxBody) -> BoxBody {
        body::followed(self, body)
    }

    /// Until when the client must have moved.
    fn deadline(&self, patience: &Patience) -> Option<Instant> {
        match self.turn.get() {
            Turn::Asking(since) => Some(since + patience.between + patience.head),
            Turn::Answering => None,
            Turn::Taking(since) => Some(since + patience.answer),
        }
    }
}

/// How often it is looked whether an answer is ready. No turn of a client begins and ends in between.
fn interval(patience: &Patience) -> Duration {
    patience.answer.min(patience.between + patience.head)
}

async fn watch(connection: Weak<Connection>, patience: Patience) {
    loop {
        // The connection is not held while nothing happens, so that it can go.
        let Some(open) = connection.upgrade() else { return };
        let now = Instant::now();
        let wake = match open.deadline(&patience) {
            Some(deadline) if deadline <= now => {
                // Gone already, or ended by this: what it waits for fails.
                let _ = open.handle.shutdown(Shutdown::Both);
                return;
            }
            Some(deadline) => deadline,
            None => now + interval(&patience),
        };
        drop(open);
        sleep_until(wake).await;
    }
}
