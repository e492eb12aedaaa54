//! The server: configuration, surfaces, and the process around them.

pub mod adapters;
pub mod assets;
pub mod config;
pub mod last_seen;
pub mod listener;
mod middleware;
pub mod pages;
pub mod shutdown;
mod state;
pub mod surfaces;
pub mod telemetry;
pub mod tls;
pub mod worker;

pub use state::AppState;
pub use surfaces::router;
