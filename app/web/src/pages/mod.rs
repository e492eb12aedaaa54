//! One file a page: the component, and the server functions that its forms post to. A page is
//! found by its URL: `/admin/users` is `pages/admin/users.rs`.

pub mod account;
pub mod admin;
pub mod home;
pub mod invite;
pub mod login;
pub mod problem;
pub mod setup;
pub mod signup;
