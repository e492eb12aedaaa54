//! The checks of every call, in this order: limits, token, permission, content, idempotency.
//!
//! Cookies are not read: there is no session layer around these routes.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    response::{IntoResponse, Response},
};
use frontdesk_domain::{
    actor::{Actor, Denied, Origin, Who},
    idempotency::Claim,
    tokens,
};
use frontdesk_http::{
    idempotent::{self, Outcome},
    problem::Refusal,
    rate_limit::{Caller, Exceeded, Standing},
    request::{
        accept, conditional,
        input::{self, Pairs},
        origin,
    },
};
use frontdesk_model::{Code, Expected, Problem, TokenText};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
    request::Parts,
};

use super::{
    ApiState,
    answer::{Answer, Asked},
    call::{Call, Sent},
    content,
    operation::{Access, Operation, Route, status},
    replay,
};

/// The parameter that selects members of the response.
const FIELDS: &str = "fields";
/// The parameter that adds related items to the response.
const INCLUDE: &str = "include";
/// Parameters in which programs send tokens when they put them into a URL.
const TOKEN_PARAMETERS: [&str; 4] = ["access_token", "token", "api_key", "bearer"];
/// Headers that replace the method which the checks look at.
const METHOD_OVERRIDES: [HeaderName; 3] = [
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-method-override"),
];

/// Handles one call.
pub(super) async fn enter(state: ApiState, route: Route, path: Pairs, request: Request) -> Response {
    let mut standing = None;
    let answered = handle(&state, &route, path, request, &mut standing).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(Stop::Problem(problem)) => reject(problem),
        Err(Stop::Exceeded(exceeded)) => return exceeded.into_response(),
    };
    if let Some(standing) = standing {
        standing.write(response.headers_mut());
    }
    response
}

