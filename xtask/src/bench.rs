//! The measurements of the server.

use anyhow::{Result, bail};

pub fn bench() -> Result<()> {
    bail!("there is no benchmark yet")
}
