//! The routes of the Leptos pages and of the forms that they submit.

pub mod actor;
mod export;
mod flash;
pub mod limits;
mod plain;
pub mod session;

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use frontdesk_domain::{
    Domain,
    accounts::Credentials,
    actor::{Actor, Origin},
    idempotency::{self, Claim},
};
use frontdesk_http::{
    Settings,
    idempotent::{self, Outcome},
    layers::security_headers::{Https, page_policy},
    problem::{ErrorPages, Refusal},
    rate_limit::Caller,
    reference::{Lazily, Reference},
    request::{
        accept::names_html,
        input::{self, Pairs},
    },
};
use frontdesk_model::{Code, Flash, Problem, Secret, forms::local_path};
use frontdesk_web::{
    app::{App, shell},
    parts::page::sign_in_address,
    post::{Done, NONCE_FIELD, PAGE_FIELD, SECRET_FIELDS},
    tidy::tidy,
    visit::{Refused, SESSION_PROOF, Site, Visit},
    wake::only_islands,
};
use futures::future::BoxFuture;
use http::{
    HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{ACCEPT, ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE},
    request::Parts,
};
use leptos::{nonce::use_nonce, prelude::*, server_fn::axum::get_server_fn_service};
use leptos_axum::{
    ResponseOptions, generate_route_list, handle_server_fns_with_context, render_app_async_with_context,
};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::{AppState, assets};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// The most that a server function's own answer has, in bytes.
const ANSWER_BYTES: usize = 256 * 1024;

/// The route of all forms.
pub const FORMS: &str = "/fn/{name}";

/// Every page, and the address of every form.
pub fn routes() -> Router<AppState> {
    let pages = generate_route_list(App);
    let router = Router::new()
        .route(FORMS, get(page_of_form).post(form))
        .route("/logout", post(form))
        .merge(export::routes())
        .fallback(page);
    pages.iter().fold(router, |router, route| router.route(route.path(), get(page)))
}

/// A page, or the one that says that there is none.
async fn page(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let flash = flash::read(&parts.headers, &state.config.base_url);
    let visit = Visit { flash, ..visit(&state.domain, &state.config, &state.reference, &parts) };
    let (is_person, told) = (names_html(&parts.headers), visit.told.clone());
    let is_looked_at = parts.method == Method::GET;
    let mut response = render(visit, parts, Https(state.config.base_url.is_https())).await;
    if !is_person {
        // The layer of problems tells a program in its own terms; also that it must sign in, where
        // a person is led to do so.
        if let Some(problem) = told.get() {
            return Refusal(problem.clone()).into_response();
        }
        if response.status().is_client_error() || response.status().is_server_error() {
            return response.status().into_response();
        }
    }
    // It has been said once somebody has seen it: not yet on the way to another page.
    if flash.is_some() && is_looked_at && !response.status().is_redirection() {
        response.headers_mut().append(SET_COOKIE, flash::cookie(None, &state.config.base_url));
    }
    response
}

/// The address of a form, opened by hand: leads to the form's page.
async fn page_of_form(request: Request) -> Response {
    match frontdesk_web::pages::of_form(request.uri().path()) {
        Some(page) if names_html(request.headers()) => {
            (StatusCode::SEE_OTHER, [(LOCATION, page)]).into_response()
        }
        Some(_) => ([(ALLOW, "POST")], Refusal(Problem::new(Code::MethodNotAllowed))).into_response(),
        None => Refusal(Problem::new(Code::NotFound)).into_response(),
    }
}

