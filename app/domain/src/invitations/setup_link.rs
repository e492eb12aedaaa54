//! Creates the setup link, with which the first owner signs up.

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
/// a link that was already handed out.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "invitations.first_link", skip_all)]
pub async fn first_link(domain: &Domain) -> Result<FirstLink, Error> {
    let mut tx = domain.begin(&Actor::system()).await?;
    // Instances that start at the same time take turns, so that only one link is created.
    advisory_lock::acquire(&mut tx, "owners").await?;
    if users::has_owner(&mut tx).await? {
        return Ok(FirstLink::NotNeeded);
    }
    if let Some(expires_at) = links::setup_link_expiry(&mut tx, domain.clock.now()).await? {
        return Ok(FirstLink::Earlier { expires_at });
    }
    Ok(FirstLink::New(make_setup_link(domain, tx).await?))
}

/// Creates a setup link that replaces the one before, and returns its token; `None` if there is an owner.
///
/// # Errors
/// Those of the database.
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
