//! When tokens were used, written down a few seconds late and in one go, as for people's
//! [`LastSeen`](crate::sessions::LastSeen); and which were refused lately.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use frontdesk_model::{Timestamp, TokenId};

use super::{Error, sql};
use crate::Domain;

/// How old a "last used" may get before it is written anew, in seconds.
const FRESH: i64 = 60;
/// How many are written in one transaction.
const AT_ONCE: usize = 200;
/// How long one refusal speaks for those that follow, in seconds.
const QUIET: i64 = 3_600;

/// The tokens that were used and are not written down yet. Cheap to clone.
#[derive(Clone, Default)]
pub struct TokenUse {
    pending: Arc<Mutex<HashMap<TokenId, Timestamp>>>,
    /// When a refusal was last written down. Only tokens that exist are here.
    refused: Arc<Mutex<HashMap<TokenId, Timestamp>>>,
}

impl TokenUse {
    pub(super) fn used(&self, token: TokenId, written: Option<Timestamp>, now: Timestamp) {
        if written.is_none_or(|written| written.plus_seconds(FRESH) <= now) {
            lock(&self.pending).insert(token, now);
        }
    }

    /// Whether this refusal is one to write down.
    pub(super) fn refused(&self, token: TokenId, now: Timestamp) -> bool {
        let mut refused = lock(&self.refused);
        if refused.get(&token).is_some_and(|last| now < last.plus_seconds(QUIET)) {
            return false;
        }
        refused.retain(|_, last| now < last.plus_seconds(QUIET));
        refused.insert(token, now);
        true
    }

    /// Writes down what was used. `serve` calls it every few seconds and before it leaves.
    ///
    /// # Errors
    /// What the database says; those not written yet are then forgotten, and used again soon.
    #[tracing::instrument(name = "tokens.flush", skip_all)]
    pub async fn flush(&self, domain: &Domain) -> Result<(), Error> {
        let mut used: Vec<_> = lock(&self.pending).drain().collect();
        // Always in the same order, so that two instances never wait for each other in a circle.
        used.sort_unstable_by_key(|(token, _)| *token);
        for some in used.chunks(AT_ONCE) {
            let mut tx = domain.db.write().await?;
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
