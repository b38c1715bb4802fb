//! Where the database is, and how each door connects to it: name, time-outs, plan mode.
//!
//! Must not show the URL, which may hold a password, in a message or a log line.

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use std::time::Duration;
use tokio_postgres::{Config, NoTls};

/// How long to wait for the server to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A database to connect to.
#[derive(Clone)]
pub struct Database {
    config: Config,
}

/// A URL that names no PostgreSQL database.
#[derive(Debug, thiserror::Error)]
#[error("DATABASE_URL is not a PostgreSQL URL such as postgres://user:password@host:5432/database")]
pub struct BadDatabaseUrl;

/// What a connection is for; decides its settings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Door {
    Reader,
    Slow,
    Export,
    Writer,
    Worker,
    Replica,
    Migrate,
}

impl Door {
    /// Settings of the session. Generic plans where the SQL is fixed and hot: planning costs more than running it.
    /// Exports read in the order of an index rather than sort, so that the first row comes at once and nothing spills. None compiles: of a
    /// statement of many parts, such as a report, that takes longer than running it.
    const fn options(self) -> &'static str {
        match self {
            Self::Reader => "-c plan_cache_mode=force_generic_plan -c statement_timeout=5s",
            Self::Writer => {
                "-c plan_cache_mode=force_generic_plan -c statement_timeout=10s -c lock_timeout=5s \
                 -c idle_in_transaction_session_timeout=60s"
            }
            Self::Slow => {
                "-c plan_cache_mode=auto -c statement_timeout=60s -c default_transaction_read_only=on"
            }
            Self::Export => {
                "-c plan_cache_mode=auto -c statement_timeout=30min -c default_transaction_read_only=on \
                 -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"
            }
            // The server must notice soon that a leader is gone without a word, or nobody could take its place.
            Self::Worker => {
                "-c statement_timeout=5s -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 \
                 -c tcp_keepalives_count=3"
            }
            Self::Replica => "-c statement_timeout=2s",
            Self::Migrate => "-c statement_timeout=0",
        }
    }

    pub(super) const fn application_name(self) -> &'static str {
        match self {
            Self::Reader => "congkhai-reader",
            Self::Slow => "congkhai-slow",
            Self::Export => "congkhai-export",
            Self::Writer => "congkhai-writer",
            Self::Worker => "congkhai-worker",
            Self::Replica => "congkhai-replica",
            Self::Migrate => "congkhai-migrate",
        }
    }
}

impl Database {
    /// Reads a URL.
    pub fn parse(url: &str) -> Result<Self, BadDatabaseUrl> {
        let mut config: Config = url.parse().map_err(|_| BadDatabaseUrl)?;
        config.connect_timeout(CONNECT_TIMEOUT);
        Ok(Self { config })
    }

    /// Connects.
    pub(super) async fn connect(&self, door: Door) -> ConnectionResult<AsyncPgConnection> {
        let mut config = self.config.clone();
        config.application_name(door.application_name()).options(format!("-c jit=off {}", door.options()));
        let attempt = async {
            let (client, connection) =
                config.connect(NoTls).await.map_err(|e| ConnectionError::BadConnection(reason(&e)))?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        };
        match tokio::time::timeout(CONNECT_TIMEOUT, attempt).await {
            Ok(connected) => connected,
            Err(_) => Err(ConnectionError::BadConnection("no answer in time".into())),
        }
    }
}

/// The error with its cause, which alone says what the server said.
fn reason(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
