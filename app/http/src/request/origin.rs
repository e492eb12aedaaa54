//! The origin of a request, as the audit trail keeps it.

use frontdesk_domain::actor::Origin;
use http::{Extensions, HeaderMap, header::USER_AGENT};

use super::client_address::ClientAddr;
use crate::layers::trace::TraceId;

/// The longest user agent that is kept, in characters.
const USER_AGENT_LENGTH: usize = 300;

/// Returns the client's address, its user agent and the id of the request.
pub fn of(extensions: &Extensions, headers: &HeaderMap) -> Origin {
    Origin {
        ip: extensions.get::<ClientAddr>().map(|address| address.0.to_string()).unwrap_or_default(),
        user_agent: user_agent(headers),
        request_id: extensions.get::<TraceId>().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Returns the user agent without control characters, cut to a readable length.
fn user_agent(headers: &HeaderMap) -> String {
    let sent =
        headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes())).unwrap_or_default();
    sent.chars().filter(|c| !c.is_control()).take(USER_AGENT_LENGTH).collect()
}
