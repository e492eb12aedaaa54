//! Processing: calls of the payment gateway, and applying its results.

pub mod attention;
pub mod gateway_event;
mod payment;
mod reconcile;
mod result;
pub mod sandbox;

pub use attention::{Attention, attention};
pub use gateway_event::gateway_event;
pub use reconcile::Reconcile;
pub use sandbox::{confirm, confirm_in, is_public_sandbox, is_sandbox};

use crate::{Feature, db::Sql, jobs::Handler};

/// This feature and its lists.
pub const FEATURE: Feature =
    Feature { statements, jobs: &[Handler::recurring::<Reconcile>()], ..Feature::new("processing") };

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    [reconcile::ALL, attention::ALL].concat()
}
