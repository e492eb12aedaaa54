//! The pieces that pages are put together from. Rendered on the server, never in the browser.

pub mod events;
pub mod form;
pub mod job;
pub mod layout;
pub mod page;
pub mod table;
pub mod words;
