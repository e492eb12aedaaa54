//! The devices that somebody is signed in on, and signing them out.

use frontdesk_model::{
    Cursor, Page, Permission, UserId, audit::Action, forms::EndSession, page::Key, query::SessionsQuery,
    user::Session,
};
use uuid::Uuid;

use super::{Error, idle_since, store};
use crate::{
    Domain, accounts,
    actor::{Actor, Denied},
    audit::Entry,
    events,
};

/// A page of one's own sessions, newest first.
///
/// # Errors
/// [`Error::Denied`] for who has no account; [`Error::ForeignCursor`].
#[tracing::instrument(name = "sessions.list_mine", skip_all)]
pub async fn list_mine(
    domain: &Domain,
    actor: &Actor,
    query: &SessionsQuery,
) -> Result<Page<Session>, Error> {
    page(domain, actor.require_user()?, query).await
}

/// A page of somebody's sessions, newest first. Of those who are not there, there are none.
///
/// # Errors
/// [`Error::Denied`] without `sessions:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "sessions.list", skip_all)]
pub async fn list(
    domain: &Domain,
    actor: &Actor,
    user: UserId,
    query: &SessionsQuery,
) -> Result<Page<Session>, Error> {
    actor.require(Permission::SessionsRead)?;
    page(domain, user, query).await
}

async fn page(domain: &Domain, user: UserId, query: &SessionsQuery) -> Result<Page<Session>, Error> {
    let list = format!("sessions:{user}");
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let limit = query.limit.unwrap_or_default();
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let from = cursor.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let now = domain.clock.now();
    let live = store::Live { user, now, idle_since: idle_since(domain, now) };
    let sessions = store::page(&domain.db, live, from, backwards, limit.probe()).await?;
    Ok(Page::of_probe(sessions, limit, &list, cursor.as_ref(), |session| (Key::Number(0), session.id.0)))
}

/// Ends the session that the actor uses.
#[tracing::instrument(name = "sessions.sign_out", skip_all)]
pub async fn sign_out(domain: &Domain, actor: &Actor) -> Result<(), Error> {
    let Some(person) = actor.person() else { return Ok(()) };
    let mut tx = domain.begin(actor).await?;
    if !store::delete(&mut tx, person.session).await? {
        // Signing out twice is signing out.
        return Ok(());
    }
    let entry = Entry::new(Action::SessionEnded).on(person.id, &person.name);
    events::record(&mut tx, domain, actor, entry).await?;
    Ok(tx.commit().await?)
}

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
    let whose = store::whose(&mut tx, form.id).await?.filter(|user| others || actor.user() == Some(*user));
    let whose = whose.ok_or(Error::NoSuchSession)?;
    let user = accounts::by_id(&mut tx, whose).await?.ok_or(Error::NoSuchSession)?;
    if actor.user() != Some(user.id) {
        actor.require_rank_over(&user.roles)?;
    }
    if !store::delete(&mut tx, form.id).await? {
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
    let user = accounts::by_id(&mut tx, user).await?.ok_or(Denied::NoAccount)?;
    let live = store::Live { user: user.id, now, idle_since: idle_since(domain, now) };
    let ended = store::delete_others(&mut tx, live, mine).await?;
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
