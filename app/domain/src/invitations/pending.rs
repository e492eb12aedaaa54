//! The state before the setup: there is no owner yet.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    Context,
    users::{Error, sql as users},
};

/// Remembers that there is an owner. From then on there always is one, because the last owner stays.
#[derive(Clone, Debug, Default)]
pub struct HasOwner(Arc<AtomicBool>);

/// Returns true until there is an owner. Reads the database until then only.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "invitations.is_setup_pending", skip_all)]
pub async fn is_setup_pending(ctx: &Context) -> Result<bool, Error> {
    if ctx.has_owner.0.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let has_owner = users::has_owner(&ctx.db).await?;
    ctx.has_owner.0.store(has_owner, Ordering::Relaxed);
    Ok(!has_owner)
}
