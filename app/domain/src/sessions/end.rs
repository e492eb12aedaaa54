//! Ends one session, or all of one's own except the current one.

use frontdesk_model::{Permission, audit::Action, sessions::EndSession};

use super::{Error, idle_since, sql};
use crate::{Context, actor::Denied, audit::Entry, db::Tx, events, users};

/// Ends a session: one's own, or another user's.
///
/// # Errors
/// [`Error::NoSuchSession`] if it has ended or belongs to another user; [`Error::Denied`] for another
/// user's without `sessions:end` or the rank, and for one's own with a token without it.
#[tracing::instrument(name = "sessions.end", skip_all)]
pub async fn end(ctx: &Context, form: EndSession) -> Result<(), Error> {
    let mut tx = ctx.begin();
    end_in(ctx, &mut tx, form).await?;
    Ok(tx.commit().await?)
}

/// As [`end()`], in the caller's transaction.
///
/// # Errors
/// As [`end()`].
pub async fn end_in(ctx: &Context, tx: &mut Tx, form: EndSession) -> Result<(), Error> {
    if ctx.actor.user().is_none() {
        ctx.actor.require(Permission::SESSIONS_END)?;
    }
    ctx.actor.require_through_token(Permission::SESSIONS_END)?;
    // For actors who may end only their own, other sessions do not exist.
    let others = ctx.actor.may(Permission::SESSIONS_END);
    let owner = sql::owner(tx, form.id).await?.ok_or(Error::NoSuchSession)?;
    if !others && ctx.actor.user() != Some(owner) {
        ctx.actor.log_refusal("sessions:end", ("session", form.id.0));
        return Err(Error::NoSuchSession);
    }
    let user = users::sql::by_id(&mut *tx, owner).await?.ok_or(Error::NoSuchSession)?;
    if ctx.actor.user() != Some(user.id) {
        ctx.actor.require_rank_over(user.id, &user.roles)?;
    }
    if !sql::delete(tx, form.id).await? {
        return Err(Error::NoSuchSession);
    }
    let entry = Entry::new(Action::SESSION_ENDED).on(user.id, &user.name);
    events::record_change(ctx, tx, entry, Some(&user), &user).await?;
    Ok(())
}

/// Ends all of one's own sessions except the current one. Returns their number.
///
/// # Errors
/// [`Error::Denied`] without an account, and with a token without `sessions:end`.
#[tracing::instrument(name = "sessions.end_others", skip_all)]
pub async fn end_others(ctx: &Context) -> Result<u64, Error> {
    let mut tx = ctx.begin();
    let ended = end_others_in(ctx, &mut tx).await?;
    tx.commit().await?;
    Ok(ended)
}

/// As [`end_others()`], in the caller's transaction.
///
/// # Errors
/// As [`end_others()`].
pub async fn end_others_in(ctx: &Context, tx: &mut Tx) -> Result<u64, Error> {
    let user = ctx.actor.require_user()?;
    ctx.actor.require_through_token(Permission::SESSIONS_END)?;
    let mine = ctx.actor.person().map(|person| person.session);
    let now = ctx.clock.now();
    let user = users::sql::by_id(&mut *tx, user).await?.ok_or(Denied::NoAccount)?;
    let live = sql::Live { user: user.id, now, idle_since: idle_since(ctx, now) };
    let ended = sql::delete_others(tx, live, mine).await?;
    if ended > 0 {
        let left = u64::from(mine.is_some());
        let entry = Entry::new(Action::SESSION_ENDED).on(user.id, &user.name).changed(
            "devices",
            Some(&(ended + left).to_string()),
            Some(&left.to_string()),
        );
        events::record_change(ctx, tx, entry, Some(&user), &user).await?;
    }
    Ok(ended)
}
