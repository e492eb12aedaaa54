//! Waits briefly for a refund to be decided.

use std::time::Duration;

use frontdesk_model::{RefundId, refunds::Refund};
use tokio::time::{Instant, sleep};

use super::{Error, get};
use crate::Context;

/// Maximum wait, and the interval of looking.
const PATIENCE: Duration = Duration::from_secs(2);

const PAUSE: Duration = Duration::from_millis(100);

/// Returns the refund as soon as the gateway has answered, or as it is after the maximum wait.
///
/// # Errors
/// As [`get()`].
pub async fn wait(ctx: &Context, id: RefundId) -> Result<Refund, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        let refund = get(ctx, id).await?;
        if !refund.state.is_open() || Instant::now() >= until {
            return Ok(refund);
        }
        sleep(PAUSE).await;
    }
}
