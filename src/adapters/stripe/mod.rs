//! Stripe, over its HTTP API.
//!
//! A request carries the payment's id twice: as the idempotency key, so that a retry returns the first
//! result; and in the metadata, by which the payment is found if the response was lost and the key has
//! expired.
//!
//! A method that begins with `tok_` is charged by the older Charges API, which charges or declines at
//! once; any other is charged by a PaymentIntent, which the customer may have to confirm.

mod amounts;
mod client;
mod errors;
mod events;
mod wire;

use std::time::Duration;

use client::{Answer, Call, Client};
use frontdesk_domain::gateway::{
    Charge, ChargeResult, GatewayCall, GatewayError, GatewayEvent, GatewayEventError, GatewayRefund,
    KnownPayment, PaymentGateway, RefundResult,
};
use frontdesk_http::BaseUrl;
use frontdesk_model::{PaymentFailure, Secret, Timestamp};
use wire::{Found, List, Refund};

pub use client::InvalidKey;

/// The name of the gateway in the database.
pub const NAME: &str = "stripe";
/// The time for which Stripe keeps an idempotency key at least, in seconds.
const REMEMBERS: i64 = 24 * 3_600;
/// The field of the metadata with the id of our payment.
const PAYMENT: &str = "metadata[frontdesk_payment]";
/// The field of the metadata with the id of our refund.
const REFUND: &str = "metadata[frontdesk_refund]";
/// The most pages of a hundred that are searched for one payment.
const PAGES: u32 = 20;
/// The most that its clock may be behind ours, in seconds.
const SKEW: i64 = 3_600;

/// The settings of the adapter.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The secret key, or a restricted one.
    pub key: Secret,
    /// The secrets of event signatures: several while one replaces another, none if no events are expected.
    pub webhook_secrets: Vec<Secret>,
    pub url: BaseUrl,
    pub timeouts: Timeouts,
}

/// The timeouts of requests.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// The longest time to connect.
    pub connect: Duration,
    /// The longest time for a call with all its requests and pauses.
    pub call: Duration,
    /// The pause before the first retry within a call.
    pub pause: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            call: Duration::from_secs(30),
            pause: Duration::from_millis(500),
        }
    }
}

/// The Stripe gateway. Cheap to create: it connects with the first call.
pub struct Stripe {
    client: Client,
    webhook_secrets: Vec<Secret>,
}

impl Stripe {
    /// # Errors
    /// [`InvalidKey`] if the key has other characters than a key of Stripe.
    pub fn new(settings: Settings) -> Result<Self, InvalidKey> {
        let Settings { key, webhook_secrets, url, timeouts } = settings;
        Ok(Self { client: Client::new(key, &url, timeouts)?, webhook_secrets })
    }

    async fn charge_once(&self, charge: Charge) -> Result<ChargeResult, GatewayError> {
        let Some(amount) = amounts::to_stripe(charge.amount) else {
            let message = "This amount cannot be said to Stripe in this currency.".to_owned();
            return Ok(ChargeResult::Failed {
                reference: None,
                failure: PaymentFailure::Refused { message },
            });
        };
        let (id, amount) = (charge.payment.to_string(), amount.to_string());
        let currency = charge.amount.currency.code().to_ascii_lowercase();
        let mut form = vec![
            ("amount", &*amount),
            ("currency", &*currency),
            ("description", &*charge.description),
            (PAYMENT, &*id),
        ];
        let path = if is_token(&charge.method) {
            form.push(("source", &*charge.method));
            "/v1/charges"
        } else {
            // Without types of method the account's settings apply, and with a server that is not Stripe
            // itself the type of this method.
            form.extend([
                ("payment_method", &*charge.method),
                ("confirm", "true"),
                ("return_url", &*charge.return_url),
            ]);
            "/v1/payment_intents"
        };
        let call = self.client.call();
        match call.post(path, &form, Some(&id)).await? {
            Answer::Refused(refusal) => Ok(ChargeResult::Failed {
                reference: refusal.reference(),
                failure: refusal.failure(charge.amount),
            }),
            Answer::Object { object, is_replay } => {
                latest(&call, object, is_replay).await.charged(charge.amount)
            }
        }
    }

