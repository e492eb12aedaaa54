//! Islands: the few components that also run in the browser.
//!
//! Each wraps a piece of the page that the server has rendered and that works as it is, and
//! listens to what happens inside: it adds to the piece and never renders it anew. So there is one
//! rendering of everything, an island needs no properties, and the bundle stays small.

mod dom;
pub mod live_email;
pub mod live_filter;
pub mod live_password;
