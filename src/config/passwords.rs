//! Options of passwords and sessions.

use std::{sync::Arc, time::Duration};

use clap::Args;
use frontdesk_domain::{
    passwords::{BreachedPasswords, Options},
    sessions::Lifetime,
};
use frontdesk_http::BaseUrl;

use super::{Error, duration};
use crate::adapters::breached_passwords::RangeServer;

const PASSWORDS: &str = "Passwords and sessions";

/// Options of passwords and sessions.
#[derive(Args, Clone, Debug)]
#[expect(rustdoc::bare_urls, reason = "clap prints these comments as they are, in a terminal")]
pub struct Passwords {
    /// Memory that hashing one password takes, in KiB
    #[arg(long, env = "FRONTDESK_HASH_MEMORY", value_name = "KIB", default_value_t = 19_456)]
    #[arg(global = true, help_heading = PASSWORDS)]
    pub hash_memory: u32,

    /// How often hashing a password passes over that memory
    #[arg(long, env = "FRONTDESK_HASH_PASSES", value_name = "NUMBER", default_value_t = 2)]
    #[arg(global = true, help_heading = PASSWORDS)]
    pub hash_passes: u32,

    /// Passwords hashed at the same time [default: as many as there are cores]
    #[arg(long, env = "FRONTDESK_HASH_THREADS", value_name = "NUMBER")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub hash_threads: Option<u16>,

    /// Passwords that may wait for that; fewer may where they would wait for half of --hash-deadline,
    /// and more are refused
    #[arg(long, env = "FRONTDESK_HASH_QUEUE", value_name = "NUMBER", default_value_t = 64)]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = clap::value_parser!(u16).range(1..))]
    pub hash_queue: u16,

    /// How long one of them may wait
    #[arg(long, env = "FRONTDESK_HASH_DEADLINE", value_name = "TIME", default_value = "1s")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = duration::parse)]
    pub hash_deadline: Duration,

    /// A server that knows passwords from breaches, such as https://api.pwnedpasswords.com; it is told
    /// the first five digits of the SHA-1 of what people choose [default: none is asked]
    #[arg(long, env = "FRONTDESK_BREACHED_PASSWORDS_URL", value_name = "URL")]
    #[arg(global = true, help_heading = PASSWORDS)]
    pub breached_passwords_url: Option<BaseUrl>,

    /// How long a session lasts without a request
    #[arg(long, env = "FRONTDESK_SESSION_IDLE", value_name = "TIME", default_value = "7d")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = duration::parse)]
    pub session_idle: Duration,

    /// How long a session lasts in all
    #[arg(long, env = "FRONTDESK_SESSION_LIFETIME", value_name = "TIME", default_value = "30d")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = duration::parse)]
    pub session_lifetime: Duration,
}

impl Passwords {
    /// Rejects options that contradict each other.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.session_idle > self.session_lifetime { Err(Error::IdleBeyondLifetime) } else { Ok(()) }
    }

    /// Options of the password hash.
    pub(super) fn options(&self) -> Options {
        let defaults = Options::default();
        Options {
            memory_kib: self.hash_memory,
            passes: self.hash_passes,
            threads: self.hash_threads.map_or(defaults.threads, usize::from),
            queue: usize::from(self.hash_queue),
            deadline: self.hash_deadline,
        }
    }

    /// Lifetime of sessions.
    pub(super) fn lifetime(&self) -> Lifetime {
        Lifetime { idle: self.session_idle, absolute: self.session_lifetime }
    }

    /// The breached-password check, if one is configured.
    pub(super) fn breached_passwords(&self) -> Option<Arc<dyn BreachedPasswords>> {
        let url = self.breached_passwords_url.as_ref()?;
        Some(Arc::new(RangeServer::new(url)))
    }

    /// The options that must be longer than nothing.
    pub(super) fn times(&self) -> [(&'static str, Duration); 3] {
        [
            ("--hash-deadline", self.hash_deadline),
            ("--session-idle", self.session_idle),
            ("--session-lifetime", self.session_lifetime),
        ]
    }
}
