//! Loads the actor of a long request again.

use super::{idle_since, sql};
use crate::{
    Domain,
    actor::{Actor, Who},
    db, tokens,
};

/// The actor of a request that goes on for long, with the present permissions; `None` if the session or the token
/// has ended since, or the account is not active any more.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "sessions.reload", skip_all)]
pub async fn reload(domain: &Domain, actor: &Actor) -> Result<Option<Actor>, db::Error> {
    let now = domain.clock.now();
    let who = match &actor.who {
        Who::Person(person) => {
            let found = sql::by_id(&domain.db, person.session, now, idle_since(domain, now)).await?;
            found.map(Who::Person)
        }
        Who::Token(bearer) => tokens::reload(domain, bearer.id).await?.map(Who::Token),
        Who::Anonymous | Who::System | Who::Worker => Some(actor.who.clone()),
    };
    Ok(who.map(|who| Actor { who, origin: actor.origin.clone() }))
}
