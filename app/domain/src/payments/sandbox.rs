//! A gateway that is built in: it moves no money, and does what the payment method's token says, so
//! that everything can be tried with nothing else. What it has charged is in tables of its own, in
//! transactions of its own, as if it were somewhere else.

mod methods;
mod store;

use std::{sync::Arc, time::Duration};

use frontdesk_model::{
    Permission, Timestamp,
    forms::ConfirmSandbox,
    payment::{DeclineReason, Payment, PaymentFailure},
};
use methods::{Behaviour, behaviour};
pub use methods::{METHODS, SandboxMethod};
use store::State;
pub(super) use store::{ALL as STATEMENTS, seed as seed_charge};

use super::{
    Asked, Charge, Charged, Error, GatewayError, Known, Notice, NoticeError, PaidBack, PayBack,
    PaymentGateway, SettlePayment, lists, store as payments,
};
use crate::{
    Domain,
    actor::Actor,
    clock::Clock,
    db::{self, Db},
    jobs,
};

/// What it is called.
pub(super) const NAME: &str = "sandbox";
/// How long the slow one takes.
const SLOW: Duration = Duration::from_secs(3);

/// The gateway that is built in.
pub struct Sandbox {
    db: Db,
    clock: Clock,
    /// Where this server is found, for the page on which payments are confirmed.
    site: Arc<str>,
}

impl Sandbox {
    pub fn new(db: Db, clock: Clock, site: Arc<str>) -> Self {
        Self { db, clock, site }
    }

    async fn charge_once(&self, charge: Charge) -> Result<Charged, GatewayError> {
        let Some(behaviour) = behaviour(&charge.method) else {
            return Ok(Charged::Failed { reference: None, failure: PaymentFailure::MethodInvalid });
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
        let found = store::charge(&self.db, &charge, state, self.clock.now()).await.map_err(broken)?;
        if (found.amount, found.method.as_str()) != (charge.amount, charge.method.as_str()) {
            let message = "this key was used for another charge".to_owned();
            return Ok(Charged::Failed { reference: None, failure: PaymentFailure::Refused { message } });
        }
        let lost = || GatewayError::Unknown("the sandbox pretends that its answer was lost".to_owned());
        match behaviour {
            Behaviour::LostAfter if found.asked == 1 => Err(lost()),
            Behaviour::LostBefore if found.asked == 1 => Err(lost()),
            Behaviour::LostBefore if found.state == State::Waiting => {
                store::decide(&self.db, charge.payment, State::Charged).await.map_err(broken)?;
                Ok(self.told(store::Found { state: State::Charged, ..found }))
            }
            _ => Ok(self.told(found)),
        }
    }

    async fn look(&self, known: &Known) -> Result<Charged, GatewayError> {
        if matches!(behaviour(&known.method), Some(Behaviour::Down)) {
            return Err(GatewayError::NotDone("the sandbox pretends to be down".to_owned()));
        }
        let found = store::find(&self.db, known.payment).await.map_err(broken)?;
        Ok(found.map_or(Charged::Absent, |found| self.told(found)))
    }

    async fn call_off(&self, known: Known) -> Result<Charged, GatewayError> {
        store::decide(&self.db, known.payment, State::Cancelled).await.map_err(broken)?;
        self.look(&known).await
    }

    /// What a charge looks like from outside.
    fn told(&self, found: store::Found) -> Charged {
        let reference = format!("sandbox_{}", found.payment.0.simple());
        match (found.state, behaviour(&found.method)) {
            (State::Charged, _) => Charged::Succeeded { reference, captured: found.amount },
            (State::Cancelled, _) => {
                Charged::Failed { reference: Some(reference), failure: PaymentFailure::NotConfirmed }
            }
            (State::Waiting, Some(Behaviour::Confirm)) => Charged::ConfirmationRequired {
                url: format!("{}/sandbox/payments/{}", self.site, found.payment),
                reference,
            },
            // The first request for it got lost on its way.
            (State::Waiting, _) => Charged::Absent,
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
                Charged::Failed { reference: Some(reference), failure }
            }
        }
    }

