//! Authentication: signing up and signing in.

pub mod sign_in;
pub mod sign_up;

use crate::Feature;

pub use sign_in::sign_in;
pub use sign_up::{sign_up, sign_up_in};

/// This feature and its lists.
pub const FEATURE: Feature = Feature::new("authentication");
