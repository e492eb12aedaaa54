//! The server: configuration, HTTP, and the process around them.

pub mod assets;
pub mod config;
pub mod http;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
