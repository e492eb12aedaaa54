//! Loads the session of a request.

use super::{Error, TokenHash, idle_since, sql};
use crate::{Domain, actor::Person};

/// The session's user, with their current roles; `None` if the session has ended.
#[tracing::instrument(name = "sessions.load", skip_all)]
pub async fn load(domain: &Domain, token: TokenHash) -> Result<Option<Person>, Error> {
    let now = domain.clock.now();
    let found = sql::by_token(&domain.db, token, now, idle_since(domain, now)).await?;
    Ok(found.map(|(person, last_seen)| {
        domain.last_seen.seen(&person, last_seen, now);
        person
    }))
}
