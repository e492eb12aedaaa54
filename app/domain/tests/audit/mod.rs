//! The audit trail: what is written, and how it is read.

mod list;
mod trail;
