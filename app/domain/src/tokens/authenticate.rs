//! From the text of a token to who asks.

use frontdesk_model::{TokenText, audit::Action};

use super::{
    Error, digest,
    sql::{self, Found},
};
use crate::{
    Domain,
    actor::{Actor, Bearer, Origin, Who},
    audit::Entry,
    events,
};

/// Who asks with this text; `None` for what is not a token or does not work, which is for the log
/// and not for whoever asks. One statement; none for what has a wrong checksum.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "tokens.authenticate", skip_all)]
pub async fn authenticate(domain: &Domain, text: &str, origin: Origin) -> Result<Option<Actor>, Error> {
    let Some(text) = TokenText::parse(text) else {
        tracing::info!(reason = "malformed", "token refused");
        return Ok(None);
    };
    let Some(found) = sql::by_hash(&domain.db, digest(&text)).await? else {
        tracing::info!(reason = "unknown", "token refused");
        return Ok(None);
    };
    let now = domain.clock.now();
    match found.refusal(now) {
        Some(reason) => {
            refuse(domain, &found, reason, origin).await?;
            Ok(None)
        }
        None => {
            domain.token_use.used(found.bearer.id, found.last_used_at, now);
            Ok(Some(Actor { who: Who::Token(found.bearer), origin }))
        }
    }
}

/// Whoever still has a token that has ended may be its owner's forgotten job, or the reason why it
/// was revoked: the trail says so, once an hour for each token.
async fn refuse(domain: &Domain, found: &Found, reason: &'static str, origin: Origin) -> Result<(), Error> {
    let Bearer { id, name, hint, .. } = &found.bearer;
    tracing::info!(reason, token = %id, "token refused");
    if !domain.token_use.refused(*id, domain.clock.now()) {
        return Ok(());
    }
    let entry =
        Entry::new(Action::TokenRefused).on(*id, &frontdesk_model::token::label(name, hint)).because(reason);
    let mut tx = domain.db.write().await?;
    events::record(&mut tx, domain, &Actor::anonymous(origin), entry).await?;
    Ok(tx.commit().await?)
}
