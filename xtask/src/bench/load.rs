//! Load: many connections that each send a request, wait for the response and repeat, for a given time.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::http::Connection;
use crate::system::process;

/// Stack of our threads: the default of 2 MiB would be much for hundreds of them.
const STACK: usize = 256 * 1024;

/// A request to send. `kind` distinguishes the requests of a mixed load.
pub struct Ask<'a> {
    kind: usize,
    request: Cow<'a, [u8]>,
}

impl<'a> Ask<'a> {
    /// A request built before.
    pub fn again(request: &'a [u8]) -> Self {
        Self { kind: 0, request: Cow::Borrowed(request) }
    }

    /// A request built for a single use.
    pub fn once(request: Vec<u8>) -> Self {
        Self { kind: 0, request: Cow::Owned(request) }
    }

    #[must_use]
    pub fn of_kind(self, kind: usize) -> Self {
        Self { kind, ..self }
    }
}

/// Result of one request.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub kind: usize,
    pub status: u16,
    /// The response has a `Retry-After`.
    pub retry_after: bool,
    /// From the first byte sent to the last one received.
    pub latency: Duration,
}

/// Keeps `connections` busy for `time`. `ask` builds the requests, from the number of the connection and
/// the number of the request on it, both from 0.
pub fn load<'a>(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    ask: impl Fn(usize, usize) -> Ask<'a> + Sync,
) -> Result<Tally> {
    let connections: Vec<Connection> =
        (0..connections).map(|_| Connection::open(address)).collect::<Result<_>>()?;
    let ask = &ask;
    let began = Instant::now();
    let samples = thread::scope(|scope| {
        let spawn = |(number, connection)| {
            let work = move || keep_asking(connection, began + time, |round| ask(number, round));
            thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, work)
                .context("cannot start a thread")
        };
        let clients: Vec<_> = connections.into_iter().enumerate().map(spawn).collect::<Result<_>>()?;
        let samples =
            clients.into_iter().map(|client| client.join().map_err(|_| anyhow!("a client panicked"))?);
        samples.collect::<Result<Vec<_>>>()
    })?;
    ensure!(!process::interrupted(), "interrupted");
    Ok(Tally { samples: samples.concat(), elapsed: began.elapsed() })
}

fn keep_asking<'a>(
    mut connection: Connection,
    until: Instant,
    ask: impl Fn(usize) -> Ask<'a>,
) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    while Instant::now() < until {
        let Ask { kind, request } = ask(samples.len());
        let began = Instant::now();
        let answer = connection.exchange(&request)?;
        let latency = began.elapsed();
        let retry_after = answer.headers("retry-after").next().is_some();
        samples.push(Sample { kind, status: answer.status, retry_after, latency });
    }
    Ok(samples)
}

/// Results of all requests.
pub struct Tally {
    pub samples: Vec<Sample>,
    /// From the first request to the end of the last.
    pub elapsed: Duration,
}

impl Tally {
    /// Fails unless every response has this status, so that the intended requests are measured.
    pub fn all(self, status: u16) -> Result<Self> {
        ensure!(!self.samples.is_empty(), "there was no answer in time");
        if let Some(other) = self.samples.iter().find(|sample| sample.status != status) {
            let count = self.samples.iter().filter(|sample| sample.status != status).count();
            let total = self.samples.len();
            bail!("{count} of {total} answers were not {status}; the first is {}", other.status);
        }
        Ok(self)
    }

    /// Requests per second, among those that `which` selects.
    pub fn rate(&self, which: impl Fn(&Sample) -> bool) -> f64 {
        let count = self.samples.iter().filter(|sample| which(sample)).count();
        count as f64 / self.elapsed.as_secs_f64()
    }

    /// Share of the requests that `which` selects, from 0 to 1.
    pub fn share(&self, which: impl Fn(&Sample) -> bool) -> f64 {
        let count = self.samples.iter().filter(|sample| which(sample)).count();
        count as f64 / self.samples.len().max(1) as f64
    }

    /// Durations of the requests that `which` selects.
    pub fn latencies(&self, which: impl Fn(&Sample) -> bool) -> Latencies {
        self.samples.iter().filter(|sample| which(sample)).map(|sample| sample.latency).collect()
    }
}

/// Durations, sorted.
#[derive(Clone, Debug)]
pub struct Latencies(Vec<Duration>);

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort_unstable();
        Self(times)
    }
}

impl Latencies {
    /// The duration within which this percentage is done; zero without any.
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_within_which_so_many_are_done() {
        let times: Latencies = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(times.percentile(50), Duration::from_millis(100));
        assert_eq!(times.percentile(99), Duration::from_millis(198));
        assert_eq!(times.percentile(100), Duration::from_millis(200));
        assert_eq!(Latencies::from_iter([]).percentile(99), Duration::ZERO);
        assert_eq!(Latencies::from_iter([Duration::from_millis(7)]).percentile(50), Duration::from_millis(7));
    }

    #[test]
    fn answers_are_counted_by_what_they_are() {
        let sample =
            |status, kind| Sample { kind, status, retry_after: status == 503, latency: Duration::ZERO };
        let samples = vec![sample(303, 0), sample(503, 1), sample(303, 1), sample(303, 0)];
        let tally = Tally { samples, elapsed: Duration::from_secs(2) };
        assert_eq!(tally.rate(|sample| sample.kind == 0), 1.0);
        assert_eq!(tally.share(|sample| sample.retry_after), 0.25);
        let error = tally.all(303).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("1 of 4 answers were not 303; the first is 503"));
    }
}
