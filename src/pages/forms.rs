//! Submitted forms: from a posted body to a redirect, or to the page of the form again.

use std::sync::Arc;

use axum::{
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use frontdesk_domain::{
    Domain,
    actor::Actor,
    credentials::Credentials,
    idempotency::{self, Claim},
};
use frontdesk_http::{
    BaseUrl,
    idempotent::{self, Outcome},
    problem::Refusal,
    rate_limit::Caller,
    request::{
        accept::names_html,
        cookies::{self, CookieScope},
    },
};
use frontdesk_model::{Code, Problem, Secret};
use frontdesk_web::{
    context::RequestContext,
    flash::{Flash, SECRET_WAS_SHOWN},
    form::{self, FormResult, RefusedForm, Submission},
    pages,
    parts::layout::page::sign_in_url,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{ALLOW, LOCATION, RETRY_AFTER, SET_COOKIE},
    request::Parts,
};
use serde::{Deserialize, Serialize};

use super::{flash, probe, render, session};
use crate::AppState;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Answers a form's path that was opened by hand: redirects to the form's page.
pub(super) async fn open(request: Request) -> Response {
    match pages::form_at(request.uri().path()) {
        Some(form) if names_html(request.headers()) => {
            (StatusCode::SEE_OTHER, [(LOCATION, form.page.path())]).into_response()
        }
        Some(_) => ([(ALLOW, "POST")], Refusal(Problem::new(Code::MethodNotAllowed))).into_response(),
        None => Refusal(Problem::new(Code::NotFound)).into_response(),
    }
}

/// Runs the server function of a form, and answers as a browser expects it.
pub(super) async fn submit(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(form) = pages::form_at(parts.uri.path()) else {
        return Refusal(Problem::new(Code::NotFound)).into_response();
    };
    // The middleware has limited the body already.
    let Ok(body) = to_bytes(body, state.config.body_bytes).await else {
        return Refusal(Problem::new(Code::TooLarge)).into_response();
    };
    let context = render::context(&state.domain, &state.config, &state.reference, &parts);
    if let Some((limit, user)) = form.limit_per_person.zip(context.actor.user())
        && let Err(exceeded) = state.limiter.take(limit, Caller::User(user.0))
    {
        return exceeded.into_response();
    }
    let submission = Arc::new(Submission::parse(form, &parts.headers, &body));
    if let Err(problem) = submission.check_account(&context.actor) {
        return Refusal(problem).into_response();
    }
    let result = match probe::check(&submission, &parts.headers, &state.config.base_url) {
        Ok(()) => {
            let caller = caller(&parts.headers, &state.config.base_url);
            run_once(&state.domain, context.clone(), submission.clone(), &body, &caller).await
        }
        Err(problem) => Err(problem),
    };
    answer(&state, context, parts, submission, result).await
}

async fn answer(
    state: &AppState,
    context: RequestContext,
    parts: Parts,
    submission: Arc<Submission>,
    result: Result<FormResult, Problem>,
) -> Response {
    let page = submission.page();
    match result {
        Ok(result) => {
            let to = if result.to.is_empty() { page } else { &result.to };
            match result.secret {
                Some(secret) => show_secret(state, context, parts, to, secret, result.flash).await,
                None => redirect(state, to, result.flash, result.clear_site_data),
            }
        }
        Err(problem) if problem.error == Code::SignInRequired && names_html(&parts.headers) => {
            redirect(state, &sign_in_url(page), None, false)
        }
        Err(problem) if comes_back(&problem) && names_html(&parts.headers) => {
            let refused = Arc::unwrap_or_clone(submission.clone()).refused(problem);
            show_again(state, context, parts, page, refused).await
        }
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// Time in which a form that is sent again shows its secret, or signs in: that of a double click, or of a browser that
/// tries again after a lost connection.
const SECRETS_KEPT_SECONDS: i64 = 60;

/// The outcome of a form, stored for when the form is sent again. The names of the fields are those that earlier
/// versions have stored.
#[derive(Serialize, Deserialize)]
struct StoredOutcome {
    done: StoredResult,
    /// The time of the outcome, in microseconds; absent in those that earlier versions have stored.
    #[serde(default)]
    at: i64,
    /// Proof of identity that the form has established. A repeated form has the same password in it, so it is from
    /// the same user.
    proof: Option<Credentials>,
}

#[derive(Serialize, Deserialize)]
struct StoredResult {
    to: String,
    /// The code of the message.
    flash: Option<String>,
    secret: Option<String>,
    forget: bool,
}

impl From<FormResult> for StoredResult {
    fn from(result: FormResult) -> Self {
        Self {
            to: result.to,
            flash: result.flash.map(|flash| flash.code.to_owned()),
            secret: result.secret.map(|secret| secret.expose().to_owned()),
            forget: result.clear_site_data,
        }
    }
}

impl From<StoredResult> for FormResult {
    fn from(stored: StoredResult) -> Self {
        Self {
            to: stored.to,
            flash: stored.flash.as_deref().and_then(pages::flash),
            secret: stored.secret.map(Secret::new),
            clear_site_data: stored.forget,
        }
    }
}

/// Runs a form once, however often it is sent: it is recognized by its nonce and all of its fields.
async fn run_once(
    domain: &Domain,
    mut context: RequestContext,
    submission: Arc<Submission>,
    body: &[u8],
    caller: &str,
) -> Result<FormResult, Problem> {
    let again = context.clone();
    let claim = claim(domain, &context.actor, &submission, body, caller);
    let at = context.now.micros();
    context.ctx.claim.clone_from(&claim);
    let work = async move {
        let (session, actor) = (context.session.clone(), context.actor.clone());
        let result = form::run(submission, actor, Arc::new(context)).await?;
        let started = session.and_then(|session| session.start.get());
        Ok(StoredOutcome { done: result.into(), at, proof: started.map(|started| started.proof) })
    };
    match idempotent::run(domain, claim, work).await? {
        Outcome::First(outcome) => Ok(outcome.done.into()),
        Outcome::Replay(outcome) => replay(&again, outcome).await,
    }
}

/// Answers a form that is sent again.
async fn replay(context: &RequestContext, outcome: StoredOutcome) -> Result<FormResult, Problem> {
    let is_late = outcome.at < context.now.plus_seconds(-SECRETS_KEPT_SECONDS).micros();
    match outcome.proof {
        // Its proof of identity may not hold any more.
        Some(_) if is_late => return Err(Problem::new(Code::SignInRequired)),
        // The first submission has ended the session before it, unless that is another user's: of someone who went
        // back to the form of the user before them.
        Some(proof) if context.actor.person().is_some_and(|person| person.id != proof.user) => {
            context.start_session(proof).await?;
        }
        Some(proof) => context.replace_session(proof).await?,
        None => {}
    }
    let result = FormResult::from(outcome.done);
    if is_late && result.secret.is_some() {
        return Ok(FormResult { secret: None, flash: Some(SECRET_WAS_SHOWN), ..result });
    }
    Ok(result)
}

/// The browser session that sends a form, signed in or not: only that session gets the answer again. It is the cookie
/// as it was sent, because the first submission may have ended the session.
fn caller(headers: &HeaderMap, base_url: &BaseUrl) -> String {
    let cookie = cookies::value(headers, &session::name(CookieScope::of(base_url)));
    format!("form {}", cookie.unwrap_or_default())
}

fn claim(
    domain: &Domain,
    actor: &Actor,
    submission: &Submission,
    body: &[u8],
    caller: &str,
) -> Option<Claim> {
    let nonce = submission.nonce()?;
    let body = std::str::from_utf8(body).ok()?;
    // The fields are a part of the key: a form that was changed after going back is another one.
    let key = format!("{nonce} {body}");
    let secret = format!("{nonce} {caller}");
    Some(Claim::new(
        &domain.clock,
        &idempotency::Request {
            caller,
            secret: &secret,
            key: &key,
            asks: [b"POST", submission.form.url.path().as_bytes(), b""],
            id: &actor.origin.request_id,
        },
    ))
}

/// Returns true if the answer to a refused form is its page again. The other problems mean that there is no such page
/// for this actor, or that the server is in no state to render one.
fn comes_back(problem: &Problem) -> bool {
    !matches!(
        problem.error,
        Code::NotFound
            | Code::Internal
            | Code::SignInRequired
            | Code::CrossSite
            | Code::LinkSpent
            | Code::Busy
            | Code::OutcomeUnknown
    )
}

/// The page of a refused form, with what was typed. Its status is that of the problem, unless the page itself fails.
async fn show_again(
    state: &AppState,
    context: RequestContext,
    parts: Parts,
    page: &str,
    refused: RefusedForm,
) -> Response {
    let status = StatusCode::from_u16(refused.problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let retry_after = refused.problem.retry_after;
    let (context, parts) = at(page, RequestContext { refused: Some(refused), ..context }, parts);
    let mut response = render::page(context, parts, &state.config).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    response
}

/// The page that shows a secret: this answer has it, and no other.
async fn show_secret(
    state: &AppState,
    context: RequestContext,
    parts: Parts,
    page: &str,
    secret: Secret,
    flash: Option<Flash>,
) -> Response {
    let (context, parts) = at(page, RequestContext { secret: Some(secret), flash, ..context }, parts);
    render::page(context, parts, &state.config).await
}

/// The same request, for another page.
fn at(page: &str, mut context: RequestContext, mut parts: Parts) -> (RequestContext, Parts) {
    let uri: Uri = page.parse().unwrap_or_default();
    uri.path().clone_into(&mut context.path);
    uri.query().unwrap_or_default().clone_into(&mut context.query);
    parts.uri = uri;
    parts.method = Method::GET;
    (context, parts)
}

/// Redirects with 303, so that the browser gets the next page, and a reload does not post again.
fn redirect(state: &AppState, to: &str, flash: Option<Flash>, clear_site_data: bool) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else {
        return Refusal(Problem::new(Code::Internal)).into_response();
    };
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response();
    if let Some(flash) = flash {
        response.headers_mut().append(SET_COOKIE, flash::cookie(Some(flash), &state.config.base_url));
    }
    if clear_site_data {
        // Not "cookies": that would remove the flash as well; the session layer removes the session's cookie.
        response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_stored_as_earlier_versions_store_it() {
        let text =
            r#"{"done":{"to":"/account","flash":"signed-up","secret":null,"forget":true},"proof":null}"#;
        let outcome: StoredOutcome = serde_json::from_str(text).unwrap();
        let result = FormResult::from(outcome.done);
        assert_eq!((result.to.as_str(), result.flash), ("/account", pages::flash("signed-up")));
        assert!(result.flash.is_some() && result.secret.is_none() && result.clear_site_data);
        let again = StoredOutcome { done: result.into(), at: 7, proof: None };
        assert_eq!(serde_json::to_string(&again).unwrap(), text.replace("},", r#"},"at":7,"#));
    }
}
