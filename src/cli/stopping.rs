//! How a service stops: which signal asks for what, and the way out on which no request fails.

use crate::http::draining::Draining;
use actix_web::dev::ServerHandle;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::rt::time::sleep;
use futures_util::future::{Either, select, select_all};
use std::pin::pin;
use std::time::Duration;

/// Time for what was taken from the socket before the pause to reach its worker.
const ON_THE_WAY: Duration = Duration::from_millis(250);

/// How the service is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Requests under way are finished.
    Gracefully,
    /// They are cut off.
    AtOnce,
}

/// The signals that stop the service.
pub(super) struct Signals(Vec<(Signal, Order)>);

/// What the way out depends on.
pub(super) struct WayOut<'a> {
    /// What the answers look at.
    pub(super) draining: &'a Draining,
    /// The socket was handed over, and stays open when this process has ended.
    pub(super) handed_over: bool,
    /// How long clients and balancers are given to go elsewhere, while everything is still answered.
    pub(super) given: Duration,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> std::io::Result<Self> {
        let orders = [
            (SignalKind::terminate(), Order::Gracefully),
            (SignalKind::interrupt(), Order::AtOnce),
            (SignalKind::quit(), Order::AtOnce),
        ];
        let listening = orders.into_iter().map(|(kind, order)| Ok((signal(kind)?, order)));
        Ok(Self(listening.collect::<std::io::Result<_>>()?))
    }

    async fn next(&mut self) -> Order {
        let each = self.0.iter_mut().map(|(signal, order)| {
            Box::pin(async move {
                signal.recv().await;
                *order
            })
        });
        select_all(each).await.0
    }

    async fn at_once(&mut self) {
        while self.next().await != Order::AtOnce {}
    }
}

/// Waits for the order to stop and follows it.
///
/// With a socket that was handed over, this process takes no more from it: what comes waits there for the next one. With one
/// of its own it goes on taking, until a balancer that asks `/health/ready` has noticed.
pub(super) async fn when_told(mut signals: Signals, server: ServerHandle, way: WayOut<'_>) {
    let WayOut { draining, handed_over, given } = way;
    if signals.next().await == Order::AtOnce {
        return server.stop(false).await;
    }
    draining.begin();
    log::info!("stopping: answering what comes for at most {} s more", given.as_secs());
    if handed_over {
        server.pause().await;
    }
    let done = async {
        let all_left = async {
            if !handed_over {
                std::future::pending::<()>().await;
            }
            sleep(ON_THE_WAY).await;
            draining.none_left().await;
        };
        select(pin!(sleep(given)), pin!(all_left)).await;
    };
    let is_graceful = match select(pin!(done), pin!(signals.at_once())).await {
        Either::Left(_) => true,
        Either::Right(_) => false,
    };
    server.stop(is_graceful).await;
}
