//! Ports for the servers that tasks start.

use std::net::TcpListener;

use anyhow::{Context, Result};

/// A port on the loopback address that nothing listens on. Another program could take it before ours does,
/// but the system hands out others first.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}
