//! Settings: a flag and an environment variable for each, listed in `.env.example` and by `--help`.
//!
//! The log reads `RUST_LOG` and the embedded cluster `PG_BIN_DIR`; nothing else reads the environment. A secret is never shown: `DATABASE_URL` may hold a password.

use crate::http::limit::{Rate, Rates, TrustedProxies};
use crate::telemetry::LogFormat;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the database is.
#[derive(Clone, Debug, Args)]
pub struct DatabaseSettings {
    /// PostgreSQL server to use, such as `postgres://user:password@host:5432/congkhai`. Not set: an embedded cluster
    /// in the data directory
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// Directory of the embedded cluster
    #[arg(long, env = "CONGKHAI_DATA_DIR", default_value = "./.data", value_name = "DIR")]
    pub data_dir: PathBuf,
}

impl DatabaseSettings {
    /// Whether it is the embedded cluster. An empty variable, as a Compose file may set it, is one that is not set.
    pub fn is_embedded(&self) -> bool {
        self.database_url.as_ref().is_none_or(String::is_empty)
    }
}

/// How the log looks. Its level is `RUST_LOG`.
#[derive(Clone, Copy, Debug, Args)]
pub struct LogSettings {
    /// Shape of the log lines
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
}

/// A setting that is never shown.
#[derive(Clone)]
pub struct Secret(pub String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a secret")
    }
}

/// How the service serves.
#[derive(Clone, Debug, Args)]
pub struct ServerSettings {
    /// Address to listen on, unless a socket is handed over (`LISTEN_FDS`, as systemd does)
    #[arg(long, env = "CONGKHAI_BIND", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub bind: SocketAddr,

    /// Worker threads, each with one connection for reads; as many as processors when not given
    #[arg(long, env = "CONGKHAI_WORKERS", value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub workers: Option<u16>,

    /// Connections for lists and counts, and as many again for exports
    #[arg(long, env = "CONGKHAI_SLOW_CONNECTIONS", default_value_t = 3,
        value_parser = clap::value_parser!(u16).range(1..=64), value_name = "N")]
    pub slow_connections: u16,

    /// Connections for writes
    #[arg(long, env = "CONGKHAI_WRITER_CONNECTIONS", default_value_t = 12,
        value_parser = clap::value_parser!(u16).range(1..=64), value_name = "N")]
    pub writer_connections: u16,

    /// Streaming replica from which public pages are read, as a URL like `DATABASE_URL`; none when not given
    #[arg(long, env = "DATABASE_REPLICA_URL", hide_env_values = true, value_name = "URL")]
    pub replica_url: Option<String>,

    /// Seconds that the replica may be behind; beyond that public pages are read from the database itself
    #[arg(long, env = "CONGKHAI_REPLICA_SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(2..=600), value_name = "SECONDS")]
    pub replica_seconds: u16,

    /// Connections of clients at once, each two file descriptors; those beyond wait until one ends
    #[arg(long, env = "CONGKHAI_CONNECTIONS", default_value_t = 4096,
        value_parser = clap::value_parser!(u16).range(1..), value_name = "N")]
    pub connections: u16,

    /// Connections at once of a client address that is no trusted proxy; those beyond are refused; 0 for no limit
    #[arg(long, env = "CONGKHAI_CONNECTIONS_PER_ADDRESS", default_value_t = 256, value_name = "N")]
    pub connections_per_address: u16,

    /// Seconds for which an answer under /v1/public may be shown from memory; 0 for none
    #[arg(long, env = "CONGKHAI_PUBLIC_CACHE_SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u16).range(0..=600), value_name = "SECONDS")]
    pub public_cache_seconds: u16,

    /// Requests a second of each client address to /v1/public; 0 for no limit
    #[arg(long, env = "CONGKHAI_PUBLIC_RATE", default_value = "20", value_parser = per_second, value_name = "RATE")]
    pub public_rate: f64,

    /// Requests that a client address may send at once to /v1/public
    #[arg(long, env = "CONGKHAI_PUBLIC_BURST", default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000), value_name = "N")]
    pub public_burst: u32,

    /// Requests a second of each client address whose key does not work; 0 for no limit
    #[arg(long, env = "CONGKHAI_AUTHENTICATION_RATE", default_value = "1", value_parser = per_second, value_name = "RATE")]
    pub authentication_rate: f64,

    /// Proxies whose X-Forwarded-For is believed: addresses and networks such as 10.0.0.0/8, with commas; none when
    /// not given
    #[arg(long, env = "CONGKHAI_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub trusted_proxies: Option<TrustedProxies>,

    /// File with the secret key that signs the roots of the daily log, PKCS#8 in PEM. Not set: with an embedded cluster a file
    /// in the data directory, made at the first start; with a server of your own no roots are made
    #[arg(long, env = "CONGKHAI_SIGNING_KEY_FILE", value_name = "FILE")]
    pub signing_key_file: Option<PathBuf>,

    /// Keys that encrypt personal data, each 32 bytes in hexadecimal or base64, with commas between; the first encrypts. Not
    /// set: with an embedded cluster a file in the data directory, made at the first start; with a server of your own no dossiers are
    /// taken
    #[arg(long, env = "CONGKHAI_DATA_KEY", hide_env_values = true, value_name = "KEYS")]
    pub data_key: Option<Secret>,

    /// Seconds after SIGTERM in which everything is still answered, with `Connection: close`, while `/health/ready` says 503; then come
    /// those of `CONGKHAI_SHUTDOWN_SECONDS`. Not set: 2 with a socket that systemd handed over, else none
    #[arg(long, env = "CONGKHAI_DRAIN_SECONDS", value_parser = clap::value_parser!(u16).range(0..=600), value_name = "SECONDS")]
    pub drain_seconds: Option<u16>,

    /// Seconds that requests under way are given to finish after SIGTERM
    #[arg(long, env = "CONGKHAI_SHUTDOWN_SECONDS", default_value_t = 30, value_name = "SECONDS")]
    pub shutdown_seconds: u16,
}

/// Reads a rate. The bounds keep the arithmetic of the buckets exact.
fn per_second(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "must be a number".to_owned())?;
    let fits = rate == 0.0 || (0.001..=1_000_000.0).contains(&rate);
    if fits { Ok(rate) } else { Err("must be 0, or 0.001 to 1000000".to_owned()) }
}

impl ServerSettings {
    /// The rates of the service, with those that are set.
    pub fn rates(&self) -> Rates {
        let rate = |per_second, burst| (per_second > 0.0).then_some(Rate { per_second, burst });
        Rates {
            public: rate(self.public_rate, self.public_burst),
            authentication: rate(self.authentication_rate, 30),
            ..Rates::DEFAULT
        }
    }
}
