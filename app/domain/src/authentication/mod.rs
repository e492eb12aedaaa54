//! Authentication: signing up and signing in.

pub mod sign_in;
pub mod sign_up;

pub use sign_in::sign_in;
pub use sign_up::sign_up;
