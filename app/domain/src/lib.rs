//! What is true about an online business's front desk: the use cases, their rules, and where it
//! all is kept. Knows no HTTP and no HTML.
//!
//! Rooms stand in dependency order, and each imports only those before it:
//! `db clock actor problem ← audit ← accounts ← sessions`.

pub mod clock;
pub mod db;
pub mod actor;
