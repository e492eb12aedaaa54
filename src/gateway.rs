//! Who moves the money, where it is not the sandbox that the domain has built in.

pub mod stripe;
