//! The pieces that pages are put together from. Rendered on the server, never in the browser.

pub mod choice;
pub mod devices;
pub mod events;
pub mod filter;
pub mod form;
pub mod job;
pub mod layout;
pub mod once;
pub mod order;
pub mod page;
pub mod payment;
pub mod revenue;
pub mod table;
pub mod tokens;
pub mod webhook;
pub mod words;
