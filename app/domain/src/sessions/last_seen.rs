//! Last-seen times of sessions and users, written a few seconds late and in batches.
//!
//! A write for every request would make every page a durable commit. A crash loses seconds of a last-seen
//! time, and idle limits are counted in days.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use frontdesk_model::{SessionId, Timestamp, UserId};

use super::{Error, sql};
use crate::{Domain, actor::Person, users};

/// Age at which a last-seen time is written anew, in seconds.
const FRESH: i64 = 60;
/// Number written in one transaction.
const AT_ONCE: usize = 200;

/// Last-seen times that are not written yet. Cheap to clone.
#[derive(Clone, Default)]
pub struct LastSeen {
    pending: Arc<Mutex<HashMap<SessionId, (UserId, Timestamp)>>>,
}

impl LastSeen {
    pub(super) fn seen(&self, person: &Person, written: Timestamp, now: Timestamp) {
        if written.plus_seconds(FRESH) <= now {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.insert(person.session, (person.id, now));
        }
    }

    fn take(&self) -> Vec<(SessionId, (UserId, Timestamp))> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.drain().collect()
    }

    /// Writes pending times. `serve` calls it every few seconds and before it exits.
    ///
    /// # Errors
    /// Those of the database; pending times are lost then, and recorded again soon.
    #[tracing::instrument(name = "sessions.last_seen.flush", skip_all)]
    pub async fn flush(&self, domain: &Domain) -> Result<(), Error> {
        let mut seen = self.take();
        // Always in the same order, so that two instances cannot deadlock.
        seen.sort_unstable_by_key(|(session, _)| *session);
        for some in seen.chunks(AT_ONCE) {
            let mut tx = domain.db.write();
            for (session, (_, at)) in some {
                sql::seen(&mut tx, *session, *at).await?;
            }
            let mut people: HashMap<UserId, Timestamp> = HashMap::new();
            for (_, (user, at)) in some {
                let latest = people.entry(*user).or_insert(*at);
                *latest = (*latest).max(*at);
            }
            let mut people: Vec<_> = people.into_iter().collect();
            people.sort_unstable_by_key(|(user, _)| *user);
            for (user, at) in people {
                users::sql::seen(&mut tx, user, at).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}
