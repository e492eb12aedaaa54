//! Reading a request: its fields, its JSON body, and its headers.

pub mod accept;
pub mod client_address;
pub mod conditional;
pub mod cookies;
pub mod input;
pub mod json;
pub mod origin;
