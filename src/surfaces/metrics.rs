//! `/metrics` for Prometheus, on a listener of its own: metrics are internal.

use std::{io, net::SocketAddr};

use axum::{
    Router,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use frontdesk_http::layers::{
    host,
    security_headers::{self, Https},
};
use frontdesk_model::urls;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

use crate::{
    listener::{self, Listener, Service, Settings},
    shutdown::Shutdown,
};

/// The buckets of durations, in seconds.
const SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// The most connections: those of a few collectors.
const CONNECTIONS: usize = 32;
/// The content type of the text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The reason that there are no metrics.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot listen on {address} for metrics")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("metrics cannot be counted")]
    Count(#[from] metrics_exporter_prometheus::BuildError),
}

/// `/metrics`, with the security headers of every response.
fn routes<T: 'static>(answer: impl Handler<T, ()>) -> Router {
    Router::new()
        .route(urls::METRICS.path(), get(answer))
        .layer(from_fn(host::host))
        .layer(from_fn_with_state(Https(false), security_headers::headers))
}

/// Starts recording, and serves metrics at this address until `shutdown` begins.
///
/// # Errors
/// [`Error`], in words for an operator.
pub async fn start(address: SocketAddr, shutdown: &Shutdown) -> Result<(), Error> {
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .install_recorder()?;
    let answer = move || {
        recorder.run_upkeep();
        let text = recorder.render();
        async { ([(CONTENT_TYPE, TEXT)], text) }
    };
    let service = Service::plain(routes(answer));
    let settings = Settings { connections: CONNECTIONS, ..Settings::default() };
    let shutdown = shutdown.clone();
    // It ends with the shutdown; errors of single connections are ignored.
    tokio::spawn(
        async move { listener::serve(Listener::plain(listener), service, &settings, shutdown).await },
    );
    tracing::info!(%address, "metrics are served");
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn metrics_and_what_is_not_found_have_the_security_headers() {
        let router = routes(async || "frontdesk_requests_total 1");
        for (path, status) in [("/metrics", 200), ("/", 404)] {
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status);
            for name in
                ["x-content-type-options", "content-security-policy", "cache-control", "x-frame-options"]
            {
                assert!(answer.headers().contains_key(name), "{name} of {path}");
            }
        }
    }
}
