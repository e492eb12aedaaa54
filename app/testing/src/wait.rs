//! Waits for what other tasks and processes do.

use std::{fmt::Debug, panic::Location, time::Duration};

use tokio::time::{Instant, sleep, timeout};

/// The time limit of every wait. A machine that is busy with other tests may be slow; what takes longer hangs.
pub const LIMIT: Duration = Duration::from_secs(90);
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// Repeats an attempt until it succeeds, and returns its value.
///
/// # Panics
/// With the last error, at the time limit.
#[track_caller]
pub fn eventually<T, E: Debug>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> impl Future<Output = T> {
    let caller = Location::caller();
    async move {
        let end = Instant::now() + LIMIT;
        loop {
            match attempt().await {
                Ok(value) => return value,
                Err(error) if Instant::now() >= end => {
                    panic!("{caller}: not within {} s: {error:?}", LIMIT.as_secs())
                }
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}

/// Waits for a future.
///
/// # Panics
/// At the time limit.
#[track_caller]
pub fn in_time<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let caller = Location::caller();
    async move {
        let done = timeout(LIMIT, future).await;
        done.unwrap_or_else(|_| panic!("{caller}: not within {} s", LIMIT.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, convert::Infallible, future::pending};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_attempt_is_repeated_until_it_succeeds() {
        let attempts = Cell::new(0);
        let count = async || {
            attempts.set(attempts.get() + 1);
            if attempts.get() < 3 { Err("too few") } else { Ok(attempts.get()) }
        };
        assert_eq!(eventually(count).await, 3);
        assert_eq!(in_time(async { 7 }).await, 7);
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "not within 90 s: \"never\"")]
    async fn the_last_error_is_reported_at_the_time_limit() {
        eventually(async || Err::<(), _>("never")).await;
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "not within 90 s")]
    async fn a_future_that_hangs_is_reported() {
        let _: Result<(), Infallible> = in_time(pending()).await;
    }
}
