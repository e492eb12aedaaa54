//! The server: configuration, surfaces, and the process around them.

pub mod assets;
pub mod breaches;
pub mod chores;
pub mod config;
pub mod courier;
pub mod gateway;
mod middleware;
pub mod pages;
pub mod peer;
pub mod serve;
pub mod shutdown;
mod state;
pub mod surfaces;
pub mod telemetry;
pub mod tls;
pub mod worker;

pub use state::AppState;
pub use surfaces::router;
