//! Tells cargo which files the server embeds beside its sources: see `src/assets.rs`.

use std::{fs, io};

fn main() -> io::Result<()> {
    // `cargo xtask build` fills this folder. It is made here because cargo takes a missing one for changed,
    // and would compile the server anew every time.
    fs::create_dir_all("target/site")?;
    println!("cargo::rerun-if-changed=target/site");
    println!("cargo::rerun-if-changed=style");
    Ok(())
}
