//! What people see. Pages and their parts are rendered on the server and compiled only there;
//! islands are the small leaves that also run in the browser. This file has the only `cfg`s.

pub mod islands;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod post;
#[cfg(feature = "ssr")]
pub mod tidy;
#[cfg(feature = "ssr")]
pub mod visit;
#[cfg(feature = "ssr")]
pub mod wake;

#[cfg(feature = "ssr")]
use frontdesk_http::{reference, request::input};

/// Wakes the islands of a page. The browser calls it when the bundle has arrived.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
