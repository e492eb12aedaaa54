//! Migrations are compiled in; Cargo has to be told that a new one is a reason to compile.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations/sqlite");
    println!("cargo::rerun-if-changed=../../migrations/postgres");
}
