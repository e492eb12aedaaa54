//! Rules that hold at more than one address.

mod api;
mod http;
mod money;
mod pages;
