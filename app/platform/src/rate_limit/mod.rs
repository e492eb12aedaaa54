//! Rate limits that the use cases enforce themselves.

mod sign_in;

pub use sign_in::SignInAttempts;
