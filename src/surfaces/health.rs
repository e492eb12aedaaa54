//! Health checks.
//!
//! `/health/live` is for supervisors that restart a process that hangs. It ignores the database, which a
//! restart of this process does not repair. `/health/ready` is for load balancers.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use frontdesk_domain::{
    db::Db,
    readiness::{self, NotReady},
};
use frontdesk_http::problem::Refusal;
use frontdesk_model::{Code, Problem, urls};
use http::header::CONTENT_TYPE;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::shutdown::Shutdown;

/// The longest time for the database to respond.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);
/// Time for which the result of a write is used again, so that frequent checks cost little.
const WRITE_INTERVAL: Duration = Duration::from_secs(2);

pub fn routes(checks: Arc<Checks>) -> Router {
    Router::new()
        .route(urls::HEALTH_LIVE.path(), get(async || ok()))
        .route(urls::HEALTH_READY.path(), get(ready))
        .with_state(checks)
}

/// The checks of readiness, and what the latest has found. All surfaces with health checks share them.
pub struct Checks {
    db: Db,
    shutdown: Shutdown,
    /// The time and the result of the last write.
    last_write: Mutex<Option<(Instant, Result<(), Reason>)>>,
}

/// The reason that the server is not ready, for its operator.
type Reason = &'static str;

async fn ready(State(checks): State<Arc<Checks>>) -> Response {
    match checks.run().await {
        Ok(()) => ok(),
        Err(reason) => Refusal(Problem::new(Code::Busy).detail(reason).retry_after(1)).into_response(),
    }
}

impl Checks {
    pub fn new(db: Db, shutdown: Shutdown) -> Self {
        Self { db, shutdown, last_write: Mutex::default() }
    }

    async fn run(&self) -> Result<(), Reason> {
        self.shutdown.readiness_checked();
        if self.shutdown.has_begun() {
            return Err("Shutting down.");
        }
        match timeout(DATABASE_TIMEOUT, self.db.ping()).await {
            Ok(Ok(())) => self.write().await,
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "not ready: the database fails");
                Err("The database cannot be used.")
            }
            Err(_) => {
                tracing::warn!("not ready: the database does not answer in time");
                Err("The database does not answer.")
            }
        }
    }

    /// Writes, unless that was done just now. A write that has to wait is no failure: under load, a server that
    /// calls itself not ready leaves its load to the others.
    async fn write(&self) -> Result<(), Reason> {
        let Ok(mut last) = self.last_write.try_lock() else { return Ok(()) };
        if let Some((at, result)) = *last
            && at.elapsed() < WRITE_INTERVAL
        {
            return result;
        }
        let written = timeout(DATABASE_TIMEOUT, readiness::check(&self.db)).await;
        let result = written.unwrap_or(Ok(())).map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready: nothing can be written");
            match error {
                NotReady::DiskFull { .. } => "The disk is full.",
                NotReady::UnknownSpace(_) | NotReady::NotWritable(_) => "The database cannot be written to.",
            }
        });
        *last = Some((Instant::now(), result));
        result
    }
}

fn ok() -> Response {
    ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use frontdesk_domain::db::{DatabaseUrl, Options};
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn it_is_ready_while_the_database_responds_until_the_shutdown_begins() {
        let temporary = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(temporary.path().join("desk.db"));
        let db =
            Db::open(&url, &Options { acquire: DATABASE_TIMEOUT * 10, ..Options::default() }).await.unwrap();
        let shutdown = Shutdown::default();
        let status = async |path: &str| {
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            routes(Arc::new(Checks::new(db.clone(), shutdown.clone())))
                .oneshot(request)
                .await
                .unwrap()
                .status()
        };
        assert_eq!(status("/health/ready").await, StatusCode::OK);
        shutdown.begin();
        assert_eq!(status("/health/ready").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status("/health/live").await, StatusCode::OK);
    }

    #[tokio::test]
    async fn without_its_database_it_is_live_and_not_ready() {
        let temporary = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(temporary.path().join("desk.db"));
        let db = Db::open(&url, &Options::default()).await.unwrap();
        db.close().await;
        let status = async |path: &str| {
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            routes(Arc::new(Checks::new(db.clone(), Shutdown::default())))
                .oneshot(request)
                .await
                .unwrap()
                .status()
        };
        assert_eq!(status("/health/ready").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status("/health/live").await, StatusCode::OK);
    }
}
