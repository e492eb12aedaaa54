//! Reads a one-time link without using it.

use frontdesk_model::Secret;

use crate::{
    Context,
    one_time_links::{Purpose, digest, sql as links},
    users::Error,
};

/// The page of an unused link.
#[derive(Clone, Debug, Default)]
pub struct OpenLink {
    pub name: String,
    pub email: String,
}

/// Reads an invitation or the setup link without using it.
///
/// # Errors
/// [`Error::LinkSpent`].
pub async fn open(ctx: &Context, purpose: Purpose, token: &Secret) -> Result<OpenLink, Error> {
    let seen = links::see_link(&ctx.db, digest(token), purpose, ctx.clock.now()).await?;
    let link = seen.ok_or(Error::LinkSpent(purpose))?;
    Ok(OpenLink { name: link.name.unwrap_or_default(), email: link.email.unwrap_or_default() })
}
