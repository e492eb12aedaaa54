//! Passwords, and the links that set them.

mod breached_passwords;
mod links;
mod password;
mod proof;
mod refusals;
