//! Rendering pages with Leptos.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use frontdesk_domain::Domain;
use frontdesk_http::{
    Settings,
    layers::security_headers::{Https, page_policy},
    problem::{ErrorPages, Refusal},
    reference::{Lazily, Reference},
};
use frontdesk_model::{Code, Problem};
use frontdesk_web::{
    app::shell,
    context::{RequestContext, Site},
    island_scripts::remove_unused,
    session::{BrowserSession, SessionStart},
    tidy::tidy,
};
use futures::future::BoxFuture;
use http::{
    HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    request::Parts,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use tower_sessions::Session;

use super::{actor, plain};
use crate::assets;

/// The context of a request.
pub(super) fn context(
    domain: &Domain,
    settings: &Settings,
    reference: &Lazily<Reference>,
    parts: &Parts,
) -> RequestContext {
    let site = assets::site();
    let session = parts.extensions.get::<Session>().zip(parts.extensions.get::<SessionStart>());
    RequestContext {
        session: session
            .map(|(cookie, start)| BrowserSession { cookie: cookie.clone(), start: start.clone() }),
        site: Site { style: site.style, bundle: site.bundle },
        base_url: settings.base_url.origin().into(),
        now: domain.clock.now(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        flash: None,
        refused: None,
        secret: None,
        problem: None,
        page_problem: Arc::default(),
        reference: reference.clone(),
        ctx: domain.context(actor::of(parts)),
    }
}

/// Renders the page at the path of the request.
pub(super) async fn page(context: RequestContext, parts: Parts, settings: &Settings) -> Response {
    let https = Https(settings.base_url.is_https());
    let context = Arc::new(context);
    let provide = move || {
        provide_context(context.clone());
        // Leptos has created the nonce by now; the header must have the same one.
        let policy = use_nonce().map(|nonce| page_policy(&nonce.to_string(), https));
        let policy = policy.and_then(|policy| HeaderValue::try_from(policy).ok());
        if let (Some(policy), Some(options)) = (policy, use_context::<ResponseOptions>()) {
            options.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    };
    let request = Request::from_parts(parts, Body::empty());
    finish(render_app_async_with_context(provide, shell)(request).await).await
}

/// Makes the HTML valid and sends it whole, with its length, so that it needs no chunks and HEAD has the length.
async fn finish(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if parts.status.is_redirection() {
        return Response::from_parts(parts, Body::empty());
    }
    let page = to_bytes(body, usize::MAX).await.ok().and_then(|body| String::from_utf8(body.into()).ok());
    let Some(page) = page else { return Refusal(Problem::new(Code::Internal)).into_response() };
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, tidy(&remove_unused(page)).into())
}

/// The pages of problems, for the layers.
pub struct ProblemPages {
    pub domain: Domain,
    pub config: Arc<Settings>,
    pub reference: Lazily<Reference>,
}

impl ErrorPages for ProblemPages {
    fn render(&self, parts: Parts, problem: Problem) -> BoxFuture<'static, Response> {
        let context = context(&self.domain, &self.config, &self.reference, &parts);
        let context = RequestContext { problem: Some(problem), ..context };
        let settings = self.config.clone();
        Box::pin(async move { page(context, parts, &settings).await })
    }

    fn plain(&self, problem: &Problem) -> Response {
        plain::page(problem)
    }
}
