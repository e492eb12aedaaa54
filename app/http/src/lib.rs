//! HTTP that pages and the API share: reading requests, rendering problems, limits, headers.
//!
//! Nothing here knows a URL of Frontdesk: a surface (`src/surfaces` of the server) chooses the layers
//! it needs and configures them.

pub mod base_url;
pub mod idempotent;
pub mod layers;
pub mod problem;
pub mod rate_limit;
pub mod reference;
pub mod representation;
pub mod request;
mod settings;

pub use base_url::BaseUrl;
pub use settings::Settings;
