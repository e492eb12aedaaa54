//! Parts that pages of several features are made of. Rendered on the server, never in the browser.

pub mod forms;
pub mod gateway_notice;
pub mod layout;
pub mod setup_notice;
pub mod shown_once;
pub mod tables;
pub mod words;
