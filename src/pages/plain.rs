//! The page of a problem that needs no database, no Leptos and no session. It costs the least under a flood,
//! and remains when everything else fails.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::assets;

/// The policy: a stylesheet and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page. Its words are constants, so there is nothing to escape.
pub fn page(problem: &Problem) -> Response {
    let title = problem.error.title();
    let advice = match problem.error {
        Code::Busy => {
            "Many people are here right now. Nothing was changed, and what you typed is still there when you go back."
        }
        Code::TooManyRequests => "Take a little break, then go on.",
        _ => "It is not your fault, and it has been noted. Try again in a moment.",
    };
    let wait = match problem.retry_after {
        None => String::new(),
        Some(1) => "<p>Try again in 1 second.</p>".to_owned(),
        Some(seconds) => format!("<p>Try again in {seconds} seconds.</p>"),
    };
    let request =
        problem.instance.as_deref().map(|id| format!("<p class=\"small\">Request <code>{id}</code></p>"));
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"{style}\"><title>{title} · Frontdesk</title></head>\
         <body><header class=\"top\"><div class=\"wrap\"><a class=\"brand\" href=\"/\">Frontdesk</a></div></header>\
         <main id=\"main\" class=\"wrap narrow\"><h1>{title}</h1><p>{advice}</p>{wait}\
         <p><a class=\"button\" href=\"/\">Back to the start</a></p>{request}</main></body></html>",
        style = assets::site().style,
        request = request.unwrap_or_default(),
    );
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, Body::from(html)).into_response()
}
