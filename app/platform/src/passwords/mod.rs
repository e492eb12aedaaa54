//! Hashing passwords: argon2id, on as many threads as there are cores, behind a short queue.
//!
//! A hash costs milliseconds of a core and megabytes of memory, and anybody may ask for one, so it
//! is the door that a flood comes through. Each thread keeps its memory and uses it again; what
//! does not fit the queue, or waits too long in it, is refused at once and told when to come back.

mod breached;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    time::{Duration, Instant},
};

pub use breached::{BreachedPasswords, BreachedPasswordsError, Lookup, refuse_breached};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::{Ident, Output, ParamsString, Salt, SaltString},
};
use frontdesk_model::Secret;
use metrics::counter;
use tokio::sync::oneshot;

/// Parameters and bounds.
#[derive(Clone, Debug)]
pub struct Options {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes at the same time.
    pub threads: usize,
    /// How many may wait; fewer, where that would take longer than half of the deadline.
    pub queue: usize,
    /// How long one may wait, the hash itself included.
    pub deadline: Duration,
}

impl Default for Options {
    /// OWASP's second choice, 19 MiB and two passes; as many at once as there are cores.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { memory_kib: 19_456, passes: 2, threads, queue: 64, deadline: Duration::from_secs(1) }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The queue is full, or the turn did not come in time.
    #[error("too many passwords are being hashed")]
    Busy,
    #[error("argon2 does not take these parameters: {0}")]
    Parameters(argon2::Error),
    #[error("hashing failed: {0}")]
    Hash(argon2::password_hash::Error),
    #[error("the machine gives no randomness: {0}")]
    Randomness(getrandom::Error),
    #[error("a hashing thread could not be started")]
    Thread(#[from] std::io::Error),
}

/// How long a refusal is held back. Whoever asks again as soon as they are refused would otherwise
/// keep the machine busy with refusing, and pages would wait for that. It costs a timer each, and
/// stays well within the tenth of a second in which the surplus is to hear.
const HELD: Duration = Duration::from_millis(55);
/// By how much longer at most, in milliseconds: those who were refused together would otherwise come
/// back together, again and again.
const SPREAD: usize = 30;

/// The answer of [`Passwords::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub matches: bool,
    /// The stored hash was made with other parameters than today's, and should be made again.
    pub outdated: bool,
}

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    jobs: SyncSender<Job>,
    /// How many wait, and how many may.
    waiting: Arc<AtomicUsize>,
    room: usize,
    deadline: Duration,
    threads: usize,
    /// How long a thread takes for one, lately.
    pace: Arc<Pace>,
    /// How many have been refused.
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
    /// # Errors
    /// Parameters that argon2 refuses, or threads that the machine does.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let params = Params::new(options.memory_kib, options.passes, 1, None).map_err(Error::Parameters)?;
        let room = options.queue.max(1);
        let (jobs, queue) = sync_channel(room);
        let (queue, waiting) = (Arc::new(Mutex::new(queue)), Arc::new(AtomicUsize::new(0)));
        let (threads, pace) = (options.threads.max(1), Arc::new(Pace::default()));
        for n in 0..threads {
            let (queue, waiting, pace, params) =
                (queue.clone(), waiting.clone(), pace.clone(), params.clone());
            let thread = std::thread::Builder::new().name(format!("argon2-{n}"));
            thread.spawn(move || work(&queue, &waiting, &pace, &params))?;
        }
        Ok(Self { jobs, waiting, room, deadline: options.deadline, threads, pace, refused: Arc::default() })
    }

    /// For those who are about to prepare a question: whether it could be asked now. Under a flood
    /// this is where the surplus ends, before it costs a query.
    ///
    /// # Errors
    /// [`Error::Busy`], after a moment (`HELD`, `SPREAD`).
    pub async fn expect_room(&self) -> Result<(), Error> {
        if self.has_room() {
            return Ok(());
        }
        counter!("frontdesk_passwords_refused_total").increment(1);
        let more = self.refused.fetch_add(1, Ordering::Relaxed) % SPREAD;
        tokio::time::sleep(HELD + Duration::from_millis(more as u64)).await;
        Err(Error::Busy)
    }

    /// Whether whoever came now would have their turn well within the deadline. On a busy machine a
    /// hash takes several times as long as on an idle one, and a queue that was short is long.
    fn has_room(&self) -> bool {
        let waiting = self.waiting.load(Ordering::Relaxed);
        let turns = u32::try_from(waiting / self.threads).unwrap_or(u32::MAX);
        waiting < self.room && self.pace.get().saturating_mul(turns) <= self.deadline / 2
    }

    /// Makes a PHC string of a password.
    pub async fn hash(&self, password: Secret) -> Result<String, Error> {
        let (answer, done) = oneshot::channel();
        self.ask(Work::Hash { password, answer }, done).await
    }

    /// Compares a password with a stored PHC string, in the same time whether there is one or not:
    /// without it the same work is done on nothing, and the answer is no.
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
        // The thread drops a job whose time has run out, which closes the channel.
        done.await.unwrap_or(Err(Error::Busy))
    }
}

