//! Ends one session, or all of one's own but the one in use.

use frontdesk_model::{Permission, audit::Action, forms::EndSession};

use super::{Error, idle_since, sql};
use crate::{
    Domain,
    actor::{Actor, Denied},
    audit::Entry,
    events, users,
};

/// Ends one session: one's own, or somebody else's.
///
/// # Errors
/// [`Error::NoSuchSession`] for what is over, or not theirs; [`Error::Denied`] for somebody else's
/// without `sessions:end` or the rank, and for one's own through a token without it.
#[tracing::instrument(name = "sessions.end", skip_all)]
pub async fn end(domain: &Domain, actor: &Actor, form: EndSession) -> Result<(), Error> {
    if actor.user().is_none() {
        actor.require(Permission::SessionsEnd)?;
    }
    actor.require_through_token(Permission::SessionsEnd)?;
    // For those who may end only their own, there are no others.
    let others = actor.may(Permission::SessionsEnd);
    let mut tx = domain.begin(actor).await?;
    let whose = sql::whose(&mut tx, form.id).await?.filter(|user| others || actor.user() == Some(*user));
    let whose = whose.ok_or(Error::NoSuchSession)?;
    let user = users::sql::by_id(&mut tx, whose).await?.ok_or(Error::NoSuchSession)?;
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

/// Ends all of one's own sessions but the one in use. Returns how many that were.
///
/// # Errors
/// [`Error::Denied`] for who has no account, and through a token without `sessions:end`.
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