/// The reason that a call is rejected.
enum Stop {
    Problem(Problem),
    Exceeded(Exceeded),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Exceeded> for Stop {
    fn from(exceeded: Exceeded) -> Self {
        Self::Exceeded(exceeded)
    }
}

async fn handle(
    state: &ApiState,
    route: &Route,
    path: Pairs,
    request: Request,
    standing: &mut Option<Standing>,
) -> Result<Response, Stop> {
    let operation = &route.operation;
    let (parts, body) = request.into_parts();
    let mut query = input::pairs(parts.uri.query().unwrap_or_default().as_bytes())?;
    reject_evasions(&parts.headers, &path, &query)?;
    let (actor, secret) = admit(state, operation, &parts, standing).await?;
    let body = read_body(state, operation, &parts.headers, body).await?;
    let expected = expected(operation, &parts.headers)?;
    let fields = if operation.fields.is_empty() { None } else { take_out(&mut query, FIELDS)? };
    let included = take_included(operation, &actor, &mut query)?;
    let claim = claim(state, operation, &parts, (&actor, &secret), &body)?;
    // A conditional operation has the versions in its input, and compares them itself.
    let of_target = if operation.conditional { Expected::Any } else { expected.clone() };
    let sent = Arc::new(Sent { operation: operation.clone(), path, query, body, included, expected });
    let call = Call {
        ctx: state.domain.context(actor).claiming(claim.clone()).expecting(of_target),
        settings: state.settings.clone(),
        description: state.description.clone(),
        sent,
    };
    let outcome = idempotent::run(&state.domain, claim, route.run(call)).await;
    let (answer, is_replay) = match outcome.map_err(|problem| as_precondition(operation, problem))? {
        Outcome::First(answer) => (answer, false),
        Outcome::Replay(answer) => (answer, true),
    };
    let mut response = respond(state, operation, &parts, fields.as_deref(), answer)?;
    if is_replay {
        response.headers_mut().insert(replay::REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Authenticates the caller and checks its limits and its permission. Returns it with the text of its
/// token.
async fn admit(
    state: &ApiState,
    operation: &Operation,
    parts: &Parts,
    standing: &mut Option<Standing>,
) -> Result<(Actor, String), Stop> {
    let mut take = |caller| -> Result<(), Stop> {
        let stands = state.limiter.take(operation.limit, caller)?;
        *standing = stands.map(|stands| stands.tighter(*standing)).or(*standing);
        Ok(())
    };
    if let Some(client) = Caller::of(&parts.extensions) {
        take(client)?;
    }
    let (actor, secret) = authenticate(state, operation, parts).await?;
    if let Some(token) = actor.token() {
        take(Caller::Token(token.id.0))?;
    }
    if let Some(user) = actor.user() {
        take(Caller::User(user.0))?;
    }
    let is_maker = operation.maker.is_some_and(|permission| actor.may(permission));
    if let Access::Needs(permission) = operation.access
        && !is_maker
    {
        actor.require(permission).map_err(|denied| without_permission(&denied))?;
    }
    Ok((actor, secret))
}

/// Negotiates the content, and returns the body, which a layer has limited and read already.
async fn read_body(
    state: &ApiState,
    operation: &Operation,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, Problem> {
    if !accept::takes_json(headers) {
        return Err(Problem::new(Code::NotAcceptable));
    }
    let body = to_bytes(body, state.settings.body_bytes).await.map_err(|_| Problem::new(Code::TooLarge))?;
    content::check(operation, headers, &body)?;
    Ok(body)
}

fn claim(
    state: &ApiState,
    operation: &Operation,
    parts: &Parts,
    (actor, secret): (&Actor, &str),
    body: &Bytes,
) -> Result<Option<Claim>, Problem> {
    let address = parts.uri.path_and_query().map_or("", |it| it.as_str());
    let sent = replay::Sent { operation, headers: &parts.headers, address, secret, body };
    replay::claim(&state.domain, actor, &sent)
}

fn respond(
    state: &ApiState,
    operation: &Operation,
    parts: &Parts,
    fields: Option<&str>,
    answer: Answer,
) -> Result<Response, Problem> {
    answer.respond(&Asked {
        origin: state.settings.base_url.origin(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        is_get: operation.method == http::Method::GET,
        fields,
        known: &operation.fields,
        is_list: operation.is_list,
    })
}

/// Rejects tokens in URLs, where they would be logged, and overridden methods. A token is what has the
/// checksum of one: references and searches may begin as a token does.
fn reject_evasions(headers: &HeaderMap, path: &Pairs, query: &Pairs) -> Result<(), Problem> {
    let has_token = |(name, value): &(String, String)| {
        TOKEN_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
            || TokenText::is_in(name)
            || TokenText::is_in(value)
    };
    if path.iter().chain(query).any(has_token) {
        return Err(Problem::new(Code::TokenInUrl));
    }
    if METHOD_OVERRIDES.iter().any(|name| headers.contains_key(name)) {
        let why = "The method is the one of the request; no header can change it.";
        return Err(Problem::new(Code::MalformedRequest).detail(why));
    }
    Ok(())
}

/// Returns the caller, and the text of its token.
async fn authenticate(
    state: &ApiState,
    operation: &Operation,
    parts: &Parts,
) -> Result<(Actor, String), Problem> {
    let origin = origin::of(&parts.extensions, &parts.headers);
    if operation.access == Access::Anyone {
        return Ok((Actor { who: Who::Anonymous, origin }, String::new()));
    }
    let text = bearer(&parts.headers)?;
    let found = tokens::authenticate(&state.domain, text, Origin::clone(&origin)).await?;
    let actor = found.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
    Ok((actor, text.to_owned()))
}

/// Reads the token in `Authorization: Bearer …` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let required = || Problem::new(Code::TokenRequired);
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return Err(required()) };
    let (scheme, token) = line.to_str().ok().and_then(|line| line.split_once(' ')).ok_or_else(required)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(required()) }
}

/// Names the missing permission. The caller has a token, so the API is no secret.
fn without_permission(denied: &Denied) -> Problem {
    match denied {
        Denied::Lacks(permission) => {
            Problem::new(Code::PermissionRequired).detail(format!("This needs `{permission}`."))
        }
        _ => Problem::from(*denied),
    }
}

/// Reads `If-Match`.
///
/// # Errors
/// `PRECONDITION_REQUIRED` if the operation needs it; `PRECONDITION_FAILED` if the operation has no version
/// to compare it with: nothing is changed on a condition that was not looked at.
fn expected(operation: &Operation, headers: &HeaderMap) -> Result<Expected, Problem> {
    let expected = conditional::expected(headers).filter(|_| operation.method != http::Method::GET);
    match expected {
        None if operation.conditional => Err(Problem::new(Code::PreconditionRequired)),
        Some(Expected::OneOf(_)) if !operation.versioned => {
            let why = "This operation compares no versions. Send it without `If-Match`.";
            Err(Problem::new(Code::PreconditionFailed).detail(why))
        }
        expected => Ok(expected.unwrap_or_default()),
    }
}

/// Turns an edit conflict of a conditional request into a failed precondition.
fn as_precondition(operation: &Operation, problem: Problem) -> Problem {
    if operation.conditional && problem.error == Code::EditConflict {
        Problem { details: problem.details, ..Problem::new(Code::PreconditionFailed) }
    } else {
        problem
    }
}

/// Removes a parameter that belongs to the response from the query.
fn take_out(query: &mut Pairs, name: &str) -> Result<Option<String>, Problem> {
    let mut taken = query.extract_if(.., |(named, _)| named == name);
    let first = taken.next().map(|(_, value)| value);
    if taken.next().is_some() {
        let message = format!("“{name}” is there twice");
        return Err(Problem::new(Code::ValidationError).fault(name, "duplicate", message));
    }
    Ok(first)
}

/// Removes `include` from the query, and checks its values and their permissions.
fn take_included(
    operation: &Operation,
    actor: &Actor,
    query: &mut Pairs,
) -> Result<Vec<&'static str>, Problem> {
    if operation.includes.is_empty() {
        return Ok(Vec::new());
    }
    let Some(asked) = take_out(query, INCLUDE)? else { return Ok(Vec::new()) };
    let mut included = Vec::new();
    for name in asked.split(',') {
        let Some((known, needs)) = operation.includes.iter().find(|(known, _)| *known == name) else {
            let all: Vec<&str> = operation.includes.iter().map(|(known, _)| *known).collect();
            let message = format!("“{name}” cannot be included here: choose from {}", all.join(", "));
            return Err(Problem::new(Code::ValidationError).fault(INCLUDE, "unknown", message));
        };
        actor.require(*needs).map_err(|denied| without_permission(&denied))?;
        included.push(*known);
    }
    Ok(included)
}

/// Renders a problem with the status of the API, and with the challenge that 401 requires (RFC 9110).
fn reject(problem: Problem) -> Response {
    let status = status(problem.error);
    let challenge = match problem.error {
        Code::TokenRequired => Some("Bearer realm=\"frontdesk\""),
        Code::TokenInvalid => Some("Bearer realm=\"frontdesk\", error=\"invalid_token\""),
        Code::PermissionRequired => Some("Bearer realm=\"frontdesk\", error=\"insufficient_scope\""),
        _ => None,
    };
    let mut response = Refusal(Problem { status, ..problem }).into_response();
    if let Some(challenge) = challenge {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}
