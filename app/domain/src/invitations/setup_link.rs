//! Creates the setup link, with which the first owner signs up.

use frontdesk_model::{Secret, Timestamp, audit::Action};

use crate::{
    Context, Domain, advisory_lock,
    audit::Entry,
    db::Tx,
    events,
    one_time_links::{self, Purpose, sql as links},
    users::{Error, sql as users},
};

/// State of the setup link at the start of the server.
#[derive(Clone, Debug)]
pub enum FirstLink {
    /// There is an owner already.
    NotNeeded,
    /// A valid link exists. Its token cannot be shown again.
    Earlier { expires_at: Timestamp },
    /// The token of a new link.
    New(Secret),
}

/// Creates a setup link unless there is an owner or a valid link: a starting instance must not invalidate
/// a link that was already handed out. The actor is the command line.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "invitations.first_link", skip_all)]
pub async fn first_link(domain: &Domain) -> Result<FirstLink, Error> {
    let ctx = domain.system();
    let mut tx = ctx.begin();
    let link = first_link_in(&ctx, &mut tx).await?;
    tx.commit().await?;
    Ok(link)
}

async fn first_link_in(ctx: &Context, tx: &mut Tx) -> Result<FirstLink, Error> {
    // Instances that start at the same time take turns, so that only one link is created.
    advisory_lock::acquire(tx, "owners").await?;
    if users::has_owner(&mut *tx).await? {
        return Ok(FirstLink::NotNeeded);
    }
    if let Some(expires_at) = links::setup_link_expiry(tx, ctx.clock.now()).await? {
        return Ok(FirstLink::Earlier { expires_at });
    }
    Ok(FirstLink::New(insert(ctx, tx).await?))
}

/// Creates a setup link that replaces the one before, and returns its token; `None` if there is an owner.
/// The actor is the command line.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "invitations.setup_link", skip_all)]
pub async fn setup_link(domain: &Domain) -> Result<Option<Secret>, Error> {
    let ctx = domain.system();
    let mut tx = ctx.begin();
    let link = setup_link_in(&ctx, &mut tx).await?;
    tx.commit().await?;
    Ok(link)
}

async fn setup_link_in(ctx: &Context, tx: &mut Tx) -> Result<Option<Secret>, Error> {
    advisory_lock::acquire(tx, "owners").await?;
    if users::has_owner(&mut *tx).await? { Ok(None) } else { insert(ctx, tx).await.map(Some) }
}

async fn insert(ctx: &Context, tx: &mut Tx) -> Result<Secret, Error> {
    let token = one_time_links::insert(ctx, tx, Purpose::Setup, (None, None)).await?;
    events::record(ctx, tx, Entry::new(Action::SETUP_LINK_CREATED)).await?;
    Ok(token)
}
