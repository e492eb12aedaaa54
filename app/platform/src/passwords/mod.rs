//! Hashes passwords: argon2id, on as many threads as there are cores, behind a short queue.
//!
//! A hash costs milliseconds of a core and megabytes of memory, and every visitor can cause one, so a
//! flood of sign-ins comes down to a flood of hashes. Each thread keeps its memory and uses it again; a
//! job that does not fit the queue, or waits too long in it, is refused with [`Error::Busy`].

mod breached;
mod engine;
mod guessable;
mod share;
mod stored;
#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

use argon2::{
    Params, PasswordHash, Version,
    password_hash::{Output, ParamsString, SaltString},
};
use frontdesk_model::Secret;
use metrics::counter;
use tokio::sync::oneshot;

use self::{
    engine::{Engine, Implementation},
    share::Shares,
    stored::Stored,
};

pub use self::{
    breached::{BreachedPasswords, BreachedPasswordsError, Lookup},
    guessable::check_new,
    share::Reservation,
    stored::Unusable,
};

/// Hashing options: argon2 parameters and the bounds of the queue.
#[derive(Clone, Debug)]
pub struct Options {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Number of threads.
    pub threads: usize,
    /// Jobs that may wait; fewer, where they would take longer than half of the deadline.
    pub queue: usize,
    /// The longest wait of one, the hash itself included.
    pub deadline: Duration,
}

impl Default for Options {
    /// OWASP's second choice, 19 MiB and two passes; one thread per core.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { memory_kib: 19_456, passes: 2, threads, queue: 64, deadline: Duration::from_secs(1) }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The queue is full, or the wait was too long.
    #[error("too many passwords are being hashed")]
    Busy,
    /// Parameters out of argon2's range, or a failure while hashing.
    #[error("argon2: {0}")]
    Argon2(argon2::Error),
    #[error("argon2-rust: {0}")]
    Argon2Rust(argon2_rust::Error),
    #[error("a hash cannot be written as a PHC string: {0}")]
    Encode(argon2::password_hash::Error),
    #[error("the machine gives no randomness: {0}")]
    Randomness(getrandom::Error),
    #[error("a hashing thread could not be started")]
    Thread(#[from] std::io::Error),
}

/// The delay of a refusal. A client that retries at once would otherwise keep the machine busy with
/// refusals, and pages would wait for them. Costs a timer each, and stays well within the tenth of a
/// second in which the surplus has to be answered.
const HELD: Duration = Duration::from_millis(55);
/// The most that is added to it, in milliseconds: clients that were refused together would otherwise
/// return together, again and again.
const SPREAD: usize = 30;

/// The result of [`Passwords::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password is right. An outdated hash has other parameters than today's, and should be replaced.
    Match { outdated: bool },
    /// The password is wrong, or there is no stored hash.
    Mismatch,
    /// The stored hash was not computed. To the visitor this is a wrong password; to the operator it is
    /// damaged data.
    Unusable(Unusable),
}

impl Verdict {
    pub fn is_match(self) -> bool {
        matches!(self, Self::Match { .. })
    }
}

/// The pool of hashing threads. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    jobs: SyncSender<Job>,
    /// Jobs in the queue, and the most that may be.
    waiting: Arc<AtomicUsize>,
    room: usize,
    deadline: Duration,
    threads: usize,
    /// The recent time of one hash.
    pace: Arc<Pace>,
    /// Refusals so far.
    refused: Arc<AtomicUsize>,
    /// The requests of each client.
    shares: Shares,
}

struct Job {
    work: Work,
    until: Instant,
}

enum Work {
    Hash { password: Secret, answer: oneshot::Sender<Result<String, Error>> },
    Verify { password: Secret, stored: Option<String>, answer: oneshot::Sender<Result<Verdict, Error>> },
}

