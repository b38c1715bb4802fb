//! `congkhai health`: asks a running service whether it is ready. A container needs no other program for it.

use super::Outcome;
use clap::Args;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Ends with status 0 when the service is ready.
#[derive(Args)]
pub(super) struct Health {
    /// Address the service listens on; 0.0.0.0 is asked as 127.0.0.1
    #[arg(long, env = "CONGKHAI_BIND", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    bind: SocketAddr,
}

impl Health {
    pub(super) fn run(self) -> Outcome {
        let mut address = self.bind;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)
            .map_err(|e| format!("nothing answers on {address}: {e}"))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        let status = answer.lines().next().unwrap_or("no answer");
        if status.starts_with("HTTP/1.1 200") {
            println!("ready");
            return Ok(());
        }
        Err(format!("not ready: {status}").into())
    }
}
