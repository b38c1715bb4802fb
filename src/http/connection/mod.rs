//! Connections: how many a client address has at once, and how long each may stand still.
//!
//! actix-web bounds the connections of all clients together, and the time for the head of the first request on each. This does the rest:
//! later heads, answers that their client does not take, and one address that would have all connections. `watch` ends what stands
//! still, `body` says how an answer gets on. It works on a second handle of the socket, so a connection is two descriptors.

mod body;
mod watch;

pub use watch::Connection;

use super::error::{Code, Language, Problem};
use super::limit::{Address, Limits};
use super::patience::Patience;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use prometheus::IntCounter;
use std::any::Any;
use std::collections::HashMap;
use std::io::Write;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The connections of all workers.
pub struct Connections {
    limits: Arc<Limits>,
    /// The most of an address; `None`: no limit.
    most: Option<usize>,
    patience: Patience,
    refused: IntCounter,
    open: Mutex<HashMap<Address, usize>>,
}

/// The place of a connection among those of its address, free again when it goes.
struct Place {
    connections: Arc<Connections>,
    address: Address,
}

impl Connections {
    /// No connection yet.
    pub fn new(limits: Arc<Limits>, most: Option<usize>, patience: Patience, refused: IntCounter) -> Self {
        Self { limits, most, patience, refused, open: Mutex::default() }
    }

    /// Takes a new connection under watch, or refuses it. Called by the worker that serves it.
    pub fn opened(self: &Arc<Self>, socket: &dyn Any, data: &mut Extensions) {
        let Some(socket) = socket.downcast_ref::<TcpStream>() else { return };
        // Neither is there when the client has gone again, nor without descriptors: then actix-web's own bounds must do.
        let (Ok(peer), Ok(handle)) = (socket.peer_addr(), socket.as_fd().try_clone_to_owned()) else {
            return;
        };
        let handle = std::net::TcpStream::from(handle);
        match self.place(peer.ip()) {
            Ok(place) => {
                data.insert(Connection::watched(handle, place, self.patience));
            }
            Err(full) => {
                self.refused.inc();
                refuse(&handle, &full);
                // Whatever it may have sent already is not carried out.
                data.insert(Refused);
            }
        }
    }

    /// A place for one more connection of an address. A proxy that is trusted has those of all its clients.
    fn place(self: &Arc<Self>, peer: IpAddr) -> Result<Option<Place>, Problem> {
        let Some(most) = self.most.filter(|_| !self.limits.is_proxy(peer)) else { return Ok(None) };
        let address = Address::from(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= most {
            return Err(too_many(most));
        }
        *count += 1;
        Ok(Some(Place { connections: Arc::clone(self), address }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// Marks a connection that was refused.
pub(super) struct Refused;

fn too_many(most: usize) -> Problem {
    Problem::new(Code::TooManyConnections)
        .detail(format!("At most {most} connections of an address at once."))
}

/// Says why, and closes the connection. Before any request: so in English, and with an id that no log line has.
fn refuse(mut handle: &std::net::TcpStream, full: &Problem) {
    let body = full.body(Language::English, &Uuid::now_v7().to_string()).to_string();
    let head = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close";
    // A client that does not get it is refused all the same.
    let _ = handle.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    let _ = handle.shutdown(std::net::Shutdown::Both);
}

impl Connection {
    /// Whether the connection of a request was refused.
    pub fn is_refused(request: &actix_web::HttpRequest) -> bool {
        request.conn_data::<Refused>().is_some()
    }

    /// The connection of a request, when it is watched.
    pub fn of(request: &actix_web::HttpRequest) -> Option<Rc<Self>> {
        request.conn_data::<Rc<Self>>().cloned()
    }
}
