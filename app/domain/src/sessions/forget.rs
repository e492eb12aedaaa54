//! Deletes a session by its cookie, without an audit event.

use super::{Error, TokenHash, sql};
use crate::Domain;

/// Deletes a session by what is in its cookie, without a word: it was ended already, or belongs to
/// a sign-in that replaces it.
pub async fn forget(domain: &Domain, token: TokenHash) -> Result<(), Error> {
    // Mostly there is nothing left, and to see that costs no write.
    if !sql::exists(&domain.db, token).await? {
        return Ok(());
    }
    let mut tx = domain.db.write().await?;
    sql::delete_by_token(&mut tx, token).await?;
    Ok(tx.commit().await?)
}
