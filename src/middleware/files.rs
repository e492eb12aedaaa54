//! Static files.

use axum::{extract::Request, middleware::Next, response::Response};
use http::Method;

use crate::assets;

/// Responds with a file, if there is one of this name.
pub async fn serve(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match assets::serve(request.uri().path(), request.headers()) {
        Some(file) if is_read => file,
        _ => next.run(request).await,
    }
}
