//! Waiting a little for a gateway's answer, for somebody who sits before a page: mostly it is there
//! before they would have looked again.

use std::time::Duration;

use frontdesk_model::{
    PaymentId,
    payment::{Payment, PaymentState},
};
use tokio::time::{Instant, sleep};

use super::{Error, get};
use crate::{Domain, actor::Actor};

/// How long, and how often it is looked.
const PATIENCE: Duration = Duration::from_secs(2);

const PAUSE: Duration = Duration::from_millis(100);

/// The payment as soon as it has left the state `waits`, or as it is when patience ends.
///
/// # Errors
/// As [`lists::get`].
pub async fn wait(
    domain: &Domain,
    actor: &Actor,
    id: PaymentId,
    waits: impl Fn(PaymentState) -> bool + Send,
) -> Result<Payment, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        let payment = get(domain, actor, id).await?;
        if !waits(payment.summary.state) || Instant::now() >= until {
            return Ok(payment);
        }
        sleep(PAUSE).await;
    }
}
