//! Authenticates the bearer of a token.

use frontdesk_model::{TokenId, TokenText, audit::Action};

use super::{
    Error, digest,
    sql::{self, Found},
};
use crate::{
    Domain,
    actor::{Actor, Bearer, Origin, Who},
    audit::Entry,
    db, events,
};

/// The actor of a token's text; `None` if it is no valid token. The reason goes to the log and not to the
/// client. One statement; none for a wrong checksum.
///
/// # Errors
/// Those of the database.
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

/// The bearer of a token as it is now; `None` if it has ended.
pub(crate) async fn reload(domain: &Domain, id: TokenId) -> Result<Option<Bearer>, db::Error> {
    let found = sql::bearer_by_id(&domain.db, id).await?;
    Ok(found.filter(|found| found.refusal(domain.clock.now()).is_none()).map(|found| found.bearer))
}

/// A token that is used after its end belongs to a forgotten job of its owner, or was revoked because it
/// leaked: audited once an hour per token.
async fn refuse(domain: &Domain, found: &Found, reason: &'static str, origin: Origin) -> Result<(), Error> {
    let Bearer { id, name, hint, .. } = &found.bearer;
    tracing::info!(reason, token = %id, "token refused");
    if !domain.token_use.refused(*id, domain.clock.now()) {
        return Ok(());
    }
    let entry = Entry::new(Action::TOKEN_REFUSED)
        .on(*id, &frontdesk_model::tokens::label(name, hint))
        .because(reason);
    let ctx = domain.context(Actor::anonymous(origin));
    let mut tx = ctx.begin();
    events::record(&ctx, &mut tx, entry).await?;
    Ok(tx.commit().await?)
}