    async fn look_up_charge(&self, known: KnownPayment) -> Result<ChargeResult, GatewayError> {
        match find(&self.client.call(), &known).await? {
            Some(found) => found.charged(known.amount),
            None => Ok(ChargeResult::Absent),
        }
    }

    /// Cancels a payment. One that has ended already returns its result.
    async fn cancel_charge(&self, known: KnownPayment) -> Result<ChargeResult, GatewayError> {
        let call = self.client.call();
        let Some(found) = find(&call, &known).await? else { return Ok(ChargeResult::Absent) };
        if !found.can_be_cancelled() {
            return found.charged(known.amount);
        }
        let path = format!("{}/cancel", found.path());
        match call.post(&path, &[], None).await? {
            Answer::Object { object, .. } => Found::charged(object, known.amount),
            Answer::Refused(_) => latest(&call, found, true).await.charged(known.amount),
        }
    }

    async fn refund_charge(&self, back: GatewayRefund) -> Result<RefundResult, GatewayError> {
        let failed = |why: &str| Ok(RefundResult::Failed { why: why.to_owned() });
        let Some(amount) = amounts::to_stripe(back.amount) else {
            return failed("This amount cannot be said to Stripe in this currency.");
        };
        let (id, amount, payment) = (back.refund.to_string(), amount.to_string(), back.payment.to_string());
        let form = [
            (wire::kind_of(&back.reference), &*back.reference),
            ("amount", &*amount),
            (REFUND, &*id),
            // Events about the refund are assigned to the payment by it.
            (PAYMENT, &*payment),
        ];
        let call = self.client.call();
        let answer = match call.post::<Refund>("/v1/refunds", &form, Some(&id)).await {
            // From now on the key returns this error, even if the refund was made.
            Err(GatewayError::Unknown(why)) => {
                return match look_at_refund(&call, &back).await {
                    Ok(found) if found != RefundResult::Absent => Ok(found),
                    _ => Err(GatewayError::Unknown(why)),
                };
            }
            answer => answer?,
        };
        match answer {
            // Stripe has returned this payment before, and never deletes one.
            Answer::Refused(refusal) if refusal.is_missing() => Err(other_account(&back.reference)),
            Answer::Refused(refusal) => failed(&refusal.message()),
            Answer::Object { object, is_replay: true } => {
                let path = format!("/v1/refunds/{}", object.id);
                match call.get(&path, &[]).await {
                    Ok(Answer::Object { object: now, .. }) => Refund::paid_back(now),
                    _ => object.paid_back(),
                }
            }
            Answer::Object { object, is_replay: false } => object.paid_back(),
        }
    }
}

/// Returns true for a method of the Charges API.
fn is_token(method: &str) -> bool {
    method.starts_with("tok_")
}

/// The error for a payment that Stripe has returned before: it never deletes one.
fn other_account(reference: &str) -> GatewayError {
    GatewayError::Misconfigured(format!("it does not know {reference}: the key may be another account's"))
}

/// Reads the present state after a replayed response, which has the state of the first one.
async fn latest(call: &Call<'_>, told: Found, is_replay: bool) -> Found {
    if !is_replay {
        return told;
    }
    match call.get(&told.path(), &[]).await {
        Ok(Answer::Object { object, .. }) => object,
        _ => told,
    }
}

/// Finds a payment by its reference, or among all payments since then.
async fn find(call: &Call<'_>, known: &KnownPayment) -> Result<Option<Found>, GatewayError> {
    let id = known.payment.to_string();
    let reference = known.reference.as_deref().filter(|reference| wire::is_reference(reference));
    let mut is_missing = false;
    if let Some(reference) = reference {
        match call.get::<Found>(&wire::path_of(reference), &[]).await? {
            Answer::Object { object, .. } if object.is_about(&id) => return Ok(Some(object)),
            Answer::Object { .. } => {}
            Answer::Refused(refusal) => is_missing = refusal.is_missing(),
        }
    }
    let path = if is_token(&known.method) { "/v1/charges" } else { "/v1/payment_intents" };
    let by = [("created[gte]", (known.since.seconds() - SKEW).to_string())];
    let mut pages = Pages::of(call, path, &by);
    while let Some(page) = pages.next::<Found>().await? {
        if let Some(found) = page.into_iter().find(|found| found.is_named(&id)) {
            return Ok(Some(found));
        }
    }
    match reference {
        Some(reference) if is_missing => Err(other_account(reference)),
        _ => Ok(None),
    }
}