/// A form: runs its server function, and turns what comes of it into what a browser expects.
async fn form(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if get_server_fn_service(parts.uri.path(), Method::POST).is_none() {
        return Refusal(Problem::new(Code::NotFound)).into_response();
    }
    // The layers have bounded the body already.
    let Ok(body) = to_bytes(body, state.config.body_bytes).await else {
        return Refusal(Problem::new(Code::TooLarge)).into_response();
    };
    let visit = visit(&state.domain, &state.config, &state.reference, &parts);
    let limit = limits::of_person(parts.uri.path()).zip(visit.actor.user());
    if let Some((limit, person)) = limit
        && let Err(exceeded) = state.limiter.take(limit, Caller::User(person.0))
    {
        return exceeded.into_response();
    }
    let typed = input::pairs(&body).unwrap_or_default();
    let page = typed.iter().find(|(name, _)| name == PAGE_FIELD).and_then(|(_, page)| local_path(page));
    let page = page.unwrap_or("/").to_owned();
    let outcome = carry_out(&state.domain, visit.clone(), &parts, &typed, body).await;
    match outcome {
        Ok(done) => {
            let to = if done.to.is_empty() { page } else { done.to.clone() };
            match &done.secret {
                Some(secret) => show_once(&state, visit, parts, &to, Secret::new(secret), done.flash).await,
                None => redirect(&Done { to, ..done }, &state.config),
            }
        }
        Err(problem) if problem.error == Code::SignInRequired && names_html(&parts.headers) => {
            redirect(&Done::to(sign_in_address(&page)), &state.config)
        }
        Err(problem) if comes_back(&problem) && names_html(&parts.headers) => {
            let refused =
                Refused { action: parts.uri.path().to_owned(), typed: without_secrets(typed), problem };
            show_again(&state, visit, parts, &page, refused).await
        }
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// What a form came to, to be given again if it is sent again.
#[derive(Serialize, Deserialize)]
struct Kept {
    done: Done,
    /// Who proved to be who by it: whoever sends it again, with the same password in it, is them.
    proof: Option<Credentials>,
}

/// Runs a form once, however often it is sent: by its nonce and all that is in it.
async fn carry_out(
    domain: &Domain,
    mut visit: Visit,
    parts: &Parts,
    typed: &Pairs,
    body: Bytes,
) -> Result<Done, Problem> {
    let again = visit.clone();
    let claim = claim(domain, &visit.actor, parts, typed, &body);
    visit.actor.origin.claim.clone_from(&claim);
    let parts = parts.clone();
    let work = async move {
        let session = visit.session.clone();
        let done = run(visit, &parts, body.into()).await?;
        let proof = match session {
            Some(session) => session.get(SESSION_PROOF).await.ok().flatten(),
            None => None,
        };
        Ok(Kept { done, proof })
    };
    match idempotent::run(domain, claim, work).await? {
        Outcome::First(kept) => Ok(kept.done),
        Outcome::Replay(kept) => {
            match kept.proof {
                // The first one has ended the session that was before, unless it is somebody else's: who
                // goes back to a form of the one who was here before them.
                Some(proof) if again.actor.person().is_some_and(|person| person.id != proof.user) => {
                    again.begin_session(proof).await?;
                }
                Some(proof) => again.replace_session(proof).await?,
                None => {}
            }
            Ok(kept.done)
        }
    }
}

fn claim(domain: &Domain, actor: &Actor, parts: &Parts, typed: &Pairs, body: &[u8]) -> Option<Claim> {
    let (_, nonce) = typed.iter().find(|(name, value)| name == NONCE_FIELD && !value.is_empty())?;
    let body = std::str::from_utf8(body).ok()?;
    // What is in the form is a part of its key: who goes back and changes it sends another one.
    let key = format!("{nonce} {body}");
    Some(Claim::new(
        &domain.clock,
        &idempotency::Request {
            caller: "form",
            secret: nonce,
            key: &key,
            asks: [b"POST", parts.uri.path().as_bytes(), b""],
            id: &actor.origin.request_id,
        },
    ))
}

/// Calls the server function as a program would, so that it answers in JSON and redirects nowhere:
/// what a browser gets is decided here.
async fn run(visit: Visit, parts: &Parts, body: Body) -> Result<Done, Problem> {
    let mut request = Request::from_parts(parts.clone(), body);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let visit = Arc::new(visit);
    let answer =
        handle_server_fns_with_context(move || provide_context(visit.clone()), request).await.into_response();
    let succeeded = answer.status().is_success();
    let internal = |error: &(dyn std::error::Error + 'static)| frontdesk_domain::problem::surprise(error);
    let body = to_bytes(answer.into_body(), ANSWER_BYTES).await.map_err(|error| internal(&error))?;
    if succeeded {
        serde_json::from_slice(&body).map_err(|error| internal(&error))
    } else {
        Err(serde_json::from_slice(&body).unwrap_or_else(|error| internal(&error)))
    }
}

/// Whether the answer to a refused form is its page again. The others mean that there is no such
/// page for this person, or that the server is in no state to make one.
fn comes_back(problem: &Problem) -> bool {
    !matches!(
        problem.error,
        Code::NotFound
            | Code::Internal
            | Code::SignInRequired
            | Code::CrossSite
            | Code::LinkSpent
            | Code::Busy
    )
}

/// The page of a refused form, with what was typed. Its status is the refusal's, unless the page
/// itself has something worse to say.
async fn show_again(state: &AppState, visit: Visit, parts: Parts, page: &str, refused: Refused) -> Response {
    let status = StatusCode::from_u16(refused.problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let retry_after = refused.problem.retry_after;
    let (visit, parts) = at(page, Visit { refused: Some(refused), ..visit }, parts);
    let mut response = render(visit, parts, Https(state.config.base_url.is_https())).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    response
}

/// The page that a secret is shown on: this answer, and no other, has it.
async fn show_once(
    state: &AppState,
    visit: Visit,
    parts: Parts,
    page: &str,
    secret: Secret,
    flash: Option<Flash>,
) -> Response {
    let (visit, parts) = at(page, Visit { secret: Some(secret), flash, ..visit }, parts);
    render(visit, parts, Https(state.config.base_url.is_https())).await
}

/// The same visit, at another address.
fn at(page: &str, mut visit: Visit, mut parts: Parts) -> (Visit, Parts) {
    let uri: Uri = page.parse().unwrap_or_default();
    uri.path().clone_into(&mut visit.path);
    uri.query().unwrap_or_default().clone_into(&mut visit.query);
    parts.uri = uri;
    parts.method = Method::GET;
    (visit, parts)
}

/// See Other: the browser gets the next page, and a reload does not post again.
fn redirect(done: &Done, settings: &Settings) -> Response {
    let Ok(location) = HeaderValue::from_str(&done.to) else {
        return Refusal(Problem::new(Code::Internal)).into_response();
    };
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    if let Some(flash) = done.flash {
        response.headers_mut().append(SET_COOKIE, flash::cookie(Some(flash), &settings.base_url));
    }
    if done.forget {
        // Not "cookies": that would take the flash along; the session's cookie is removed by itself.
        response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

fn without_secrets(mut typed: Pairs) -> Pairs {
    typed.retain(|(name, _)| !SECRET_FIELDS.contains(&name.as_str()));
    typed
}

/// What the request brings to its page.
fn visit(domain: &Domain, settings: &Settings, reference: &Lazily<Reference>, parts: &Parts) -> Visit {
    let site = assets::site();
    let actor = parts.extensions.get::<Actor>().cloned();
    Visit {
        actor: actor.unwrap_or_else(|| Actor::anonymous(Origin::default())),
        session: parts.extensions.get::<Session>().cloned(),
        site: Site { style: site.style, bundle: site.bundle },
        base_url: settings.base_url.origin().into(),
        now: domain.clock.now(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        flash: None,
        refused: None,
        secret: None,
        problem: None,
        told: Arc::default(),
        reference: reference.clone(),
        domain: domain.clone(),
    }
}

async fn render(visit: Visit, parts: Parts, https: Https) -> Response {
    let visit = Arc::new(visit);
    let context = move || {
        provide_context(visit.clone());
        // Leptos has made the nonce by now; the header must have the same one.
        let policy = use_nonce().map(|nonce| page_policy(&nonce.to_string(), https));
        let policy = policy.and_then(|policy| HeaderValue::try_from(policy).ok());
        if let (Some(policy), Some(options)) = (policy, use_context::<ResponseOptions>()) {
            options.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    };
    let response =
        render_app_async_with_context(context, shell)(Request::from_parts(parts, Body::empty())).await;
    finish(response).await
}

/// The page is whole by now: it is made valid, and sent with its length, so that it needs no
/// chunks and HEAD can tell it.
async fn finish(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if parts.status.is_redirection() {
        return Response::from_parts(parts, Body::empty());
    }
    let page = to_bytes(body, usize::MAX).await.ok().and_then(|body| String::from_utf8(body.into()).ok());
    let Some(page) = page else { return Refusal(Problem::new(Code::Internal)).into_response() };
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, tidy(&only_islands(page)).into())
}

/// The pages of problems, for the layers.
pub struct ProblemPages {
    pub domain: Domain,
    pub config: Arc<Settings>,
    pub reference: Lazily<Reference>,
}

impl ErrorPages for ProblemPages {
    fn render(&self, parts: Parts, problem: Problem) -> BoxFuture<'static, Response> {
        let visit = visit(&self.domain, &self.config, &self.reference, &parts);
        let visit = Visit { problem: Some(problem), ..visit };
        Box::pin(render(visit, parts, Https(self.config.base_url.is_https())))
    }

    fn plain(&self, problem: &Problem) -> Response {
        plain::page(problem)
    }
}
