//! Problems: how layers and handlers reject a request, and how the rejection is rendered.
//!
//! They return a [`Refusal`]: a status, headers, and the [`Problem`] as a response extension, without a
//! body. The layer [`render()`] adds the body in the [`ProblemFormat`] of the surface: a page for a
//! browser, RFC 9457's `application/problem+json` for programs. It does the same for the bare responses
//! of axum (404, 405, 415 and so on).

mod render;
#[cfg(test)]
mod tests;

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem, urls};
use futures::{FutureExt, future::BoxFuture};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER, request::Parts};

pub use render::render;

/// A rejection, returned from any layer or handler.
#[derive(Clone, Debug)]
pub struct Refusal(pub Problem);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let mut response = status(&problem).into_response();
        if let Some(seconds) = problem.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The format in which a surface renders problems.
#[derive(Clone)]
pub enum ProblemFormat {
    /// `application/problem+json`, whatever the client accepts.
    Json {
        /// The origin of the pages that explain each type of problem: `https://desk.example`.
        origin: Arc<str>,
    },
    /// A page for clients that name HTML in `Accept`, `application/problem+json` for all others.
    Negotiated(Arc<dyn ErrorPages>),
}

/// The HTML pages of problems.
pub trait ErrorPages: Send + Sync {
    /// Renders a page of the site. `parts` are those of the request, with the extensions of the refusal
    /// added: an inner layer passes on the signed-in user through them.
    fn render(&self, parts: Parts, problem: Problem) -> BoxFuture<'static, Response>;

    /// Renders a page that needs no database, no session and next to no work.
    fn plain(&self, problem: &Problem) -> Response;
}

/// The URL of the page that explains a type of problem.
pub fn type_url(origin: &str, code: Code) -> String {
    format!("{origin}{}", urls::DOCS_PROBLEM.of(code))
}

/// Turns a panic of a handler into 500. The panic itself is logged by the process's panic hook, inside
/// the request's span.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| Refusal(Problem::new(Code::Internal)).into_response())
}
