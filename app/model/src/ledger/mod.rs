//! The ledger, and the revenue by day that follows from it.

mod revenue;

pub use revenue::{DAYS, Revenue, RevenueDay};

use crate::audit::actions;

actions! {
    LEDGER_UNBALANCED = "ledger.unbalanced", "found that the ledger does not add up", Other;
}
