//! Health checks.
//!
//! `/health/live` is for supervisors that restart a process that hangs. It ignores the database, which a
//! restart of this process does not repair. `/health/ready` is for load balancers.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use frontdesk_domain::db::Db;
use frontdesk_http::problem::Refusal;
use frontdesk_model::{Code, Problem, urls};
use http::header::CONTENT_TYPE;
use tokio::time::timeout;

use crate::shutdown::Shutdown;

/// The longest time for the database to respond.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

pub fn routes(db: Db, shutdown: Shutdown) -> Router {
    Router::new()
        .route(urls::HEALTH_LIVE.path(), get(async || ok()))
        .route(urls::HEALTH_READY.path(), get(ready))
        .with_state((db, shutdown))
}

async fn ready(State((db, shutdown)): State<(Db, Shutdown)>) -> Response {
    if shutdown.has_begun() {
        return not_ready("Shutting down.");
    }
    match timeout(PING_TIMEOUT, db.ping()).await {
        Ok(Ok(())) => ok(),
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready: the database fails");
            not_ready("The database cannot be used.")
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            not_ready("The database does not answer.")
        }
    }
}

fn ok() -> Response {
    ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#).into_response()
}

fn not_ready(why: &str) -> Response {
    Refusal(Problem::new(Code::Busy).detail(why).retry_after(1)).into_response()
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
        let db = Db::open(&url, &Options { acquire: PING_TIMEOUT * 10, ..Options::default() }).await.unwrap();
        let shutdown = Shutdown::default();
        let status = async |path: &str| {
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            routes(db.clone(), shutdown.clone()).oneshot(request).await.unwrap().status()
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
            routes(db.clone(), Shutdown::default()).oneshot(request).await.unwrap().status()
        };
        assert_eq!(status("/health/ready").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status("/health/live").await, StatusCode::OK);
    }
}
