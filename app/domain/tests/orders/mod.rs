//! Orders: how they are placed, who sees them, how they are listed.

mod lists;
mod place;
mod plans;
