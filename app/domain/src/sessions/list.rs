//! Lists the active sessions of a user.

use frontdesk_model::{
    Cursor, Page, Permission, UserId,
    page::Key,
    sessions::{Session, SessionsQuery},
};
use uuid::Uuid;

use super::{Error, idle_since, sql};
use crate::{Context, Domain};

/// A page of one's own sessions, newest first.
///
/// # Errors
/// [`Error::Denied`] without an account; [`Error::ForeignCursor`].
#[tracing::instrument(name = "sessions.list_mine", skip_all)]
pub async fn list_mine(ctx: &Context, query: &SessionsQuery) -> Result<Page<Session>, Error> {
    page(ctx, ctx.actor.require_user()?, query).await
}

/// A page of a user's sessions, newest first; empty for unknown users.
///
/// # Errors
/// [`Error::Denied`] without `sessions:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "sessions.list", skip_all)]
pub async fn list(ctx: &Context, user: UserId, query: &SessionsQuery) -> Result<Page<Session>, Error> {
    ctx.actor.require(Permission::SESSIONS_READ)?;
    page(ctx, user, query).await
}

async fn page(domain: &Domain, user: UserId, query: &SessionsQuery) -> Result<Page<Session>, Error> {
    let list = format!("sessions:{user}");
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let limit = query.limit.unwrap_or_default();
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let from = cursor.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let now = domain.clock.now();
    let live = sql::Live { user, now, idle_since: idle_since(domain, now) };
    let sessions = sql::page(&domain.db, live, from, backwards, limit.probe()).await?;
    Ok(Page::of_probe(sessions, limit, &list, cursor.as_ref(), |session| (Key::Number(0), session.id.0)))
}
