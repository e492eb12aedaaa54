//! The share of one client in the hashing queue: a flood from one address leaves room for others.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The part of the queue that is left to clients that have nothing in it: one in this many.
const LEFT_FREE: usize = 8;

/// The requests of each client that hash passwords. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Shares(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A place in a client's share. Dropping it frees the place.
#[must_use]
pub struct Reservation {
    shares: Shares,
    client: IpAddr,
}

impl Shares {
    /// Takes a place of this client, if it has one left. `room` is the number of hashes that can be carried
    /// out in time; each client gets the same part of it.
    pub(super) fn take(&self, client: IpAddr, room: usize) -> Option<Reservation> {
        let mut taken = self.locked();
        let own = taken.get(&client).copied().unwrap_or_default();
        let clients = taken.len() + usize::from(own == 0);
        let share = room.saturating_sub((room / LEFT_FREE).max(1)) / clients;
        if own >= share.max(1) {
            return None;
        }
        taken.insert(client, own + 1);
        Some(Reservation { shares: self.clone(), client })
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut taken = self.shares.locked();
        if let Some(own) = taken.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(n: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, n])
    }

    fn take_all(shares: &Shares, n: u8, room: usize) -> Vec<Reservation> {
        std::iter::from_fn(|| shares.take(client(n), room)).collect()
    }

    #[test]
    fn a_client_alone_leaves_some_room_and_the_next_gets_its_share() {
        let shares = Shares::default();
        let first = take_all(&shares, 1, 64);
        assert_eq!(first.len(), 56);
        let second = take_all(&shares, 2, 64);
        assert_eq!(second.len(), 28);
        // The first takes no more before it is down to its share.
        drop(first);
        let first = take_all(&shares, 1, 64);
        assert_eq!(first.len(), 28);
        drop((first, second));
        assert!(shares.locked().is_empty());
    }

    #[test]
    fn every_client_gets_at_least_one() {
        let shares = Shares::default();
        let all: Vec<_> = (0..50).flat_map(|n| take_all(&shares, n, 2)).collect();
        assert_eq!(all.len(), 50);
    }
}
