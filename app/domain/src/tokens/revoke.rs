//! Revokes tokens.

use frontdesk_model::{Permission, Token, audit::Action, forms::RevokeToken, token::TokenState};

use super::{Error, sql};
use crate::{Domain, actor::Actor, audit::Entry, db::Tx, events, users};

/// Revokes a token immediately. People revoke their own; a token can always revoke itself, so that anyone
/// who finds a leaked token can end it.
///
/// # Errors
/// [`Error::NoSuchToken`]; [`Error::Ended`]; [`Error::Denied`] for others' without `tokens:manage` or the
/// rank, and for any other token with a token without it.
#[tracing::instrument(name = "tokens.revoke", skip_all)]
pub async fn revoke(domain: &Domain, actor: &Actor, form: RevokeToken) -> Result<(), Error> {
    let itself = actor.token().is_some_and(|bearer| bearer.id == form.id);
    if !itself {
        if actor.user().is_none() {
            actor.require(Permission::TokensManage)?;
        }
        actor.require_through_token(Permission::TokensManage)?;
    }
    // For actors who may revoke only their own, other tokens do not exist.
    let others = actor.may(Permission::TokensManage);
    let at = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let token = sql::by_id(&mut tx, form.id, at).await?;
    let is_own = |token: &Token| itself || (actor.user().is_some() && actor.user() == owner(token));
    let token = token.filter(|token| others || is_own(token)).ok_or(Error::NoSuchToken)?;
    if !is_own(&token) {
        require_rank(&mut tx, actor, &token).await?;
    }
    if matches!(token.state, TokenState::Expired | TokenState::Revoked)
        || !sql::revoke(&mut tx, token.id, at).await?
    {
        return Err(Error::Ended);
    }
    let entry = Entry::new(Action::TokenRevoked).on(token.id, &token.label());
    events::record(&mut tx, domain, actor, entry).await?;
    Ok(tx.commit().await?)
}

/// As for acting on a user: the actor must hold all permissions of the owner, or of the service token.
async fn require_rank(tx: &mut Tx, actor: &Actor, token: &Token) -> Result<(), Error> {
    match owner(token) {
        Some(id) => {
            let owner = users::sql::by_id(tx, id).await?.ok_or(Error::NoSuchToken)?;
            Ok(actor.require_rank_over(&owner.roles)?)
        }
        None => Ok(actor.require_rank_over_permissions(token.permissions)?),
    }
}

fn owner(token: &Token) -> Option<frontdesk_model::UserId> {
    token.owner.as_ref().map(|owner| owner.id)
}
