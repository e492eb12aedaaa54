//! From a cookie to an [`Actor`]: who asks, and from where.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_domain::actor::{Actor, Origin, Person, Who};
use frontdesk_model::{Code, Problem};
use http::{Extensions, HeaderMap, header::USER_AGENT};
use tower_sessions::Session;

use super::{client::ClientAddr, problem::Refusal, session::PERSON, trace::TraceId};

/// How much of a user agent is kept, in characters.
const USER_AGENT_LENGTH: usize = 300;

/// Puts the [`Actor`] into the request's extensions, and into those of an answer that says no: the
/// page that tells so is made further out, and shows who is signed in like any other.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let origin = origin(request.extensions(), request.headers());
    let session = request.extensions().get::<Session>().cloned();
    let person = match session {
        Some(session) => session.get::<Person>(PERSON).await,
        None => Ok(None),
    };
    let actor = match person {
        Ok(Some(person)) => Actor { who: Who::Person(person), origin },
        Ok(None) => Actor::anonymous(origin),
        // Logged where it happened. To go on as a stranger would sign people out by surprise.
        Err(_) => return Refusal(Problem::new(Code::Busy).retry_after(1)).into_response(),
    };
    request.extensions_mut().insert(actor.clone());
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        response.extensions_mut().insert(actor);
    }
    response
}

/// Where a request came from.
pub(super) fn origin(extensions: &Extensions, headers: &HeaderMap) -> Origin {
    Origin {
        ip: extensions.get::<ClientAddr>().map(|address| address.0.to_string()).unwrap_or_default(),
        user_agent: user_agent(headers),
        request_id: extensions.get::<TraceId>().map(ToString::to_string).unwrap_or_default(),
        claim: None,
    }
}

/// As it was sent, as far as it is text, and no longer than people would read.
fn user_agent(headers: &HeaderMap) -> String {
    let sent =
        headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default();
    sent.chars().filter(|c| !c.is_control()).take(USER_AGENT_LENGTH).collect()
}
