//! The actix application: state, middleware and features, the same for the server and for the tests.

use crate::db::{Database, DbError, PoolSizes, Slow, Writer};
use crate::features::health::http::DocumentText;
use crate::features::public::cache::PublicCache;
use crate::features::{self, Shared, State};
use crate::http::connection::Connections;
use crate::http::draining::Draining;
use crate::http::envelope::envelope;
use crate::http::gate::gate;
use crate::http::limit::{Limits, Rates, TrustedProxies};
use crate::http::openapi;
use crate::http::patience::Patience;
use crate::http::routes::{Routes, not_found};
use crate::metrics::{Metrics, Recorder};
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use chrono::TimeDelta;
use std::net::TcpListener;
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// How a server runs.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    /// Worker threads.
    pub workers: usize,
    /// Seconds to finish requests in when stopped.
    pub shutdown_seconds: u64,
    /// Connections of clients at once; those beyond wait.
    pub connections: usize,
    /// Those of one address; those beyond are refused. `None`: no limit.
    pub connections_of_address: Option<usize>,
    /// How long clients may take.
    pub patience: Patience,
}

/// What the workers share. Connects to nothing yet.
pub fn shared(database: Database, sizes: PoolSizes, clock: crate::clock::Clock) -> Result<Shared, DbError> {
    let slow = Slow::new(&database, sizes.slow)?;
    let writer = Writer::new(&database, sizes.writer)?;
    let public = Arc::new(PublicCache::new(TimeDelta::zero()));
    let metrics = Arc::new(Metrics::default());
    let limits = Arc::new(Limits::new(&Rates::NONE, TrustedProxies::default(), &metrics));
    let (agencies, procedures, names) = (Arc::default(), Arc::default(), Arc::default());
    let (policies, calendars, past, uses) = (Arc::default(), Arc::default(), Arc::default(), Arc::default());
    let draining = Arc::new(Draining::default());
    Ok(Shared {
        database,
        replica: None,
        slow,
        writer,
        clock,
        agencies,
        procedures,
        names,
        policies,
        calendars,
        past,
        public,
        uses,
        limits,
        metrics,
        draining,
        signer: None,
        data_keys: None,
    })
}

/// The API document, made from the same list as the routes.
pub fn document() -> OpenApi {
    let app = App::new().into_utoipa_app().openapi(openapi::frame()).configure(features::routes);
    let mut document = app.split_for_parts().1;
    openapi::conditional_gets(&mut document);
    openapi::list_formats(&mut document);
    openapi::write_conventions(&mut document);
    features::document::complete(&mut document);
    openapi::add_conventions(&mut document);
    document
}

/// Starts a server on a listener. It stops when its handle says so, and hears no signal.
pub fn server(listener: TcpListener, shared: Shared, running: Running) -> std::io::Result<Server> {
    let document = document();
    let routes = web::Data::new(Routes::of(&document));
    let text = web::Data::new(DocumentText(openapi::text(&document)?));
    let refused = shared.metrics.rate_limited("connections");
    let of_address = running.connections_of_address;
    let connections =
        Arc::new(Connections::new(Arc::clone(&shared.limits), of_address, running.patience, refused));
    let draining = Arc::clone(&shared.draining);
    let server = HttpServer::new(move || {
        let state = web::Data::new(State::of(&shared));
        let (routes, text) = (routes.clone(), text.clone());
        let limits = web::Data::from(Arc::clone(&shared.limits));
        let draining = web::Data::from(Arc::clone(&shared.draining));
        let recorder = web::Data::new(Recorder::new(Arc::clone(&shared.metrics)));
        App::new().wrap(from_fn(gate)).wrap(from_fn(envelope)).configure(move |config| {
            config.app_data(web::Data::new(running.patience));
            config.app_data(state).app_data(routes).app_data(text).app_data(limits).app_data(recorder);
            config.app_data(draining);
            ServiceConfig::new(config).configure(features::routes);
            config.service(web::redirect("/docs", "/docs/"));
            config.service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
            config.default_service(web::to(not_found));
        })
    });
    let server = server
        .workers(running.workers)
        .disable_signals()
        .shutdown_timeout(running.shutdown_seconds)
        // Else the last piece of a stream waits for the client to acknowledge the one before.
        .tcp_nodelay(true)
        .keep_alive(running.patience.between)
        .client_request_timeout(running.patience.head)
        .max_connections(running.connections.div_ceil(running.workers))
        .on_connect(move |socket, data| {
            data.insert(draining.connected());
            connections.opened(socket, data);
        })
        .listen(listener)?;
    Ok(server.run())
}