impl Passwords {
    /// Checks the implementation of argon2id, and starts the threads.
    ///
    /// # Errors
    /// Parameters that argon2 rejects, or threads that the system does not start.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let today = engine::params(options.memory_kib, options.passes, 1)?;
        let implementation = Implementation::choose();
        let room = options.queue.max(1);
        let (jobs, queue) = sync_channel(room);
        let (queue, waiting) = (Arc::new(Mutex::new(queue)), Arc::new(AtomicUsize::new(0)));
        let (threads, pace) = (options.threads.max(1), Arc::new(Pace::default()));
        for n in 0..threads {
            let (queue, waiting, pace) = (queue.clone(), waiting.clone(), pace.clone());
            let engine = Engine::new(implementation, today.block_count());
            let worker = Worker { engine, today: today.clone() };
            let thread = std::thread::Builder::new().name(format!("argon2-{n}"));
            thread.spawn(move || work(&queue, &waiting, &pace, worker))?;
        }
        let (deadline, refused, shares) = (options.deadline, Arc::default(), Shares::default());
        Ok(Self { jobs, waiting, room, deadline, threads, pace, refused, shares })
    }

    /// Fails fast if the hashing queue is full: under a flood the surplus ends here, before it costs a
    /// query.
    ///
    /// # Errors
    /// [`Error::Busy`], after a delay (`HELD`, `SPREAD`).
    pub async fn expect_room(&self) -> Result<(), Error> {
        if self.has_room() { Ok(()) } else { self.refuse().await }
    }

    /// Reserves a place in the queue out of the client's share, for as long as the request is carried out.
    ///
    /// # Errors
    /// As [`Passwords::expect_room`].
    pub async fn reserve(&self, client: IpAddr) -> Result<Reservation, Error> {
        if self.has_room()
            && let Some(place) = self.shares.take(client, self.fitting())
        {
            return Ok(place);
        }
        self.refuse().await
    }

    async fn refuse<T>(&self) -> Result<T, Error> {
        counter!("frontdesk_passwords_refused_total").increment(1);
        let more = self.refused.fetch_add(1, Ordering::Relaxed) % SPREAD;
        tokio::time::sleep(HELD + Duration::from_millis(more as u64)).await;
        Err(Error::Busy)
    }

    /// Returns true if a job that comes now would start well within the deadline. On a busy machine a
    /// hash takes several times as long as on an idle one, so the queue is measured in time.
    fn has_room(&self) -> bool {
        let waiting = self.waiting.load(Ordering::Relaxed);
        let turns = u32::try_from(waiting / self.threads).unwrap_or(u32::MAX);
        waiting < self.room && self.pace.get().saturating_mul(turns) <= self.deadline / 2
    }

    /// The number of jobs that can be carried out within half of the deadline.
    fn fitting(&self) -> usize {
        let pace = self.pace.get().max(Duration::from_micros(1));
        let turns = (self.deadline / 2).as_nanos() / pace.as_nanos();
        let fitting = usize::try_from(turns).unwrap_or(usize::MAX).saturating_add(1);
        fitting.saturating_mul(self.threads).min(self.room)
    }

    /// Hashes a password, and returns the PHC string.
    pub async fn hash(&self, password: Secret) -> Result<String, Error> {
        let (answer, done) = oneshot::channel();
        self.ask(Work::Hash { password, answer }, done).await
    }

    /// Compares a password with a stored PHC string. Without one, or with one that is not computed
    /// ([`Unusable`]), the same work is done for nothing, so that the time is the same.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<Verdict, Error> {
        let (answer, done) = oneshot::channel();
        self.ask(Work::Verify { password, stored, answer }, done).await
    }

    async fn ask<T>(&self, work: Work, done: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
        let job = Job { work, until: Instant::now() + self.deadline };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(job).map_err(|full: TrySendError<Job>| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            drop(full);
            Error::Busy
        })?;
        // The thread drops an expired job, which closes the channel.
        done.await.unwrap_or(Err(Error::Busy))
    }
}

/// The time of one hash on the clock: an average in which the last ones count most, in microseconds.
/// Threads that write at once lose one of their measurements, which does no harm.
#[derive(Default)]
struct Pace(AtomicU64);

impl Pace {
    fn get(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let before = self.0.load(Ordering::Relaxed);
        let now = if before == 0 { took } else { before - before / 8 + took / 8 };
        self.0.store(now, Ordering::Relaxed);
    }
}

/// Takes jobs until the pool is dropped.
fn work(queue: &Mutex<Receiver<Job>>, waiting: &AtomicUsize, pace: &Pace, mut worker: Worker) {
    // Pages go before hashes. If the system refuses the priority, both are equal.
    #[cfg(target_os = "linux")]
    let _may_not = rustix::process::setpriority_process(None, 10);
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { work, until }) = next else { return };
        waiting.fetch_sub(1, Ordering::Relaxed);
        if Instant::now() >= until {
            continue;
        }
        let began = Instant::now();
        // A caller that has gone away needs no answer.
        match work {
            Work::Hash { answer, .. } if answer.is_closed() => continue,
            Work::Verify { answer, .. } if answer.is_closed() => continue,
            Work::Hash { password, answer } => drop(answer.send(worker.hash(&password))),
            Work::Verify { password, stored, answer } => {
                drop(answer.send(worker.verify(&password, stored.as_deref())));
            }
        }
        pace.add(began.elapsed());
    }
}

/// One hashing thread's memory and parameters.
struct Worker {
    engine: Engine,
    today: Params,
}

impl Worker {
    fn hash(&mut self, password: &Secret) -> Result<String, Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(Error::Randomness)?;
        let salt = SaltString::encode_b64(&random).map_err(Error::Encode)?;
        let tag = self.engine.tag(password.expose().as_bytes(), &random, &self.today)?;
        let phc = PasswordHash {
            algorithm: argon2::ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.today).map_err(Error::Encode)?,
            salt: Some(salt.as_salt()),
            hash: Some(Output::new(&tag).map_err(Error::Encode)?),
        };
        Ok(phc.to_string())
    }

    fn verify(&mut self, password: &Secret, stored: Option<&str>) -> Result<Verdict, Error> {
        match stored.map(|stored| Stored::parse(stored, &self.today)) {
            Some(Ok(stored)) => self.compare(password, &stored),
            Some(Err(unusable)) => {
                self.waste(password)?;
                Ok(Verdict::Unusable(unusable))
            }
            None => {
                self.waste(password)?;
                Ok(Verdict::Mismatch)
            }
        }
    }

    fn compare(&mut self, password: &Secret, stored: &Stored) -> Result<Verdict, Error> {
        let tag = self.engine.tag(password.expose().as_bytes(), stored.salt(), &stored.params)?;
        // `Output` compares in constant time.
        if Output::new(&tag).map_err(Error::Encode)? != stored.tag {
            return Ok(Verdict::Mismatch);
        }
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        Ok(Verdict::Match { outdated: costs(&stored.params) != costs(&self.today) })
    }

    /// Does the work of a hash, so that the time does not tell whether there was one to compare with.
    fn waste(&mut self, password: &Secret) -> Result<(), Error> {
        self.engine.tag(password.expose().as_bytes(), &[0; 16], &self.today).map(drop)
    }
}
