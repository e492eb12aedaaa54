//! Whether the server lives, and whether it can take requests.
//!
//! `/health/live` is for whoever restarts a process that hangs, and says nothing about others: a
//! database that is down does not come back by a restart of ours. `/health/ready` is for whoever
//! sends requests here.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use frontdesk_domain::db::Db;
use frontdesk_model::{Code, Problem};
use http::header::CONTENT_TYPE;
use tokio::time::timeout;

use super::problem::Refusal;
use crate::shutdown::Shutdown;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

pub fn routes(db: Db, shutdown: Shutdown) -> Router {
    Router::new()
        .route("/health/live", get(async || ok()))
        .route("/health/ready", get(ready))
        .with_state((db, shutdown))
}

async fn ready(State((db, shutdown)): State<(Db, Shutdown)>) -> Response {
    if shutdown.has_begun() {
        return not_ready("Shutting down.");
    }
    match timeout(PATIENCE, db.ping()).await {
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
    async fn it_is_ready_while_the_database_answers_and_no_shutdown_has_begun() {
        let temporary = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(temporary.path().join("desk.db"));
        let db = Db::open(&url, &Options { acquire: PATIENCE * 10, ..Options::default() }).await.unwrap();
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
    async fn it_is_not_ready_without_its_database_and_lives_all_the_same() {
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
