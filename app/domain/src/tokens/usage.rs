//! Last uses of tokens, written a few seconds late and in batches, as
//! [`LastSeen`](crate::sessions::LastSeen) does for sessions; and recent refusals.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use frontdesk_model::{Timestamp, TokenId};

use super::{Error, sql};
use crate::Domain;

/// Age at which a last use is written anew, in seconds.
const FRESH: i64 = 60;
/// Number written in one transaction.
const AT_ONCE: usize = 200;
/// Time for which one audited refusal covers further ones, in seconds.
const QUIET: i64 = 3_600;

/// Last uses that are not written yet. Cheap to clone.
#[derive(Clone, Default)]
pub struct TokenUse {
    pending: Arc<Mutex<HashMap<TokenId, Timestamp>>>,
    /// Time of the last audited refusal. Contains only existing tokens.
    refused: Arc<Mutex<HashMap<TokenId, Timestamp>>>,
}

impl TokenUse {
    pub(super) fn used(&self, token: TokenId, written: Option<Timestamp>, now: Timestamp) {
        if written.is_none_or(|written| written.plus_seconds(FRESH) <= now) {
            lock(&self.pending).insert(token, now);
        }
    }

    /// Returns true if this refusal is to be audited.
    pub(super) fn refused(&self, token: TokenId, now: Timestamp) -> bool {
        let mut refused = lock(&self.refused);
        if refused.get(&token).is_some_and(|last| now < last.plus_seconds(QUIET)) {
            return false;
        }
        refused.retain(|_, last| now < last.plus_seconds(QUIET));
        refused.insert(token, now);
        true
    }

    /// Writes pending uses. `serve` calls it every few seconds and before it exits.
    ///
    /// # Errors
    /// Those of the database; pending uses are lost then, and recorded again soon.
    #[tracing::instrument(name = "tokens.flush", skip_all)]
    pub async fn flush(&self, domain: &Domain) -> Result<(), Error> {
        let mut used: Vec<_> = lock(&self.pending).drain().collect();
        // Always in the same order, so that two instances cannot deadlock.
        used.sort_unstable_by_key(|(token, _)| *token);
        for some in used.chunks(AT_ONCE) {
            let mut tx = domain.db.write();
            for (token, at) in some {
                sql::used(&mut tx, *token, *at).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
