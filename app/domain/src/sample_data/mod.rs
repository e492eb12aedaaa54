//! Sample data in any amount, for a first look around and for measuring. Only the command line writes
//! it: there is no permission for it, and it writes a past that did not happen.

pub mod orders;
pub(crate) mod random;
pub mod users;

use crate::db::Sql;

/// The statements of this feature.
pub fn statements() -> Vec<Sql> {
    orders::ALL.iter().copied().chain(users::statements()).collect()
}
