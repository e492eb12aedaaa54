//! The limit of open files. Every connection is one, and most systems allow 1,024 by default.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Other open files: the listener, standard streams, timers, the log.
const OTHERS: usize = 64;
/// Open files of one connection to SQLite: the database, its log and its index.
const OF_A_DATABASE_CONNECTION: usize = 3;

/// Raises this process's limit of open files as far as `connections` need it and the system allows.
/// Returns the number of connections that fit: all, or fewer with a warning. `redirected` is the number of
/// additional connections that are only redirected.
pub fn make_room(connections: usize, redirected: usize, database_connections: usize) -> usize {
    let others = OTHERS + OF_A_DATABASE_CONNECTION * database_connections + redirected;
    let limit = getrlimit(Resource::Nofile);
    let wanted = (connections + others) as u64;
    if let Some(raised) = raised(&limit, wanted)
        && let Err(error) = setrlimit(Resource::Nofile, raised)
    {
        tracing::debug!(%error, "the limit of open files was not raised");
    }
    let allowed = getrlimit(Resource::Nofile).current;
    let fit = fit(connections, others, allowed);
    if fit < connections {
        tracing::warn!(
            open_files = allowed,
            wanted = connections,
            connections = fit,
            "the system allows too few open files for --max-connections: fewer are taken; \
             raise its limit (LimitNOFILE, ulimit -n)"
        );
    }
    fit
}

/// Returns the required limit, or the highest possible one; `None` if the present one is enough.
fn raised(limit: &Rlimit, wanted: u64) -> Option<Rlimit> {
    let enough = limit.current.is_none_or(|current| current >= wanted);
    let highest = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    (!enough).then_some(Rlimit { current: Some(highest), maximum: limit.maximum })
}

/// Returns the number of connections that fit beside the other files, one at least.
fn fit(connections: usize, others: usize, allowed: Option<u64>) -> usize {
    let allowed = allowed.and_then(|allowed| usize::try_from(allowed).ok()).unwrap_or(usize::MAX);
    connections.min(allowed.saturating_sub(others)).max(1)
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
    fn connections_are_bounded_by_open_files() {
        assert_eq!(fit(4_096, 88, Some(4_184)), 4_096);
        assert_eq!(fit(4_096, 88, Some(1_024)), 936);
        assert_eq!(fit(4_096, 88, Some(10)), 1);
        assert_eq!(fit(4_096, 88, None), 4_096);
    }
}
