//! `/docs`: what there is to know for those who write programs. Everybody may read it, signed in or not.

pub mod api;
mod basics;
mod operation;
pub mod problems;
mod prose;
pub mod start;