/// Finds a refund by its reference, or by our id among the refunds of its payment.
async fn look_at_refund(call: &Call<'_>, back: &GatewayRefund) -> Result<RefundResult, GatewayError> {
    if let Some(known) = back.known.as_deref().filter(|known| wire::is_reference(known)) {
        return match call.get::<Refund>(&format!("/v1/refunds/{known}"), &[]).await? {
            Answer::Object { object, .. } => object.paid_back(),
            Answer::Refused(refusal) if refusal.is_missing() => Err(other_account(known)),
            Answer::Refused(refusal) => Err(GatewayError::Unknown(refusal.message())),
        };
    }
    let id = back.refund.to_string();
    let since = back.since.seconds() - SKEW;
    let by = [(wire::kind_of(&back.reference), back.reference.clone())];
    let mut unnamed = Vec::new();
    let mut pages = Pages::of(call, "/v1/refunds", &by);
    while let Some(page) = pages.next::<Refund>().await? {
        for refund in page {
            match refund.name() {
                Some(name) if name == id => return refund.paid_back(),
                Some(_) => {}
                // From a server that does not return metadata. Stripe itself does.
                None => unnamed.push(refund),
            }
        }
    }
    unnamed.retain(|refund| refund.amount(back.amount) == Some(back.amount) && refund.created >= since);
    match unnamed.len() {
        0 => Ok(RefundResult::Absent),
        1 => unnamed.remove(0).paid_back(),
        _ => Err(GatewayError::Unknown("there are several refunds that could be this one".to_owned())),
    }
}

/// The pages of a list.
struct Pages<'a> {
    call: &'a Call<'a>,
    path: &'a str,
    by: &'a [(&'a str, String)],
    after: Option<String>,
    read: u32,
    is_over: bool,
}

impl<'a> Pages<'a> {
    fn of(call: &'a Call<'a>, path: &'a str, by: &'a [(&'a str, String)]) -> Self {
        Self { call, path, by, after: None, read: 0, is_over: false }
    }

    async fn next<T: wire::Listed>(&mut self) -> Result<Option<Vec<T>>, GatewayError> {
        if self.is_over {
            return Ok(None);
        }
        if self.read == PAGES {
            return Err(GatewayError::Unknown("there is too much since then to look through".to_owned()));
        }
        let mut query: Vec<(&str, &str)> = self.by.iter().map(|(name, value)| (*name, &**value)).collect();
        query.push(("limit", "100"));
        if let Some(after) = &self.after {
            query.push(("starting_after", after));
        }
        let list: List<T> = match self.call.get(self.path, &query).await? {
            Answer::Object { object, .. } => object,
            // A list has no refusals of its own.
            Answer::Refused(refusal) => return Err(GatewayError::Unknown(refusal.message())),
        };
        self.read += 1;
        self.after = list.data.last().map(|last| last.id().to_owned());
        self.is_over = !list.has_more || list.data.is_empty();
        Ok(Some(list.data))
    }
}

impl PaymentGateway for Stripe {
    fn name(&self) -> &'static str {
        NAME
    }

    fn remembers(&self) -> i64 {
        REMEMBERS
    }

    fn charge(&self, charge: Charge) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.charge_once(charge))
    }

    fn look_up(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.look_up_charge(known))
    }

    fn cancel(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.cancel_charge(known))
    }

    fn refund(&self, back: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        Box::pin(self.refund_charge(back))
    }

    fn look_up_refund(&self, back: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        Box::pin(async move { look_at_refund(&self.client.call(), &back).await })
    }

    fn read_event(
        &self,
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<GatewayEvent>, GatewayEventError> {
        events::read(&self.webhook_secrets, signature, body, now)
    }
}
