//! Passwords, and the links that set them.

mod breached_passwords;
mod credentials;
mod links;
mod password;
