//! Adapters: the ports of the domain, implemented over the network.

pub mod breached_passwords;
mod http_client;
pub mod stripe;
pub mod webhook_sender;
