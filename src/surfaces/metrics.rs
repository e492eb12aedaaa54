//! `/metrics` for Prometheus, on a listener of its own: metrics are internal.

use std::{io, net::SocketAddr};

use axum::{Router, routing::get};
use frontdesk_model::urls;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

use crate::shutdown::Shutdown;

/// The buckets of durations, in seconds.
const SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
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
    let router = Router::new().route(urls::METRICS.path(), get(answer));
    let begun = shutdown.clone();
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { begun.begun().await });
    // It ends with the shutdown; errors of single connections are ignored.
    tokio::spawn(async move { served.await });
    tracing::info!(%address, "metrics are served");
    Ok(())
}