/// How long one hash takes on the clock: an average in which the last ones count most, in
/// microseconds. Threads that write at once lose one of their measurements, which is no harm.
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

/// One thread: takes jobs until the pool is gone.
fn work(queue: &Mutex<Receiver<Job>>, waiting: &AtomicUsize, pace: &Pace, today: &Params) {
    // Pages go first: a hash takes what they leave. Where that cannot be asked for, all are equal.
    #[cfg(target_os = "linux")]
    let _may_not = rustix::process::setpriority_process(None, 10);
    let mut memory = Memory::default();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { work, until }) = next else { return };
        waiting.fetch_sub(1, Ordering::Relaxed);
        if Instant::now() >= until {
            continue;
        }
        let began = Instant::now();
        // Whoever asked may have gone away; then nobody hears the answer.
        match work {
            Work::Hash { answer, .. } if answer.is_closed() => continue,
            Work::Verify { answer, .. } if answer.is_closed() => continue,
            Work::Hash { password, answer } => drop(answer.send(memory.hash(&password, today))),
            Work::Verify { password, stored, answer } => {
                drop(answer.send(memory.verify(&password, stored.as_deref(), today)));
            }
        }
        pace.add(began.elapsed());
    }
}

/// The blocks that a thread fills again and again: asking the machine for fresh ones costs a
/// quarter of the hash in page faults.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    fn hash(&mut self, password: &Secret, params: &Params) -> Result<String, Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(Error::Randomness)?;
        let salt = SaltString::encode_b64(&random).map_err(Error::Hash)?;
        let hash = self.raw(password, salt.as_salt(), params)?;
        let phc = PasswordHash {
            algorithm: Ident::new_unwrap("argon2id"),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(params).map_err(Error::Hash)?,
            salt: Some(salt.as_salt()),
            hash: Some(hash),
        };
        Ok(phc.to_string())
    }

    fn verify(&mut self, password: &Secret, stored: Option<&str>, today: &Params) -> Result<Verdict, Error> {
        let Some(stored) = stored else {
            let salt = SaltString::encode_b64(&[0; 16]).map_err(Error::Hash)?;
            self.raw(password, salt.as_salt(), today)?;
            return Ok(Verdict { matches: false, outdated: false });
        };
        let phc = PasswordHash::new(stored).map_err(Error::Hash)?;
        let params = Params::try_from(&phc).map_err(Error::Hash)?;
        let salt = phc.salt.ok_or(Error::Hash(argon2::password_hash::Error::PhcStringField))?;
        let hash = self.raw(password, salt, &params)?;
        // `Output` compares in constant time.
        let matches = phc.hash == Some(hash);
        let same = |a: &Params, b: &Params| {
            (a.m_cost(), a.t_cost(), a.p_cost()) == (b.m_cost(), b.t_cost(), b.p_cost())
        };
        Ok(Verdict { matches, outdated: !same(&params, today) })
    }

    fn raw(&mut self, password: &Secret, salt: Salt<'_>, params: &Params) -> Result<Output, Error> {
        let blocks = params.block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::default());
        }
        let mut bytes = [0; 64];
        let salt = salt.decode_b64(&mut bytes).map_err(Error::Hash)?;
        let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(
                password.expose().as_bytes(),
                salt,
                &mut hash,
                &mut self.0[..blocks],
            )
            .map_err(Error::Parameters)?;
        Output::new(&hash).map_err(Error::Hash)
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
        let yes = Verdict { matches: true, outdated: false };
        assert_eq!(verdict("correct horse", Some(phc.clone())).await.unwrap(), yes);
        assert!(!verdict("wrong horse", Some(phc)).await.unwrap().matches);
        assert!(!verdict("correct horse", None).await.unwrap().matches);
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_verified_and_called_outdated() {
        let old = cheap(8, Duration::from_secs(5)).hash(Secret::new("correct horse")).await.unwrap();
        let options = Options { memory_kib: 128, passes: 1, threads: 1, ..Options::default() };
        let verdict =
            Passwords::start(&options).unwrap().verify(Secret::new("correct horse"), Some(old)).await;
        assert_eq!(verdict.unwrap(), Verdict { matches: true, outdated: true });
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
    async fn nobody_is_let_in_to_wait_in_vain() {
        let passwords = cheap(64, Duration::from_secs(1));
        assert!(passwords.expect_room().await.is_ok());
        // Three wait for a thread that lately took a fifth of a second for each: too long together.
        passwords.pace.add(Duration::from_millis(200));
        passwords.waiting.store(2, Ordering::Relaxed);
        assert!(passwords.expect_room().await.is_ok());
        passwords.waiting.store(3, Ordering::Relaxed);
        assert!(matches!(passwords.expect_room().await, Err(Error::Busy)));
        // As soon as it is fast again, they fit.
        (0..32).for_each(|_| passwords.pace.add(Duration::from_millis(10)));
        assert!(passwords.expect_room().await.is_ok());
    }

    #[tokio::test]
    async fn what_waits_too_long_is_refused() {
        let passwords = cheap(8, Duration::ZERO);
        assert!(matches!(passwords.verify(Secret::new("x"), None).await, Err(Error::Busy)));
    }
}
