//! A connection of plain bytes, for what no well-behaved client sends.
//!
//! It blocks: the service under test has threads of its own. Whatever is waited for comes within a minute, or the test fails.

use super::TestApp;
use actix_web::rt::net::TcpSocket;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two bytes of a client that is slow on purpose.
const DRIP: Duration = Duration::from_millis(20);

pub struct Raw(TcpStream);

/// What came back, its body as text.
pub struct RawAnswer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Raw {
    pub fn to(app: &TestApp) -> Self {
        Self::at(app.base.trim_start_matches("http://").parse().unwrap())
    }

    pub fn at(address: SocketAddr) -> Self {
        Self::on(TcpStream::connect(address).unwrap())
    }

    /// From another address of this machine.
    pub async fn from(app: &TestApp, address: Ipv4Addr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        let stream = socket.connect(app.base.trim_start_matches("http://").parse().unwrap()).await.unwrap();
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        Self::on(stream)
    }

    fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends a GET and reads its answer.
    pub fn get(&mut self, path: &str) -> RawAnswer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        self.answer()
    }

    /// The next answer.
    pub fn answer(&mut self) -> RawAnswer {
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(self.0.read(&mut byte).unwrap(), 1, "closed after {}", String::from_utf8_lossy(&head));
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.0.read_exact(&mut body).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        RawAnswer { status, head, body: String::from_utf8(body).unwrap() }
    }

    /// Everything until the service closes the connection.
    pub fn rest(mut self) -> String {
        let mut rest = vec![];
        if let Err(error) = self.0.read_to_end(&mut rest) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "it is not closed: {error}");
        }
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// Sends a byte now and then until something comes back or the connection is closed.
    pub fn drip(mut self, bytes: &[u8]) -> String {
        self.0.set_read_timeout(Some(DRIP)).unwrap();
        let until = Instant::now() + PATIENCE;
        let mut first = [0];
        for byte in bytes.iter().cycle() {
            assert!(Instant::now() < until, "a client that sends a byte now and then is not cut off");
            if self.0.write_all(&[*byte]).is_err() {
                return String::new();
            }
            match self.0.read(&mut first) {
                Ok(0) => return String::new(),
                Ok(_) => break,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return String::new(),
            }
        }
        self.0.set_read_timeout(Some(PATIENCE)).unwrap();
        String::from_utf8_lossy(&first).into_owned() + &self.rest()
    }

    /// Asks on and on without taking an answer, until the connection is closed.
    pub fn asks_until_closed(mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        self.0.set_write_timeout(Some(DRIP)).unwrap();
        while Instant::now() < until {
            match self.0.write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n") {
                Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                    return true;
                }
                _ => std::thread::yield_now(),
            }
        }
        false
    }

    /// Sends a request at once and reads until the connection is closed, however soon that is.
    pub fn sends_at_once(mut self, request: &str) -> String {
        // It may have been closed before.
        let _ = self.0.write_all(request.as_bytes());
        self.rest()
    }

    /// The status of a GET; `None` when the connection is closed instead.
    pub fn tries(mut self, path: &str) -> Option<u16> {
        self.0
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .ok()?;
        self.rest().split(' ').nth(1)?.parse().ok()
    }

    /// Whether nothing has come back so far.
    pub fn is_silent(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let peeked = self.0.peek(&mut [0]);
        self.0.set_nonblocking(false).unwrap();
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}
