//! Layers that surfaces put around their routes.

pub mod compression;
pub mod csrf;
pub mod fair_share;
pub mod host;
pub mod limits;
pub mod security_headers;
pub mod trace;