    async fn pay_back(&self, back: PayBack) -> Result<PaidBack, GatewayError> {
        let Some(charge) = store::find(&self.db, back.payment).await.map_err(broken)? else {
            return Ok(PaidBack::Failed { why: "there is no such charge".to_owned() });
        };
        let behaviour = behaviour(&charge.method);
        let refused = matches!(behaviour, Some(Behaviour::RefuseRefunds));
        let (paid, is_new) =
            store::pay_back(&self.db, &back, refused, self.clock.now()).await.map_err(broken)?;
        if is_new && matches!(behaviour, Some(Behaviour::LoseRefunds)) {
            return Err(GatewayError::Unknown("the sandbox pretends that its answer was lost".to_owned()));
        }
        Ok(paid_back(&back, paid))
    }

    async fn look_at_refund(&self, back: PayBack) -> Result<PaidBack, GatewayError> {
        let found = store::find_refund(&self.db, back.refund).await.map_err(broken)?;
        Ok(found.map_or(PaidBack::Absent, |paid| paid_back(&back, paid)))
    }
}

fn paid_back(back: &PayBack, paid: bool) -> PaidBack {
    if paid {
        PaidBack::Succeeded { reference: format!("sandbox_{}", back.refund.0.simple()) }
    } else {
        PaidBack::Failed { why: "The card’s account is closed".to_owned() }
    }
}

/// Its database is ours. If that fails, whether it was written is not known.
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

    fn charge(&self, charge: Charge) -> Asked<'_, Charged> {
        Box::pin(self.charge_once(charge))
    }

    fn look_up(&self, known: Known) -> Asked<'_, Charged> {
        Box::pin(async move { self.look(&known).await })
    }

    fn cancel(&self, known: Known) -> Asked<'_, Charged> {
        Box::pin(self.call_off(known))
    }

    fn refund(&self, back: PayBack) -> Asked<'_, PaidBack> {
        Box::pin(self.pay_back(back))
    }

    fn look_up_refund(&self, back: PayBack) -> Asked<'_, PaidBack> {
        Box::pin(self.look_at_refund(back))
    }

    fn read_notice(&self, _: Option<&str>, _: &[u8], _: Timestamp) -> Result<Option<Notice>, NoticeError> {
        Err(NoticeError::NotExpected)
    }
}

/// Whether no money moves: the gateway is the one that is built in.
pub fn is_sandbox(domain: &Domain) -> bool {
    domain.gateway.name() == NAME
}

/// What the customer does on the sandbox's page, which stands for that of their bank: confirms a
/// payment, or not. It is noticed as that of a real gateway would be.
///
/// # Errors
/// [`Error::NoSuchPayment`], also for who may not pay it and where the gateway is another;
/// [`Error::WrongState`] if there is nothing to confirm.
#[tracing::instrument(name = "payments.sandbox_confirm", skip_all)]
pub async fn confirm(domain: &Domain, actor: &Actor, form: ConfirmSandbox) -> Result<Payment, Error> {
    let payment = lists::by_id(domain, form.id).await?;
    let is_own = actor.user() == Some(payment.summary.customer.id);
    let is_here = is_sandbox(domain) && payment.summary.gateway == NAME;
    if !is_here || !(is_own || actor.may(Permission::PaymentsCreate)) {
        return Err(Error::NoSuchPayment);
    }
    let mut tx = domain.begin(actor).await?;
    let state = if form.confirms { State::Charged } else { State::Declined };
    if !store::decide_now(&mut tx, form.id, state).await? {
        return Err(Error::WrongState("There is nothing to confirm any more."));
    }
    let seen = payments::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    let job = SettlePayment::noticed(form.id, None, &seen.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    tx.commit().await?;
    Ok(lists::shown_to(actor, payment))
}
