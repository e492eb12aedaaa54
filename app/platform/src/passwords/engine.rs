//! Computes argon2id, with one of two implementations that must agree.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use argon2_rust::{Hasher, params::Memory};

use super::Error;

/// Bytes of a tag.
pub(super) const TAG: usize = Params::DEFAULT_OUTPUT_LEN;

/// A crate that computes argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Implementation {
    /// `argon2-rust`: vector instructions chosen at run time. A hash costs a third of what it does with
    /// the other.
    Argon2Rust,
    /// `argon2`: the second opinion, and the fallback.
    Argon2,
}

/// A test vector of argon2id, version 19, with two passes: from `test.c` of the reference
/// implementation.
struct KnownAnswer {
    memory_kib: u32,
    lanes: u32,
    tag: [u8; TAG],
}

const PASSWORD: &[u8] = b"password";
const SALT: &[u8] = b"somesalt";
const PASSES: u32 = 2;
const KNOWN_ANSWERS: [KnownAnswer; 2] = [
    KnownAnswer {
        memory_kib: 256,
        lanes: 1,
        tag: [
            0x9d, 0xfe, 0xb9, 0x10, 0xe8, 0x0b, 0xad, 0x03, 0x11, 0xfe, 0xe2, 0x0f, 0x9c, 0x0e, 0x2b, 0x12,
            0xc1, 0x79, 0x87, 0xb4, 0xca, 0xc9, 0x0c, 0x2e, 0xf5, 0x4d, 0x5b, 0x30, 0x21, 0xc6, 0x8b, 0xfe,
        ],
    },
    KnownAnswer {
        memory_kib: 256,
        lanes: 2,
        tag: [
            0x6d, 0x09, 0x3c, 0x50, 0x1f, 0xd5, 0x99, 0x96, 0x45, 0xe0, 0xea, 0x3b, 0xf6, 0x20, 0xd7, 0xb8,
            0xbe, 0x7f, 0xd2, 0xdb, 0x59, 0xc2, 0x0d, 0x9f, 0xff, 0x95, 0x39, 0xda, 0x2b, 0xf5, 0x70, 0x37,
        ],
    },
];
/// Above 2 MiB `argon2-rust` takes its memory from the kernel in huge pages instead of from the allocator.
const LARGE_KIB: u32 = 2_304;

impl Implementation {
    /// Returns the fast implementation if it agrees with the test vectors and with the second opinion, and
    /// otherwise logs an error and returns the second opinion. Takes about two milliseconds.
    pub(super) fn choose() -> Self {
        let mut fast = Engine::new(Self::Argon2Rust, 0);
        let chosen = Self::choose_by(|params| fast.tag(PASSWORD, SALT, params));
        tracing::debug!(implementation = ?chosen, vectors = %argon2_rust::detected_backend(), "password hashing");
        chosen
    }

    fn choose_by(mut fast: impl FnMut(&Params) -> Result<[u8; TAG], Error>) -> Self {
        match disagreement(&mut fast) {
            Ok(None) => Self::Argon2Rust,
            Ok(Some(params)) => {
                tracing::error!(
                    m = params.m_cost(),
                    t = params.t_cost(),
                    p = params.p_cost(),
                    vectors = %argon2_rust::detected_backend(),
                    "argon2-rust computes a wrong argon2id hash on this machine; passwords are hashed with \
                     the slower crate argon2"
                );
                Self::Argon2
            }
            Err(error) => {
                tracing::error!(%error, "argon2-rust fails; passwords are hashed with the slower crate argon2");
                Self::Argon2
            }
        }
    }
}

/// Returns the first parameters with which a function computes something else than is known, or than the
/// second opinion does.
fn disagreement(fast: &mut impl FnMut(&Params) -> Result<[u8; TAG], Error>) -> Result<Option<Params>, Error> {
    for known in &KNOWN_ANSWERS {
        let params = params(known.memory_kib, PASSES, known.lanes)?;
        if fast(&params)? != known.tag {
            return Ok(Some(params));
        }
    }
    let large = params(LARGE_KIB, PASSES, 1)?;
    let second = Engine::new(Implementation::Argon2, 0).tag(PASSWORD, SALT, &large)?;
    Ok((fast(&large)? != second).then_some(large))
}

pub(super) fn params(memory_kib: u32, passes: u32, lanes: u32) -> Result<Params, Error> {
    Params::new(memory_kib, passes, lanes, Some(TAG)).map_err(Error::Argon2)
}

/// The memory of one thread, filled again by every hash: fresh memory from the kernel costs a quarter of
/// a hash in page faults.
pub(super) struct Engine {
    memory: Memories,
    /// Blocks of 1 KiB to keep between hashes. A stored hash that needs more gives it back.
    keep: usize,
}

enum Memories {
    Argon2Rust(Hasher),
    Argon2(Vec<Block>),
}

impl Engine {
    pub(super) fn new(implementation: Implementation, keep: usize) -> Self {
        let memory = match implementation {
            Implementation::Argon2Rust => {
                let any = argon2_rust::Params::DEFAULT;
                Memories::Argon2Rust(configured(any).hasher())
            }
            Implementation::Argon2 => Memories::Argon2(Vec::new()),
        };
        Self { memory, keep }
    }

