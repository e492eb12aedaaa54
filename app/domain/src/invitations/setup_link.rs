//! Creates the first owner's link.

use frontdesk_model::{Secret, Timestamp, audit::Action};

use crate::{
    Domain,
    actor::Actor,
    advisory_lock,
    audit::Entry,
    db::Tx,
    events,
    one_time_links::{self, Purpose, sql as links},
    users::{Error, sql as users},
};

/// What a start finds out about the first owner's link.
#[derive(Clone, Debug)]
pub enum FirstLink {
    /// There is an owner, so there is none.
    NotNeeded,
    /// One has been made that is still good. What it is cannot be told again.
    Earlier { expires_at: Timestamp },
    /// The token of a new one.
    New(Secret),
}

/// Makes a link for the first owner, unless there is an owner, or a link that is still good: an
/// instance that starts takes away nobody's link.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "invitations.first_link", skip_all)]
pub async fn first_link(domain: &Domain) -> Result<FirstLink, Error> {
    let mut tx = domain.begin(&Actor::system()).await?;
    // Two that start at once take turns, so that one link is made.
    advisory_lock::acquire(&mut tx, "owners").await?;
    if users::has_owner(&mut tx).await? {
        return Ok(FirstLink::NotNeeded);
    }
    if let Some(expires_at) = links::setup_link_expiry(&mut tx, domain.clock.now()).await? {
        return Ok(FirstLink::Earlier { expires_at });
    }
    Ok(FirstLink::New(make_setup_link(domain, tx).await?))
}

/// The token of a new link for the first owner, which replaces the one before; `None` if there is
/// an owner.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "invitations.setup_link", skip_all)]
pub async fn setup_link(domain: &Domain) -> Result<Option<Secret>, Error> {
    let mut tx = domain.begin(&Actor::system()).await?;
    advisory_lock::acquire(&mut tx, "owners").await?;
    if users::has_owner(&mut tx).await? {
        return Ok(None);
    }
    make_setup_link(domain, tx).await.map(Some)
}

async fn make_setup_link(domain: &Domain, mut tx: Tx) -> Result<Secret, Error> {
    let token = one_time_links::insert(domain, &mut tx, Purpose::Setup, None).await?;
    events::record(&mut tx, domain, &Actor::system(), Entry::new(Action::SetupLinkCreated)).await?;
    tx.commit().await?;
    Ok(token)
}
