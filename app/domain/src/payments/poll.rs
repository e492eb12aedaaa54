//! Waits briefly for a gateway's answer, which mostly arrives before the person at the page would have
//! reloaded it.

use std::time::Duration;

use frontdesk_model::{
    PaymentId,
    payments::{Payment, PaymentState},
};
use tokio::time::{Instant, sleep};

use super::{Error, get};
use crate::Context;

/// Maximum wait, and the interval of looking.
const PATIENCE: Duration = Duration::from_secs(2);

const PAUSE: Duration = Duration::from_millis(100);

/// Returns the payment as soon as it has left the state `waits`, or as it is after the maximum wait.
///
/// # Errors
/// As [`get()`].
pub async fn wait(
    ctx: &Context,
    id: PaymentId,
    waits: impl Fn(PaymentState) -> bool + Send,
) -> Result<Payment, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        let payment = get(ctx, id).await?;
        if !waits(payment.summary.state) || Instant::now() >= until {
            return Ok(payment);
        }
        sleep(PAUSE).await;
    }
}
