//! `congkhai serve`: the service, until SIGTERM or until its embedded cluster is gone.

use super::stopping::{self, Signals, WayOut};
use super::{Outcome, data_key, database, descriptors, signing_key};
use crate::app::{self, Running};
use crate::clock::Clock;
use crate::config::{DatabaseSettings, ServerSettings};
use crate::db::embedded::Liveness;
use crate::db::{Database, PoolSizes, Replica, migrate};
use crate::features::Shared;
use crate::features::public::cache::PublicCache;
use crate::features::public::source;
use crate::http::limit::Limits;
use crate::http::patience::Patience;
use crate::worker::Worker;
use chrono::TimeDelta;
use clap::Args;
use listenfd::ListenFd;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

/// Serves. With an embedded cluster it migrates by itself; with a given server it refuses to start while a migration
/// is pending.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    server: ServerSettings,
}

impl Serve {
    pub(super) fn run(self) -> Outcome {
        // First of all: a port that is taken should cost nobody a cluster.
        let door = listen(&self.server)?;
        let mut opened = database::open(&self.database, "postgres")?;
        if opened.cluster.is_none() {
            require_migrated(&opened.database)?;
        }
        let own = |file| opened.cluster.is_some().then(|| self.database.data_dir.join(file));
        let given = self.server.signing_key_file.as_deref();
        let signer = signing_key::of_service(given, own(signing_key::FILE).as_deref())?;
        let data_keys = data_key::of_service(self.server.data_key.as_ref(), own(data_key::FILE).as_deref())?;
        let shared = Shared { signer, data_keys, ..shared(&opened.database, &self.server, Clock::real())? };
        let liveness = opened.cluster.as_ref().map(crate::db::embedded::Cluster::liveness);
        let served = until_stopped(&self.server, door, shared, liveness, |address| {
            log::info!("listening on http://{address}, documents at http://{address}/docs");
        });
        if let Some(cluster) = &mut opened.cluster {
            cluster.stop()?;
        }
        served
    }
}

fn require_migrated(database: &Database) -> Outcome {
    let pending = migrate::pending(database)?;
    if pending.is_empty() {
        return Ok(());
    }
    let names = pending.join(", ");
    Err(format!("{} pending migrations ({names}): run `congkhai migrate` first", pending.len()).into())
}

/// What the workers share, by the settings.
pub(super) fn shared(
    database: &Database,
    settings: &ServerSettings,
    clock: Clock,
) -> Result<Shared, Box<dyn std::error::Error>> {
    let sizes =
        PoolSizes { slow: settings.slow_connections.into(), writer: settings.writer_connections.into() };
    let window = TimeDelta::seconds(settings.public_cache_seconds.into());
    let shared = app::shared(database.clone(), sizes, clock)?;
    let trusted = settings.trusted_proxies.clone().unwrap_or_default();
    let limits = Arc::new(Limits::new(&settings.rates(), trusted, &shared.metrics));
    let replica = replica(database, settings)?.map(Arc::new);
    Ok(Shared { public: Arc::new(PublicCache::new(window)), limits, replica, ..shared })
}

/// The replica of the settings.
fn replica(
    primary: &Database,
    settings: &ServerSettings,
) -> Result<Option<Replica>, Box<dyn std::error::Error>> {
    // An empty variable, as a Compose file may set it, is one that is not set.
    let Some(url) = settings.replica_url.as_ref().filter(|url| !url.is_empty()) else { return Ok(None) };
    let replica = Database::parse(url)
        .map_err(|why| why.to_string().replace("DATABASE_URL", "DATABASE_REPLICA_URL"))?;
    let most = Duration::from_secs(settings.replica_seconds.into());
    Ok(Some(Replica::new(primary, replica, settings.slow_connections.into(), most)?))
}

/// Where requests come in.
pub(super) struct Door {
    listener: TcpListener,
    /// It was handed over by whoever started this process, and stays open when it ends.
    handed_over: bool,
}

/// Seconds given to clients to go elsewhere when the socket was handed over and nothing else is set.
const TO_LEAVE: u16 = 2;

/// Takes the socket that is handed over, as systemd does (`sd_listen_fds`), else the port.
pub(super) fn listen(settings: &ServerSettings) -> Result<Door, Box<dyn std::error::Error>> {
    let unusable =
        |e| format!("the socket that was handed over cannot be used ({e}): it must be one for TCP");
    if let Some(listener) = ListenFd::from_env().take_tcp_listener(0).map_err(unusable)? {
        // Else PostgreSQL would have it too.
        fcntl(&listener, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        return Ok(Door { listener, handed_over: true });
    }
    let taken = |e| format!("cannot listen on {} ({e}): choose another --bind", settings.bind);
    Ok(Door { listener: TcpListener::bind(settings.bind).map_err(taken)?, handed_over: false })
}

/// Says that it listens, and serves until a signal, or until the embedded cluster has ended by itself.
pub(super) fn until_stopped(
    settings: &ServerSettings,
    Door { listener, handed_over }: Door,
    shared: Shared,
    liveness: Option<Liveness>,
    say: impl FnOnce(std::net::SocketAddr),
) -> Outcome {
    let address = listener.local_addr()?;
    descriptors::raise(settings.connections.into());
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let running = Running {
        workers: settings.workers.map_or_else(cores, usize::from),
        shutdown_seconds: settings.shutdown_seconds.into(),
        connections: settings.connections.into(),
        connections_of_address: Some(settings.connections_per_address.into()).filter(|most| *most > 0),
        patience: Patience::DEFAULT,
    };
    let given = settings.drain_seconds.unwrap_or(if handed_over { TO_LEAVE } else { 0 });
    actix_web::rt::System::new().block_on(async move {
        let signals = Signals::listen()?;
        let draining = Arc::clone(&shared.draining);
        let watching = source::watch(shared.clone());
        let worker = futures_util::future::join(Worker::new(shared.clone()).run(), watching);
        let server = app::server(listener, shared, running)?;
        let handle = server.handle();
        let stopping = async {
            let given = Duration::from_secs(given.into());
            let way = WayOut { draining: &draining, handed_over, given };
            stopping::when_told(signals, handle.clone(), way).await;
            // It is the server that ends.
            std::future::pending::<()>().await;
        };
        let watch = async {
            say(address);
            let Some(liveness) = liveness else { return std::future::pending().await };
            while liveness.is_alive() {
                actix_web::rt::time::sleep(Duration::from_millis(500)).await;
            }
        };
        // The worker never ends by itself: it is dropped when the server has ended.
        let (watch, worker, stopping) = (std::pin::pin!(watch), std::pin::pin!(worker), std::pin::pin!(stopping));
        let beside = futures_util::future::select(futures_util::future::select(watch, worker), stopping);
        match futures_util::future::select(server, beside).await {
            futures_util::future::Either::Left((outcome, _)) => Ok(outcome?),
            futures_util::future::Either::Right((_, server)) => {
                // The order is given at once; it is the server that must be awaited to follow it. Nothing can finish
                // without the database, so nothing is waited for.
                drop(handle.stop(false));
                server.await?;
                Err("the embedded PostgreSQL has ended: see postgres.log in the data directory, then start again".into())
            }
        }
    })
}
