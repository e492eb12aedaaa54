//! The open connections: how many there may be, in total and for one client, and the one to close when there
//! is no room.
//!
//! A connection that waits for its client (for a request, its header or its body, or until the client reads
//! its response) costs its client nothing, so it gives way to a new one, the longest-waiting first. One that
//! a request is carried out on is never closed.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use frontdesk_http::request::client_address::{TrustedProxies, network};
use tokio::{sync::Notify, time::Instant};

/// The limits of connections.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) total: usize,
    /// Those of one client address.
    pub(super) per_client: usize,
    /// Additional ones, which only health checks may use.
    pub(super) spare: usize,
    /// Their connections are those of many clients.
    pub(super) proxies: TrustedProxies,
}

/// All open connections of a listener. Cheap to clone.
#[derive(Clone)]
pub(super) struct Connections(Arc<Shared>);

struct Shared {
    limits: Limits,
    started: Instant,
    open: Mutex<Open>,
    closed: Notify,
}

#[derive(Default)]
struct Open {
    next_id: u64,
    entries: HashMap<u64, Entry>,
    per_client: HashMap<IpAddr, usize>,
    /// With those that are being closed.
    sockets: usize,
}

struct Entry {
    client: IpAddr,
    activity: Arc<Activity>,
}

/// The place of one open connection. Dropping it frees the place.
pub(super) struct Place {
    connections: Connections,
    id: u64,
    activity: Arc<Activity>,
    /// All other places are taken by requests that are carried out.
    pub(super) is_spare: bool,
}

/// The reason for which a connection waits, if it does.
#[derive(Debug)]
pub(super) struct Activity {
    started: Instant,
    /// The time since which it waits for a request, or 0; in milliseconds since the start, plus 1.
    request: AtomicU64,
    /// The same for its client to read.
    reader: AtomicU64,
    close: Notify,
}

