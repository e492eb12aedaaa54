//! Revokes tokens.

use frontdesk_model::{
    Permission, Token,
    audit::Action,
    tokens::{RevokeToken, TokenState},
};

use super::{Error, sql};
use crate::{Context, actor::Actor, audit::Entry, db::Tx, events, users};

/// Revokes a token immediately. People revoke their own; a token can always revoke itself, so that anyone
/// who finds a leaked token can end it.
///
/// # Errors
/// [`Error::NoSuchToken`]; [`Error::Ended`]; [`Error::Denied`] for others' without `tokens:manage` or the
/// rank, and for any other token with a token without it.
#[tracing::instrument(name = "tokens.revoke", skip_all)]
pub async fn revoke(ctx: &Context, form: RevokeToken) -> Result<(), Error> {
    let mut tx = ctx.begin();
    revoke_in(ctx, &mut tx, form).await?;
    Ok(tx.commit().await?)
}

/// As [`revoke()`], in the caller's transaction.
///
/// # Errors
/// As [`revoke()`].
pub async fn revoke_in(ctx: &Context, tx: &mut Tx, form: RevokeToken) -> Result<(), Error> {
    let itself = ctx.actor.token().is_some_and(|bearer| bearer.id == form.id);
    if !itself {
        if ctx.actor.user().is_none() {
            ctx.actor.require(Permission::TOKENS_MANAGE)?;
        }
        ctx.actor.require_through_token(Permission::TOKENS_MANAGE)?;
    }
    // For actors who may revoke only their own, other tokens do not exist.
    let others = ctx.actor.may(Permission::TOKENS_MANAGE);
    let at = ctx.clock.now();
    let token = sql::by_id(&mut *tx, form.id, at).await?;
    let is_own = |token: &Token| itself || (ctx.actor.user().is_some() && ctx.actor.user() == owner(token));
    let token = token.ok_or(Error::NoSuchToken)?;
    if !others && !is_own(&token) {
        ctx.actor.log_refusal("tokens:manage", ("token", token.id.0));
        return Err(Error::NoSuchToken);
    }
    if !is_own(&token) {
        require_rank(tx, &ctx.actor, &token).await?;
    }
    if matches!(token.state, TokenState::Expired | TokenState::Revoked)
        || !sql::revoke(tx, token.id, at).await?
    {
        return Err(Error::Ended);
    }
    let entry = Entry::new(Action::TOKEN_REVOKED).on(token.id, &token.label());
    events::record(ctx, tx, entry).await?;
    Ok(())
}

/// As for acting on a user: the actor must hold all permissions of the owner, or of the service token.
async fn require_rank(tx: &mut Tx, actor: &Actor, token: &Token) -> Result<(), Error> {
    match owner(token) {
        Some(id) => {
            let owner = users::sql::by_id(&mut *tx, id).await?.ok_or(Error::NoSuchToken)?;
            Ok(actor.require_rank_over(owner.id, &owner.roles)?)
        }
        None => Ok(actor.require_rank_over_permissions(("token", token.id.0), token.permissions)?),
    }
}

fn owner(token: &Token) -> Option<frontdesk_model::UserId> {
    token.owner.as_ref().map(|owner| owner.id)
}
