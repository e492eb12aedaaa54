//! No payment gateway: payments are off. No payment belongs to it, so its calls answer only for completeness.

use frontdesk_model::Timestamp;

use super::{
    Charge, ChargeResult, GatewayCall, GatewayError, GatewayEvent, GatewayEventError, GatewayRefund,
    KnownPayment, PaymentGateway, RefundResult,
};
use crate::Domain;

const NAME: &str = "none";

/// Returns true if no payment gateway is configured. Then nothing can be charged or refunded, and open payments
/// and refunds wait for their gateway.
pub fn payments_are_off(domain: &Domain) -> bool {
    domain.gateway.name() == NAME
}

/// Stands in the place of a gateway.
pub struct NoGateway;

fn off<'a, T: Send + 'a>() -> GatewayCall<'a, T> {
    Box::pin(async { Err(GatewayError::NotDone("no payment gateway is configured".to_owned())) })
}

impl PaymentGateway for NoGateway {
    fn name(&self) -> &'static str {
        NAME
    }

    fn remembers(&self) -> i64 {
        0
    }

    fn charge(&self, _: Charge) -> GatewayCall<'_, ChargeResult> {
        off()
    }

    fn look_up(&self, _: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        off()
    }

    fn cancel(&self, _: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        off()
    }

    fn refund(&self, _: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        off()
    }

    fn look_up_refund(&self, _: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        off()
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
