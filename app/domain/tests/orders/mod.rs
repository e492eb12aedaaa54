//! Orders: placing, access and lists.

mod lists;
mod place;
mod plans;
