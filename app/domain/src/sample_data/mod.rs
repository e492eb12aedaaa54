//! Sample data in any amount, for demonstrations and measurements. Only the command line writes it: there
//! is no permission for it, and it invents a history.

pub mod orders;
pub(crate) mod random;
pub mod users;

use crate::{Feature, db::Sql};

/// This feature and its lists.
pub const FEATURE: Feature = Feature { statements, ..Feature::new("sample_data") };

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    orders::ALL.iter().copied().chain(users::statements()).collect()
}
