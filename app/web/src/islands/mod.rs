//! The few leaves that also run in the browser. Each is a plain, working piece of the page before
//! it wakes, and better after.

pub mod email_field;
pub mod live_filter;
pub mod password_field;
