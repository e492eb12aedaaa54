//! Captures the log on the thread of a test.
//!
//! There is one subscriber for the whole binary, installed before anything is logged. With one per test,
//! `tracing` may cache that an event has no subscriber while other tests log.

use std::{cell::RefCell, io, sync::LazyLock};

use tracing_subscriber::{
    Layer as _, filter::dynamic_filter_fn, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

thread_local! {
    static HEARD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

static SUBSCRIBER: LazyLock<()> = LazyLock::new(|| {
    // All levels; and nothing of tests that do not capture.
    let listens = dynamic_filter_fn(|_, _| HEARD.with_borrow(Option::is_some));
    let layer = fmt::layer().with_ansi(false).with_writer(|| Ear).with_filter(listens);
    tracing_subscriber::registry().with(layer).init();
});

/// Called at the start of every test.
pub fn prepare() {
    LazyLock::force(&SUBSCRIBER);
}

/// Captures the log of this thread from now on.
pub fn listen() {
    HEARD.set(Some(Vec::new()));
}

/// Stops capturing, and returns the log.
pub fn heard() -> String {
    String::from_utf8(HEARD.take().unwrap()).unwrap()
}

struct Ear;

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.get_or_insert_default().extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
