//! The routes of the Leptos pages and of the forms that they submit.

pub mod actor;
mod csv;
mod export;
mod flash;
mod forms;
pub mod limits;
mod plain;
mod probe;
mod reference;
mod render;
pub mod session;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use frontdesk_http::{problem::Refusal, request::accept::names_html};
use frontdesk_model::urls;
use frontdesk_web::{app::App, context::RequestContext, pages::forms};
use http::{Method, header::SET_COOKIE};
use leptos_axum::generate_route_list;

use crate::AppState;
pub use render::ProblemPages;

/// Every page, and the path of every form.
pub fn routes() -> Router<AppState> {
    let pages = generate_route_list(App);
    let router = Router::new()
        .route(urls::forms::ROUTE, get(forms::open).post(forms::submit))
        .route(urls::forms::SIGN_OUT.path(), post(forms::submit))
        .merge(export::routes())
        .fallback(page);
    pages.iter().fold(router, |router, route| {
        let is_reference = route.path() == urls::DOCS_API.path();
        router.route(route.path(), if is_reference { get(reference::serve) } else { get(page) })
    })
}

/// Renders a page, or the page for a path that does not exist.
async fn page(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let flash = flash::read(&parts.headers, &state.config.base_url);
    let context = render::context(&state.domain, &state.config, &state.reference, &parts);
    let context = RequestContext { flash, ..context };
    let (is_browser, problem) = (names_html(&parts.headers), context.page_problem.clone());
    let is_read = parts.method == Method::GET;
    let needs_probe =
        starts_session(parts.uri.path()) && !probe::came_back(&parts.headers, &state.config.base_url);
    let mut response = render::page(context, parts, &state.config).await;
    if !is_browser {
        // Programs get the problem itself from the problem layer, also `SIGN_IN_REQUIRED`, which redirects a browser.
        if let Some(problem) = problem.get() {
            return Refusal(problem.clone()).into_response();
        }
        if response.status().is_client_error() || response.status().is_server_error() {
            return response.status().into_response();
        }
    }
    if needs_probe && is_read && response.status().is_success() {
        response.headers_mut().append(SET_COOKIE, probe::cookie(&state.config.base_url));
    }
    // The message has been shown, unless the answer redirects to another page.
    if flash.is_some() && is_read && !response.status().is_redirection() {
        response.headers_mut().append(SET_COOKIE, flash::cookie(None, &state.config.base_url));
    }
    response
}

/// Returns true if the page at this path has a form that starts a session.
fn starts_session(path: &str) -> bool {
    forms().any(|form| form.starts_session && form.page.path() == path)
}
