//! The [`Actor`] of a request to a page, from its session.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_domain::actor::{Actor, Origin, Person, Who};
use frontdesk_http::{problem::Refusal, request::origin};
use frontdesk_model::{Code, Problem};
use http::request::Parts;
use tower_sessions::Session;

use super::session::PERSON;

/// Adds the [`Actor`] to the extensions of the request, and to those of a rejection: the page of a problem
/// is rendered by an outer layer, and shows the signed-in user like any other page.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let origin = origin::of(request.extensions(), request.headers());
    let session = request.extensions().get::<Session>().cloned();
    let person = match session {
        Some(session) => session.get::<Person>(PERSON).await,
        None => Ok(None),
    };
    let actor = match person {
        Ok(Some(person)) => Actor { who: Who::Person(person), origin },
        Ok(None) => Actor::anonymous(origin),
        // Logged already. An anonymous actor instead would sign people out.
        Err(_) => return Refusal(Problem::new(Code::Busy).retry_after(1)).into_response(),
    };
    request.extensions_mut().insert(actor.clone());
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        response.extensions_mut().insert(actor);
    }
    response
}

/// Returns the actor of a request; without one the request is anonymous.
pub(super) fn of(parts: &Parts) -> Actor {
    parts.extensions.get::<Actor>().cloned().unwrap_or_else(|| Actor::anonymous(Origin::default()))
}
