//! Deletes a session by its cookie, without an audit event.

use super::{Error, TokenHash, sql};
use crate::Domain;

/// Deletes a session by its cookie, without an audit event: it has ended already, or a new sign-in
/// replaces it.
pub async fn forget(domain: &Domain, token: TokenHash) -> Result<(), Error> {
    // Usually there is nothing to delete, and finding that out needs no write.
    if !sql::exists(&domain.db, token).await? {
        return Ok(());
    }
    let mut tx = domain.db.write();
    sql::delete_by_token(&mut tx, token).await?;
    Ok(tx.commit().await?)
}
