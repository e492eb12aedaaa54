//! Hashes passwords: argon2id, on as many threads as there are cores, behind a short queue.
//!
//! A hash costs milliseconds of a core and megabytes of memory, and every visitor can cause one, so a
//! flood of sign-ins comes down to a flood of hashes. Each thread keeps its memory and uses it again; a
//! job that does not fit the queue, or waits too long in it, is refused with [`Error::Busy`].

mod breached;
mod engine;
mod stored;

use std::{
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
    stored::Stored,
};

pub use self::{
    breached::{BreachedPasswords, BreachedPasswordsError, Lookup, refuse_breached},
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
        Ok(Self { jobs, waiting, room, deadline: options.deadline, threads, pace, refused: Arc::default() })
    }

    /// Fails fast if the hashing queue is full: under a flood the surplus ends here, before it costs a
    /// query.
    ///
    /// # Errors
    /// [`Error::Busy`], after a delay (`HELD`, `SPREAD`).
    pub async fn expect_room(&self) -> Result<(), Error> {
        if self.has_room() {
            return Ok(());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(queue: usize, deadline: Duration) -> Passwords {
        Passwords::start(&Options { memory_kib: 64, passes: 1, threads: 1, queue, deadline }).unwrap()
    }

    #[tokio::test]
    async fn a_hash_is_verified_and_another_password_is_not() {
        let passwords = cheap(8, Duration::from_secs(5));
        let phc = passwords.hash(Secret::new("correct horse")).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
        let verdict = |text: &str, stored| passwords.verify(Secret::new(text), stored);
        let right = Verdict::Match { outdated: false };
        assert_eq!(verdict("correct horse", Some(phc.clone())).await.unwrap(), right);
        assert_eq!(verdict("wrong horse", Some(phc)).await.unwrap(), Verdict::Mismatch);
        assert_eq!(verdict("correct horse", None).await.unwrap(), Verdict::Mismatch);
    }

    #[tokio::test]
    async fn a_hash_of_the_reference_implementation_is_verified() {
        let stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let passwords = cheap(8, Duration::from_secs(5));
        let verdict = passwords.verify(Secret::new("password"), Some(stored.to_owned())).await.unwrap();
        assert_eq!(verdict, Verdict::Match { outdated: true });
    }

    #[tokio::test]
    async fn a_stored_hash_that_costs_too_much_or_is_damaged_is_not_computed() {
        let passwords = cheap(8, Duration::from_secs(5));
        let good = passwords.hash(Secret::new("correct horse")).await.unwrap();
        let began = Instant::now();
        for stored in [
            good.replace("m=64", "m=99999999"),
            good.replace("t=1", "t=4000000000"),
            good.replace("argon2id", "argon2i"),
            good[..good.len() - 1].to_owned(),
            "garbage".to_owned(),
            String::new(),
        ] {
            let verdict = passwords.verify(Secret::new("correct horse"), Some(stored.clone())).await.unwrap();
            let Verdict::Unusable(unusable) = verdict else { panic!("{stored}: {verdict:?}") };
            assert!(!unusable.to_string().contains('$'), "{unusable}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_verified_and_called_outdated() {
        let old = cheap(8, Duration::from_secs(5)).hash(Secret::new("correct horse")).await.unwrap();
        let options = Options { memory_kib: 128, passes: 1, threads: 1, ..Options::default() };
        let verdict =
            Passwords::start(&options).unwrap().verify(Secret::new("correct horse"), Some(old)).await;
        assert_eq!(verdict.unwrap(), Verdict::Match { outdated: true });
    }

    #[tokio::test]
    async fn what_does_not_fit_the_queue_is_refused_at_once() {
        let slow = Options {
            memory_kib: 65_536,
            passes: 3,
            threads: 1,
            queue: 1,
            deadline: Duration::from_secs(60),
        };
        let passwords = Passwords::start(&slow).unwrap();
        let asked = (0..20).map(|_| passwords.verify(Secret::new("x"), None));
        let answers = futures::future::join_all(asked).await;
        let busy = answers.iter().filter(|answer| matches!(answer, Err(Error::Busy))).count();
        assert!((1..20).contains(&busy), "{busy} of 20 were refused");
    }

    #[tokio::test]
    async fn a_job_that_would_wait_in_vain_is_refused() {
        let passwords = cheap(64, Duration::from_secs(1));
        assert!(passwords.expect_room().await.is_ok());
        // Three wait for a thread that recently took a fifth of a second per hash: too long in total.
        passwords.pace.add(Duration::from_millis(200));
        passwords.waiting.store(2, Ordering::Relaxed);
        assert!(passwords.expect_room().await.is_ok());
        passwords.waiting.store(3, Ordering::Relaxed);
        assert!(matches!(passwords.expect_room().await, Err(Error::Busy)));
        // They fit once it is fast again.
        (0..32).for_each(|_| passwords.pace.add(Duration::from_millis(10)));
        assert!(passwords.expect_room().await.is_ok());
    }

    #[tokio::test]
    async fn what_waits_too_long_is_refused() {
        let passwords = cheap(8, Duration::ZERO);
        assert!(matches!(passwords.verify(Secret::new("x"), None).await, Err(Error::Busy)));
    }
}
