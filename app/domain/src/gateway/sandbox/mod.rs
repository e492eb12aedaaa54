//! The built-in gateway. It moves no money, and the payment method's token determines the result, so that
//! every case can be tried without another system. It keeps its charges in tables and transactions of its
//! own, like a remote system.

mod methods;
mod sql;

use std::{sync::Arc, time::Duration};

use frontdesk_model::{
    Timestamp,
    payments::{DeclineReason, PaymentFailure},
    urls,
};
use methods::{Behaviour, behaviour};

use super::{
    Charge, ChargeResult, GatewayCall, GatewayError, GatewayEvent, GatewayEventError, GatewayRefund,
    KnownPayment, PaymentGateway, RefundResult,
};
use crate::{
    clock::Clock,
    db::{self, Db},
};

pub use methods::{METHODS, SandboxMethod};
pub(crate) use sql::{ALL as STATEMENTS, State, decide_now, seed as seed_charge};

/// The gateway's name.
pub(crate) const NAME: &str = "sandbox";

/// Delay of the slow payment method.
const SLOW: Duration = Duration::from_secs(3);

/// The built-in gateway.
pub struct Sandbox {
    db: Db,
    clock: Clock,
    /// Public base URL, for links to the confirmation page.
    site: Arc<str>,
}

impl Sandbox {
    pub fn new(db: Db, clock: Clock, site: Arc<str>) -> Self {
        Self { db, clock, site }
    }

    async fn charge_once(&self, charge: Charge) -> Result<ChargeResult, GatewayError> {
        let Some(behaviour) = behaviour(&charge.method) else {
            return Ok(ChargeResult::Failed { reference: None, failure: PaymentFailure::MethodInvalid });
        };
        match behaviour {
            Behaviour::Down => {
                return Err(GatewayError::NotDone("the sandbox pretends to be down".to_owned()));
            }
            Behaviour::Slow => tokio::time::sleep(SLOW).await,
            _ => {}
        }
        let state = match behaviour {
            Behaviour::Decline(_) | Behaviour::Insufficient => State::Declined,
            Behaviour::Confirm | Behaviour::LostBefore => State::Waiting,
            _ => State::Charged,
        };
        let found = sql::charge(&self.db, &charge, state, self.clock.now()).await.map_err(broken)?;
        if (found.amount, found.method.as_str()) != (charge.amount, charge.method.as_str()) {
            let message = "this key was used for another charge".to_owned();
            return Ok(ChargeResult::Failed {
                reference: None,
                failure: PaymentFailure::Refused { message },
            });
        }
        let lost = || GatewayError::Unknown("the sandbox pretends that its answer was lost".to_owned());
        match behaviour {
            Behaviour::LostAfter if found.asked == 1 => Err(lost()),
            Behaviour::LostBefore if found.asked == 1 => Err(lost()),
            Behaviour::LostBefore if found.state == State::Waiting => {
                sql::decide(&self.db, charge.payment, State::Charged).await.map_err(broken)?;
                Ok(self.told(sql::Found { state: State::Charged, ..found }))
            }
            _ => Ok(self.told(found)),
        }
    }

    async fn look(&self, known: &KnownPayment) -> Result<ChargeResult, GatewayError> {
        if matches!(behaviour(&known.method), Some(Behaviour::Down)) {
            return Err(GatewayError::NotDone("the sandbox pretends to be down".to_owned()));
        }
        let found = sql::find(&self.db, known.payment).await.map_err(broken)?;
        Ok(found.map_or(ChargeResult::Absent, |found| self.told(found)))
    }

    async fn call_off(&self, known: KnownPayment) -> Result<ChargeResult, GatewayError> {
        sql::decide(&self.db, known.payment, State::Cancelled).await.map_err(broken)?;
        self.look(&known).await
    }

    /// The charge as the gateway reports it.
    fn told(&self, found: sql::Found) -> ChargeResult {
        let reference = format!("sandbox_{}", found.payment.0.simple());
        match (found.state, behaviour(&found.method)) {
            (State::Charged, _) => ChargeResult::Succeeded { reference, captured: found.amount },
            (State::Cancelled, _) => {
                ChargeResult::Failed { reference: Some(reference), failure: PaymentFailure::NotConfirmed }
            }
            (State::Waiting, Some(Behaviour::Confirm)) => ChargeResult::ConfirmationRequired {
                url: format!("{}{}", self.site, urls::SANDBOX_PAYMENT.of(found.payment)),
                reference,
            },
            // The first request was lost.
            (State::Waiting, _) => ChargeResult::Absent,
            (State::Declined, behaviour) => {
                let failure = match behaviour {
                    Some(Behaviour::Decline(reason)) => PaymentFailure::CardDeclined { reason },
                    Some(Behaviour::Insufficient) => PaymentFailure::InsufficientFunds {
                        available: Some(frontdesk_model::Money::new(
                            found.amount.minor / 4,
                            found.amount.currency,
                        )),
                        required: found.amount,
                    },
                    _ => PaymentFailure::CardDeclined { reason: DeclineReason::AuthenticationFailed },
                };
                ChargeResult::Failed { reference: Some(reference), failure }
            }
        }
    }

    async fn pay_back(&self, back: GatewayRefund) -> Result<RefundResult, GatewayError> {
        let Some(charge) = sql::find(&self.db, back.payment).await.map_err(broken)? else {
            return Ok(RefundResult::Failed { why: "there is no such charge".to_owned() });
        };
        let behaviour = behaviour(&charge.method);
        let refused = matches!(behaviour, Some(Behaviour::RefuseRefunds));
        let (paid, is_new) =
            sql::pay_back(&self.db, &back, refused, self.clock.now()).await.map_err(broken)?;
        if is_new && matches!(behaviour, Some(Behaviour::LoseRefunds)) {
            return Err(GatewayError::Unknown("the sandbox pretends that its answer was lost".to_owned()));
        }
        Ok(paid_back(&back, paid))
    }

    async fn look_at_refund(&self, back: GatewayRefund) -> Result<RefundResult, GatewayError> {
        let found = sql::find_refund(&self.db, back.refund).await.map_err(broken)?;
        Ok(found.map_or(RefundResult::Absent, |paid| paid_back(&back, paid)))
    }
}

fn paid_back(back: &GatewayRefund, paid: bool) -> RefundResult {
    if paid {
        RefundResult::Succeeded { reference: format!("sandbox_{}", back.refund.0.simple()) }
    } else {
        RefundResult::Failed { why: "The card’s account is closed".to_owned() }
    }
}

/// The sandbox uses our own database. If that fails, it is unknown whether the charge was written.
#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn broken(error: db::Error) -> GatewayError {
    GatewayError::Unknown(error.to_string())
}

impl PaymentGateway for Sandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn remembers(&self) -> i64 {
        24 * 3_600
    }

    fn charge(&self, charge: Charge) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.charge_once(charge))
    }

    fn look_up(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        Box::pin(async move { self.look(&known).await })
    }

    fn cancel(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.call_off(known))
    }

    fn refund(&self, back: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        Box::pin(self.pay_back(back))
    }

    fn look_up_refund(&self, back: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        Box::pin(self.look_at_refund(back))
    }

    fn read_event(
        &self,
        _: Option<&str>,
        _: &[u8],
        _: Timestamp,
    ) -> Result<Option<GatewayEvent>, GatewayEventError> {
        Err(GatewayEventError::NotExpected)
    }
}
