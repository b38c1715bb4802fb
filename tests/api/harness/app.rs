//! A running service: a real server on a free port, on a database of its own, with a clock that stands still.

use super::client::Client;
use super::db::TestDatabase;
use super::personal::data_keys;
use super::world::{at, event};
use actix_web::dev::ServerHandle;
use congkhai::app::{self, Running};
use congkhai::clock::Clock;
use congkhai::db::{Database, PoolSizes, Reader};
use congkhai::domain::local_time::Instant;
use congkhai::domain::vocabulary::{Plan, Scope};
use congkhai::features::Shared;
use congkhai::features::agencies::queries as agencies;
use congkhai::features::audit::Actor;
use congkhai::features::auth::actions::{self, NewKey};
use congkhai::features::auth::key::Key;
use congkhai::features::public::cache::PublicCache;
use congkhai::http::limit::{Limits, Rates};
use congkhai::http::patience::Patience;
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// What the clock of every test shows at first.
pub const NOW: &str = "2022-02-15T10:00:00+07:00";

/// How it runs, where a test does not say otherwise.
const RUNNING: Running = Running {
    workers: 1,
    shutdown_seconds: 5,
    connections: 1000,
    connections_of_address: None,
    patience: Patience::DEFAULT,
};

pub struct TestApp {
    pub base: String,
    pub clock: Clock,
    pub shared: Shared,
    _instance: Instance,
    // Last: the database goes after the server.
    pub db: TestDatabase,
}

/// A server with its own memory and pools.
pub struct Instance {
    pub address: SocketAddr,
    pub shared: Shared,
    handle: ServerHandle,
}

impl TestApp {
    /// A service that knows the agencies and procedures of `world`.
    pub fn start() -> Self {
        Self::changed(|shared| shared)
    }

    /// The same, with public answers kept in memory.
    pub fn keeping_public_answers(seconds: i64) -> Self {
        let public = Arc::new(PublicCache::new(chrono::TimeDelta::seconds(seconds)));
        Self::changed(|shared| Shared { public, ..shared })
    }

    /// The same, with a key that signs the daily log.
    pub fn signing() -> Self {
        let signer = Some(Arc::new(super::evidence::signing_key()));
        Self::changed(|shared| Shared { signer, ..shared })
    }

    /// The same, without a key that encrypts what is kept of people.
    pub fn without_data_key() -> Self {
        Self::changed(|shared| Shared { data_keys: None, ..shared })
    }

    /// The same, with rate limits, and with proxies that are trusted.
    pub fn limited(rates: &Rates, proxies: &str) -> Self {
        let trusted = proxies.parse().unwrap();
        Self::changed(|shared| {
            let limits = Arc::new(Limits::new(rates, trusted, &shared.metrics));
            Shared { limits, ..shared }
        })
    }

    /// The same, run in another way, and with proxies that are trusted.
    pub fn running(proxies: &str, change: impl FnOnce(Running) -> Running) -> Self {
        let trusted = proxies.parse().unwrap();
        let with_proxies = |shared: Shared| {
            let limits = Arc::new(Limits::new(&Rates::NONE, trusted, &shared.metrics));
            Shared { limits, ..shared }
        };
        Self::with(with_proxies, change(RUNNING))
    }

    fn changed(change: impl FnOnce(Shared) -> Shared) -> Self {
        Self::with(change, RUNNING)
    }

    fn with(change: impl FnOnce(Shared) -> Shared, running: Running) -> Self {
        let db = TestDatabase::world();
        let clock = Clock::fixed(NOW.parse().unwrap());
        let shared = app::shared(db.database(), PoolSizes { slow: 2, writer: 4 }, clock.clone()).unwrap();
        let data_keys = Some(Arc::new(data_keys()));
        let shared = change(Shared { data_keys, ..shared });
        let instance = Instance::serving(shared.clone(), running);
        Self { base: format!("http://{}", instance.address), clock, shared, _instance: instance, db }
    }

    /// Another instance of the service on the same database.
    pub fn beside(&self) -> Instance {
        self.on(&self.db.database(), |shared| shared)
    }

    /// Another instance with the same clock and keys on any database, and with something else about it.
    pub fn on(&self, database: &Database, change: impl FnOnce(Shared) -> Shared) -> Instance {
        let sizes = PoolSizes { slow: 2, writer: 4 };
        let shared = app::shared(database.clone(), sizes, self.clock.clone()).unwrap();
        let Shared { signer, data_keys, .. } = self.shared.clone();
        Instance::serving(change(Shared { signer, data_keys, ..shared }), RUNNING)
    }

    /// Lets it begin to serve, for a test that then blocks its thread.
    pub async fn begins(&self) {
        assert_eq!(self.count("SELECT 1::bigint").await, 1);
    }

    /// A caller without a key.
    pub fn nobody(&self) -> Client {
        Client::new(&self.base, None)
    }

    /// A caller with a key of its own.
    pub async fn caller(&self, scopes: &[Scope], agencies: &[&str]) -> Client {
        Client::new(&self.base, Some(self.key(scopes, agencies, None).await.reveal()))
    }

    /// A caller that may do and see everything.
    pub async fn root(&self) -> Client {
        self.caller(Scope::ALL, &["*"]).await
    }

    /// A caller that may do everything in the district.
    pub async fn district(&self) -> Client {
        self.caller(Scope::ALL, &["H51.29"]).await
    }

    /// A new key. The agency `*` stands for all.
    pub async fn key(&self, scopes: &[Scope], codes: &[&str], expires_at: Option<Instant>) -> Key {
        self.key_on(Plan::Standard, scopes, codes, expires_at).await
    }

    /// The same on a plan.
    pub async fn key_on(
        &self,
        plan: Plan,
        scopes: &[Scope],
        codes: &[&str],
        expires_at: Option<Instant>,
    ) -> Key {
        let reader = Reader::new(self.db.database());
        let tree = reader.read(async |conn| agencies::tree(conn).await).await.unwrap();
        let roots = codes.iter().map(|code| tree.find(code).unwrap_or_else(|| panic!("no agency {code}")).id);
        let new = NewKey {
            name: "test".into(),
            scopes: scopes.to_vec(),
            roots: if codes == ["*"] { None } else { Some(roots.collect()) },
            expires_at,
            plan,
        };
        let actor = Actor::command("test");
        actions::create(&self.shared.writer, &actor, self.clock.now(), new, Key::generate().unwrap())
            .await
            .unwrap()
    }

    /// Sets the clock.
    pub fn now(&self, instant: &str) {
        self.clock.set(instant.parse().unwrap());
    }

    /// Records an event at the moment of 2022 at which it happens.
    pub async fn happens(&self, caller: &Client, code: &str, kind: &str, when: &str, more: Value) -> Value {
        self.now(&at(when));
        caller.record(code, &event(kind, &at(when), more)).await
    }

    /// One number from the database.
    pub async fn count(&self, query: &str) -> i64 {
        super::connect(&self.db.url).await.query_one(query, &[]).await.unwrap().get(0)
    }
}

impl Instance {
    fn serving(shared: Shared, running: Running) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = app::server(listener, shared.clone(), running).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { address, shared, handle }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Sends the order at once; nobody waits for the end.
        drop(self.handle.stop(false));
    }
}
