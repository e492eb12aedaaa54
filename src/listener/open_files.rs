//! The limit of open files. Every connection is one, and most systems allow 1,024 by default.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Other open files: the listeners, standard streams, the log, spare connections, calls of the payment
/// gateway, and files that are read.
const OTHERS: usize = 48;
/// Open files of one connection to SQLite: the database, its log and its index.
const OF_A_DATABASE_CONNECTION: usize = 3;
/// The fewest connections to serve with: below that, visitors close each other's.
const FEWEST: usize = 16;
/// The most that redirects and deliveries each get of a small limit: one open file in this many.
const PART: usize = 8;

/// The system allows too few open files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the system allows {allowed} open files, and at least {needed} are needed: raise its limit \
     (LimitNOFILE, ulimit -n)"
)]
pub struct TooFewOpenFiles {
    allowed: usize,
    needed: usize,
}

/// Open files by their purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub connections: usize,
    /// Connections that are only redirected.
    pub redirected: usize,
    pub database_connections: usize,
    /// Concurrent deliveries to webhooks.
    pub deliveries: usize,
}

/// Raises this process's limit of open files as far as `wanted` needs it and the system allows. Returns what
/// fits: all, or less with a warning.
///
/// # Errors
/// [`TooFewOpenFiles`]
pub fn make_room(wanted: Room) -> Result<Room, TooFewOpenFiles> {
    let limit = getrlimit(Resource::Nofile);
    if let Some(raised) = raised(&limit, wanted.files() as u64)
        && let Err(error) = setrlimit(Resource::Nofile, raised)
    {
        tracing::debug!(%error, "the limit of open files was not raised");
    }
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let fit = wanted.fit(usize::try_from(allowed).unwrap_or(usize::MAX))?;
    if fit != wanted {
        tracing::warn!(
            open_files = allowed,
            wanted = wanted.connections,
            connections = fit.connections,
            "the system allows too few open files for --max-connections: fewer are taken; \
             raise its limit (LimitNOFILE, ulimit -n)"
        );
    }
    Ok(fit)
}

impl Room {
    fn files(self) -> usize {
        self.connections.saturating_add(self.others())
    }

    fn others(self) -> usize {
        OTHERS + OF_A_DATABASE_CONNECTION * self.database_connections + self.redirected + self.deliveries
    }

    /// Returns what fits into so many open files.
    fn fit(self, allowed: usize) -> Result<Self, TooFewOpenFiles> {
        if self.files() <= allowed {
            return Ok(self);
        }
        let part = |of: usize| of.min((allowed / PART).max(1));
        let small = Self { redirected: part(self.redirected), deliveries: part(self.deliveries), ..self };
        let connections = self.connections.min(allowed.saturating_sub(small.others()));
        if connections < FEWEST.min(self.connections) {
            return Err(TooFewOpenFiles { allowed, needed: small.others() + FEWEST });
        }
        Ok(Self { connections, ..small })
    }
}

/// Returns the required limit, or the highest possible one; `None` if the present one is enough.
fn raised(limit: &Rlimit, wanted: u64) -> Option<Rlimit> {
    let enough = limit.current.is_none_or(|current| current >= wanted);
    let highest = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    (!enough).then_some(Rlimit { current: Some(highest), maximum: limit.maximum })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(current: u64, maximum: Option<u64>) -> Rlimit {
        Rlimit { current: Some(current), maximum }
    }

    #[test]
    fn the_limit_is_raised_as_far_as_needed_and_allowed() {
        let to = |limit, wanted| raised(&limit, wanted).map(|raised| (raised.current, raised.maximum));
        assert_eq!(to(limit(1_024, Some(524_288)), 4_184), Some((Some(4_184), Some(524_288))));
        assert_eq!(to(limit(1_024, None), 4_184), Some((Some(4_184), None)));
        assert_eq!(to(limit(1_024, Some(2_048)), 4_184), Some((Some(2_048), Some(2_048))));
        assert_eq!(to(limit(4_184, Some(4_184)), 4_184), None);
        assert_eq!(to(Rlimit { current: None, maximum: None }, 4_184), None);
    }

    #[test]
    fn connections_are_bounded_by_open_files_and_not_too_few() {
        let wanted = Room { connections: 4_096, redirected: 256, database_connections: 8, deliveries: 50 };
        let fit = |allowed| wanted.fit(allowed).map(|fit| (fit.connections, fit.redirected, fit.deliveries));
        assert_eq!(fit(usize::MAX), Ok((4_096, 256, 50)));
        assert_eq!(fit(wanted.files()), Ok((4_096, 256, 50)));
        assert_eq!(fit(1_024), Ok((774, 128, 50)));
        assert_eq!(fit(128), Ok((24, 16, 16)));
        let error = fit(64).unwrap_err();
        assert_eq!(error, TooFewOpenFiles { allowed: 64, needed: 104 });
        assert!(
            error.to_string().starts_with("the system allows 64 open files, and at least 104 are needed")
        );
        // Few connections are enough for an operator who wants no more.
        let few = Room { connections: 2, redirected: 0, ..wanted };
        assert_eq!(few.fit(100).map(|fit| fit.connections), Ok(2));
    }
}