    /// Computes argon2id, version 19.
    ///
    /// # Errors
    /// A salt of fewer than 8 bytes, or memory that the machine does not have.
    pub(super) fn tag(&mut self, password: &[u8], salt: &[u8], params: &Params) -> Result<[u8; TAG], Error> {
        let mut tag = [0; TAG];
        match &mut self.memory {
            Memories::Argon2Rust(hasher) => {
                hasher.set_argon2(configured(converted(params)?));
                hasher.hash_into(password, salt, &mut tag).map_err(Error::Argon2Rust)?;
                if hasher.reserved_blocks() > self.keep {
                    hasher.clear();
                }
            }
            Memories::Argon2(blocks) => {
                let needed = params.block_count();
                if blocks.len() < needed {
                    blocks.resize(needed, Block::default());
                }
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
                    .hash_password_into_with_memory(password, salt, &mut tag, &mut blocks[..needed])
                    .map_err(Error::Argon2)?;
                if blocks.len() > self.keep {
                    *blocks = Vec::new();
                }
            }
        }
        Ok(tag)
    }
}

fn configured(params: argon2_rust::Params) -> argon2_rust::Argon2 {
    argon2_rust::Argon2::new(argon2_rust::Algorithm::Argon2id, argon2_rust::Version::V0x13, params)
}

fn converted(params: &Params) -> Result<argon2_rust::Params, Error> {
    argon2_rust::Params::builder()
        .memory(Memory::kib(params.m_cost().into()))
        .passes(params.t_cost())
        .lanes(params.p_cost())
        .build()
        .map_err(Error::Argon2Rust)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::{Rng, SeedableRng, rngs::SmallRng};

    use super::*;

    fn engines(keep: usize) -> [Engine; 2] {
        [Engine::new(Implementation::Argon2Rust, keep), Engine::new(Implementation::Argon2, keep)]
    }

    #[test]
    fn both_implementations_compute_the_known_answers() {
        for mut engine in engines(0) {
            for known in &KNOWN_ANSWERS {
                let params = params(known.memory_kib, PASSES, known.lanes).unwrap();
                assert_eq!(engine.tag(PASSWORD, SALT, &params).unwrap(), known.tag);
            }
        }
        assert_eq!(Implementation::choose(), Implementation::Argon2Rust);
    }

    /// Covers the vector instructions of the machine that it runs on, and memory that is used again by
    /// larger and smaller hashes.
    #[test]
    fn both_implementations_agree_on_any_parameters_salts_and_passwords() {
        let mut random = SmallRng::seed_from_u64(19);
        let [mut fast, mut second] = engines(1_024);
        for _ in 0..400 {
            let lanes = random.random_range(1..=4);
            let most = 2_560 / random.random_range(1..=8);
            let memory_kib = random.random_range(8 * lanes..=most);
            let params = params(memory_kib, random.random_range(1..=4), lanes).unwrap();
            let mut password = vec![0; random.random_range(0..=200)];
            let mut salt = vec![0; random.random_range(8..=48)];
            random.fill(&mut password[..]);
            random.fill(&mut salt[..]);
            assert_eq!(
                fast.tag(&password, &salt, &params).unwrap(),
                second.tag(&password, &salt, &params).unwrap(),
                "{params:?}, password {password:?}, salt {salt:?}"
            );
        }
    }

    #[test]
    fn an_implementation_that_is_wrong_or_fails_is_not_chosen() {
        let mut right = Engine::new(Implementation::Argon2Rust, 0);
        let mut wrong_for = |which: usize| {
            let mut calls = 0;
            Implementation::choose_by(|params| {
                let mut tag = right.tag(PASSWORD, SALT, params)?;
                tag[TAG - 1] ^= u8::from(calls == which);
                calls += 1;
                Ok(tag)
            })
        };
        for which in 0..=KNOWN_ANSWERS.len() {
            assert_eq!(wrong_for(which), Implementation::Argon2, "{which}");
        }
        assert_eq!(wrong_for(usize::MAX), Implementation::Argon2Rust);
        let fails = |_: &Params| Err(Error::Argon2(argon2::Error::MemoryTooLittle));
        assert_eq!(Implementation::choose_by(fails), Implementation::Argon2);
    }

    #[test]
    fn memory_beyond_what_is_kept_is_given_back() {
        let (small, large) = (params(64, 1, 1).unwrap(), params(128, 1, 1).unwrap());
        let kept = |engine: &Engine| match &engine.memory {
            Memories::Argon2Rust(hasher) => hasher.reserved_blocks(),
            Memories::Argon2(blocks) => blocks.len(),
        };
        for mut engine in engines(small.block_count()) {
            engine.tag(PASSWORD, SALT, &small).unwrap();
            assert_eq!(kept(&engine), 64);
            engine.tag(PASSWORD, SALT, &large).unwrap();
            assert_eq!(kept(&engine), 0);
        }
    }

    /// Run it by name, in a release build, on a machine without other work.
    #[test]
    #[cfg(target_os = "linux")]
    #[ignore = "measures"]
    fn measure_the_cpu_time_of_a_hash() {
        let today = params(19_456, 2, 1).unwrap();
        for round in 0..3 {
            for (mut engine, name) in engines(today.block_count()).into_iter().zip(["argon2-rust", "argon2"])
            {
                let mut times: Vec<_> = (0..60_u32)
                    .map(|n| {
                        let before = thread_cpu_time();
                        engine.tag(&n.to_le_bytes(), SALT, &today).unwrap();
                        thread_cpu_time() - before
                    })
                    .collect();
                times.sort_unstable();
                let mean = times.iter().sum::<Duration>() / 60;
                eprintln!("{round} {name}: fastest {:?}, median {:?}, mean {mean:?}", times[0], times[30]);
            }
        }
    }

    /// The first number of `schedstat` is nanoseconds on a core.
    #[cfg(target_os = "linux")]
    fn thread_cpu_time() -> Duration {
        let numbers = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        Duration::from_nanos(numbers.split(' ').next().unwrap().parse().unwrap())
    }
}