impl Activity {
    pub(super) fn new(started: Instant) -> Self {
        let activity =
            Self { started, request: AtomicU64::new(0), reader: AtomicU64::new(0), close: Notify::new() };
        activity.await_request();
        activity
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    /// A request, its header or its body has to arrive.
    pub(super) fn await_request(&self) {
        self.request.store(self.now(), Ordering::Relaxed);
    }

    /// The whole request has arrived.
    pub(super) fn has_request(&self) {
        self.request.store(0, Ordering::Relaxed);
    }

    /// The client has to read before more can be written.
    pub(super) fn await_reader(&self) {
        let now = self.now();
        // The time of the first wait is kept.
        let _ = self.reader.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The client has read.
    pub(super) fn has_reader(&self) {
        self.reader.store(0, Ordering::Relaxed);
    }

    /// The time since which it waits for its client, if it does.
    fn waits_since(&self) -> Option<u64> {
        let times = [&self.request, &self.reader].map(|time| time.load(Ordering::Relaxed));
        times.into_iter().filter(|time| *time > 0).min()
    }
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        let shared =
            Shared { limits, started: Instant::now(), open: Mutex::default(), closed: Notify::new() };
        Self(Arc::new(shared))
    }

    /// The number of open connections.
    pub(super) fn count(&self) -> usize {
        self.locked().sockets
    }

    /// Waits until an accepted connection can be admitted. Closes the longest-waiting one if there is no room.
    pub(super) async fn room(&self) {
        let Limits { total, spare, .. } = self.0.limits;
        loop {
            let closed = self.0.closed.notified();
            {
                let mut open = self.locked();
                if open.sockets < total + spare {
                    return;
                }
                // Those that are being closed make room already.
                if open.entries.len() == open.sockets {
                    open.close_longest_waiting(None);
                }
            }
            // Others may begin to wait for their clients, which is not announced.
            let _ = tokio::time::timeout(super::serve::LOOK_AGAIN, closed).await;
        }
    }

    /// Closes the longest-waiting connection: the system has no room for another.
    pub(super) fn make_room(&self) {
        self.locked().close_longest_waiting(None);
    }

    /// Registers an accepted connection. `None` if its client has too many, all of which are in use.
    pub(super) fn admit(&self, peer: IpAddr) -> Option<Place> {
        let Limits { total, per_client, ref proxies, .. } = self.0.limits;
        let client = network(peer.to_canonical());
        let mut open = self.locked();
        let own = open.per_client.get(&client).copied().unwrap_or_default();
        if own >= per_client && !proxies.trusts(client) && !open.close_longest_waiting(Some(client)) {
            return None;
        }
        let is_full = open.entries.len() >= total;
        let is_spare = is_full && !open.close_longest_waiting(None);
        let activity = Arc::new(Activity::new(self.0.started));
        let id = open.add(client, activity.clone());
        drop(open);
        Some(Place { connections: self.clone(), id, activity, is_spare })
    }

    fn locked(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn add(&mut self, client: IpAddr, activity: Arc<Activity>) -> u64 {
        self.next_id += 1;
        self.sockets += 1;
        *self.per_client.entry(client).or_default() += 1;
        self.entries.insert(self.next_id, Entry { client, activity });
        self.next_id
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        if let Some(count) = self.per_client.get_mut(&entry.client) {
            *count -= 1;
            if *count == 0 {
                self.per_client.remove(&entry.client);
            }
        }
        Some(entry)
    }

    /// Closes the connection that has waited for its client the longest, of this client or of all. Returns
    /// false if none waits.
    fn close_longest_waiting(&mut self, of: Option<IpAddr>) -> bool {
        let candidates =
            self.entries.iter().filter(|(_, entry)| of.is_none_or(|client| client == entry.client));
        let waiting = candidates.filter_map(|(id, entry)| Some((entry.activity.waits_since()?, *id)));
        let Some((_, id)) = waiting.min() else { return false };
        if let Some(entry) = self.remove(id) {
            entry.activity.close.notify_one();
        }
        true
    }
}

impl Place {
    pub(super) fn activity(&self) -> Arc<Activity> {
        self.activity.clone()
    }

    /// Waits until the connection has to give way.
    pub(super) async fn given_away(&self) {
        self.activity.close.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.locked();
        open.remove(self.id);
        open.sockets -= 1;
        drop(open);
        self.connections.0.closed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt;

    use super::*;

    const ANN: &str = "203.0.113.1";
    const BEN: &str = "203.0.113.2";
    const PROXY: &str = "10.0.0.1";

    fn connections(total: usize, per_client: usize) -> Connections {
        let proxies = [PROXY.parse().unwrap()].into_iter().collect();
        Connections::new(Limits { total, per_client, spare: 1, proxies })
    }

    fn admit(connections: &Connections, client: &str) -> Option<Place> {
        connections.admit(client.parse().unwrap())
    }

    fn is_closed(place: &Place) -> bool {
        place.given_away().now_or_never().is_some()
    }

    async fn a_moment() {
        tokio::time::advance(Duration::from_millis(10)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_waiting_connection_gives_way() {
        let connections = connections(3, 3);
        let mut places = Vec::new();
        for client in [ANN, BEN, ANN] {
            places.push(admit(&connections, client).unwrap());
            a_moment().await;
        }
        // The first is used, and waits again: the second has waited longer.
        places[0].activity().has_request();
        places[0].activity().await_request();
        let last = admit(&connections, BEN).unwrap();
        assert_eq!(places.iter().map(is_closed).collect::<Vec<_>>(), [false, true, false]);
        assert!(!last.is_spare && !is_closed(&last));
        assert_eq!(connections.count(), 4, "until its task ends");
        drop(places.remove(1));
        assert_eq!(connections.count(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_at_its_limit_loses_its_own() {
        let connections = connections(100, 2);
        let other = admit(&connections, BEN).unwrap();
        a_moment().await;
        let first = admit(&connections, ANN).unwrap();
        a_moment().await;
        let second = admit(&connections, ANN).unwrap();
        let third = admit(&connections, ANN).unwrap();
        assert_eq!([&other, &first, &second, &third].map(is_closed), [false, true, false, false]);
        // If all are in use, the next is refused.
        second.activity().has_request();
        third.activity().has_request();
        assert!(admit(&connections, ANN).is_none());
        assert!(admit(&connections, BEN).is_some());
        drop(second);
        assert!(admit(&connections, ANN).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn the_addresses_of_one_network_are_one_client_and_a_trusted_proxy_is_many() {
        let connections = connections(100, 1);
        let one = admit(&connections, "2001:db8::1").unwrap();
        let same = admit(&connections, "2001:db8::ffff:1").unwrap();
        let other = admit(&connections, "2001:db8:0:1::1").unwrap();
        assert_eq!([&one, &same, &other].map(is_closed), [true, false, false]);
        let of_proxy: Vec<_> = (0..5).map(|_| admit(&connections, PROXY).unwrap()).collect();
        assert!(!of_proxy.iter().any(is_closed));
        let mapped = admit(&connections, "::ffff:10.0.0.1").unwrap();
        assert!(!is_closed(&mapped) && !of_proxy.iter().any(is_closed));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_in_use_is_kept_and_the_spare_place_is_given_out() {
        let connections = connections(2, 2);
        let busy: Vec<_> = [ANN, BEN].iter().map(|client| admit(&connections, client).unwrap()).collect();
        busy.iter().for_each(|place| place.activity().has_request());
        let spare = admit(&connections, PROXY).unwrap();
        assert!(spare.is_spare && !busy.iter().any(is_closed));
        spare.activity().has_request();
        assert!(connections.room().now_or_never().is_none(), "no socket is left");
        // One whose client does not read gives way.
        busy[0].activity().await_reader();
        assert!(connections.room().now_or_never().is_none());
        assert!(is_closed(&busy[0]));
        drop(busy);
        connections.room().await;
    }

    #[test]
    fn counts_of_clients_that_left_are_forgotten() {
        let connections = connections(10, 10);
        drop(admit(&connections, ANN));
        let open = connections.locked();
        assert!(open.per_client.is_empty() && open.entries.is_empty());
    }
}
