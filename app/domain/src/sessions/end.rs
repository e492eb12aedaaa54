//! Ends one session, or all of one's own except the current one.

use frontdesk_model::{Permission, audit::Action, forms::EndSession};

use super::{Error, idle_since, sql};
use crate::{
    Domain,
    actor::{Actor, Denied},
    audit::Entry,
    events, users,
};

/// Ends a session: one's own, or another user's.
///
/// # Errors
/// [`Error::NoSuchSession`] if it has ended or belongs to another user; [`Error::Denied`] for another
/// user's without `sessions:end` or the rank, and for one's own with a token without it.
#[tracing::instrument(name = "sessions.end", skip_all)]
pub async fn end(domain: &Domain, actor: &Actor, form: EndSession) -> Result<(), Error> {
    if actor.user().is_none() {
        actor.require(Permission::SessionsEnd)?;
    }
    actor.require_through_token(Permission::SessionsEnd)?;
    // For actors who may end only their own, other sessions do not exist.
    let others = actor.may(Permission::SessionsEnd);
    let mut tx = domain.begin(actor).await?;
    let owner = sql::owner(&mut tx, form.id).await?.filter(|user| others || actor.user() == Some(*user));
    let owner = owner.ok_or(Error::NoSuchSession)?;
    let user = users::sql::by_id(&mut tx, owner).await?.ok_or(Error::NoSuchSession)?;
    if actor.user() != Some(user.id) {
        actor.require_rank_over(&user.roles)?;
    }
    if !sql::delete(&mut tx, form.id).await? {
        return Err(Error::NoSuchSession);
    }
    let entry = Entry::new(Action::SessionEnded).on(user.id, &user.name);
    events::record(&mut tx, domain, actor, entry).await?;
    Ok(tx.commit().await?)
}

/// Ends all of one's own sessions except the current one. Returns their number.
///
/// # Errors
/// [`Error::Denied`] without an account, and with a token without `sessions:end`.
#[tracing::instrument(name = "sessions.end_others", skip_all)]
pub async fn end_others(domain: &Domain, actor: &Actor) -> Result<u64, Error> {
    let user = actor.require_user()?;
    actor.require_through_token(Permission::SessionsEnd)?;
    let mine = actor.person().map(|person| person.session);
    let now = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let user = users::sql::by_id(&mut tx, user).await?.ok_or(Denied::NoAccount)?;
    let live = sql::Live { user: user.id, now, idle_since: idle_since(domain, now) };
    let ended = sql::delete_others(&mut tx, live, mine).await?;
    if ended > 0 {
        let left = u64::from(mine.is_some());
        let entry = Entry::new(Action::SessionEnded).on(user.id, &user.name).changed(
            "devices",
            Some(&(ended + left).to_string()),
            Some(&left.to_string()),
        );
        events::record(&mut tx, domain, actor, entry).await?;
        tx.commit().await?;
    }
    Ok(ended)
}
