//! Free ports for servers.

use std::net::TcpListener;

use anyhow::{Context, Result};

/// Finds a free port on the loopback address. Another program could take it before its use, but the system
/// assigns other ports first.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}
