//! The share of one client in the requests that are carried out at once.
//!
//! A few requests of each client run; its others wait for those, in their order, while the requests of other
//! clients pass. So a burst from one address costs the others little, however expensive each request is.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    problem::Refusal,
    request::client_address::{ClientAddr, network},
};

/// The most requests of one client that run at once, however large the machine.
const MOST_RUNNING: usize = 16;

/// The shares of all clients. Cheap to clone.
#[derive(Clone)]
pub struct FairShare(Arc<Shared>);

struct Shared {
    /// The most requests of one client that run.
    running: usize,
    /// The most that run or wait.
    admitted: usize,
    /// The longest wait.
    wait: Duration,
    clients: Mutex<HashMap<IpAddr, Client>>,
}

struct Client {
    admitted: usize,
    slots: Arc<Semaphore>,
}

/// A client's request that runs or waits.
struct Admitted {
    shares: Arc<Shared>,
    client: IpAddr,
    slots: Arc<Semaphore>,
}

impl FairShare {
    /// A quarter of the slots for requests `in_flight` for each client.
    pub fn new(in_flight: usize, wait: Duration) -> Self {
        let admitted = (in_flight / 4).max(1);
        let shared =
            Shared { running: admitted.min(MOST_RUNNING), admitted, wait, clients: Mutex::default() };
        Self(Arc::new(shared))
    }

    fn admit(&self, client: IpAddr) -> Option<Admitted> {
        let mut clients = self.0.locked();
        let of_client = clients
            .entry(client)
            .or_insert_with(|| Client { admitted: 0, slots: Arc::new(Semaphore::new(self.0.running)) });
        if of_client.admitted >= self.0.admitted {
            return None;
        }
        of_client.admitted += 1;
        Some(Admitted { shares: self.0.clone(), client, slots: of_client.slots.clone() })
    }
}

impl Shared {
    fn locked(&self) -> MutexGuard<'_, HashMap<IpAddr, Client>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut clients = self.shares.locked();
        if let Some(of_client) = clients.get_mut(&self.client) {
            of_client.admitted -= 1;
            if of_client.admitted == 0 {
                clients.remove(&self.client);
            }
        }
    }
}

/// Runs a request within the share of its client: 429 if too many of them wait, 503 if one waits too long.
pub async fn fair_share(State(shares): State<FairShare>, request: Request, next: Next) -> Response {
    let Some(ClientAddr(address)) = request.extensions().get().copied() else {
        return next.run(request).await;
    };
    let Some(admitted) = shares.admit(network(address)) else {
        tracing::info!("rejected: too many requests of one client at once");
        let problem = Problem::new(Code::TooManyRequests).retry_after(1);
        return Refusal(problem.detail("Too many of your requests are in progress at once.")).into_response();
    };
    match timeout(shares.0.wait, admitted.slots.acquire()).await {
        Ok(_slot) => next.run(request).await,
        Err(_) => Refusal(Problem::new(Code::Busy).retry_after(5)).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use futures::future::join_all;
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    const WAIT: Duration = Duration::from_secs(30);

    async fn ask(router: &Router, path: &str, client: &str) -> StatusCode {
        let mut request = http::Request::get(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ClientAddr(client.parse().unwrap()));
        router.clone().oneshot(request).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_one_client_runs_a_few_at_a_time_and_delays_no_other() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let slow = async || {
            MOST.fetch_max(RUNNING.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            RUNNING.fetch_sub(1, Ordering::Relaxed);
        };
        let shares = FairShare::new(400, WAIT);
        let router = Router::new()
            .route("/slow", get(slow))
            .route("/", get(async || "fine"))
            .layer(from_fn_with_state(shares.clone(), fair_share));
        // One client: the addresses of an IPv6 network.
        let burst = join_all((0..150).map(|n| {
            let (router, client) = (router.clone(), format!("2001:db8::{n}"));
            async move { ask(&router, "/slow", &client).await }
        }));
        let burst = tokio::spawn(burst);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(RUNNING.load(Ordering::Relaxed), MOST_RUNNING);
        let other = timeout(Duration::from_millis(1), ask(&router, "/", "203.0.113.9")).await;
        assert_eq!(other.unwrap(), StatusCode::OK);
        let answers = burst.await.unwrap();
        let refused = answers.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
        let served = answers.iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!((served, refused, MOST.load(Ordering::Relaxed)), (100, 50, MOST_RUNNING));
        assert!(shares.0.locked().is_empty(), "clients that left are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_so_long_and_no_longer() {
        let router = Router::new()
            .route("/", get(async || tokio::time::sleep(10 * WAIT).await))
            .layer(from_fn_with_state(FairShare::new(1_000, WAIT), fair_share));
        let answers = (0..=MOST_RUNNING).map(|_| timeout(2 * WAIT, ask(&router, "/", "203.0.113.9")));
        let answers = join_all(answers).await;
        let refused = answers.iter().flatten().filter(|status| **status == StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.count(), 1);
    }
}
