//! Compiles the crate again when a migration is added: `sqlx::migrate!` reads the folder, and cargo knows
//! only about the files that were in it.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
