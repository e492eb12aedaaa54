//! Orders: placing, access and lists.

mod export;
mod lists;
mod place;
mod plans;
