//! What is logged while a test listens, on the thread of that test.
//!
//! There is one subscriber for the whole binary, in place before anything is logged. One a test
//! would come and go while others log, and `tracing` may then take what it should hear for what
//! nobody wants to.

use std::{cell::RefCell, io, sync::LazyLock};

use tracing_subscriber::{
    Layer as _, filter::dynamic_filter_fn, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

thread_local! {
    static HEARD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

static SUBSCRIBER: LazyLock<()> = LazyLock::new(|| {
    // All that there is, also what only developers see; and nothing of tests that do not listen.
    let listens = dynamic_filter_fn(|_, _| HEARD.with_borrow(Option::is_some));
    let layer = fmt::layer().with_ansi(false).with_writer(|| Ear).with_filter(listens);
    tracing_subscriber::registry().with(layer).init();
});

/// Every test begins with it.
pub fn prepare() {
    LazyLock::force(&SUBSCRIBER);
}

/// From now on, all that is logged on this thread is heard.
pub fn listen() {
    HEARD.set(Some(Vec::new()));
}

/// Stops listening, and returns the log.
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
