//! Orders and their states.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{
    Currency, Money, OrderId, PaymentId, Timestamp,
    payments::PaymentState,
    schema::{open, schemas},
    users::Customer,
};

/// Number of latest orders shown for each user in a list.
pub const RECENT: usize = 5;

/// Where an order stands. [`OrderState::may_become`] is the table of what can follow what; the
/// database has the same one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OrderState {
    /// Awaiting payment.
    Placed,
    /// Paid in full.
    Paid,
    /// Refunded in part.
    PartlyRefunded,
    /// Refunded in full.
    Refunded,
    /// Cancelled before it was paid.
    Cancelled,
}

impl OrderState {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Label on pages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Placed => "to be paid",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly refunded",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns true if `next` is an allowed next state.
    pub const fn may_become(self, next: Self) -> bool {
        use OrderState::{Cancelled, Paid, PartlyRefunded, Placed, Refunded};
        matches!(
            (self, next),
            (Placed, Paid | Cancelled) | (Paid, PartlyRefunded | Refunded) | (PartlyRefunded, Refunded)
        )
    }

    /// Derives the state of an order that is not cancelled from the captured and refunded amounts.
    pub const fn of(captured: i64, refunded: i64) -> Self {
        if captured == 0 {
            Self::Placed
        } else if refunded == 0 {
            Self::Paid
        } else if refunded < captured {
            Self::PartlyRefunded
        } else {
            Self::Refunded
        }
    }
}

impl std::fmt::Display for OrderState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// So many of one thing at one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderLine)]
pub struct Line {
    #[schema(example = "Coffee, 250 g")]
    pub description: String,
    #[schema(example = 2)]
    pub quantity: i64,
    /// Of one.
    pub unit_price: Money,
    /// Of all of them.
    pub total: Money,
}

/// An order, as a row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderSummary {
    pub id: OrderId,
    /// What people call it. Only one order has it.
    #[schema(example = "7K3M9Q2X4T")]
    pub reference: String,
    pub customer: Customer,
    pub state: OrderState,
    pub total: Money,
    /// What was refunded so far.
    pub refunded: Money,
    pub placed_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An order with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    #[serde(flatten)]
    pub summary: OrderSummary,
    pub lines: Vec<Line>,
    /// What was paid so far; all or nothing.
    pub captured: Money,
    /// The payment that is under way or has succeeded; nothing if it waits for somebody to pay.
    pub payment: Option<CurrentPayment>,
    /// For staff to read; nothing that the customer sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ordered by telephone")]
    pub note: Option<String>,
    /// Grows with every change, to notice when two act at once.
    #[schema(example = 1)]
    pub version: i64,
}

/// The payment that decides where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrentPayment {
    pub id: PaymentId,
    pub state: PaymentState,
}

/// One of somebody's latest orders, in a list of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentOrder {
    pub id: OrderId,
    #[schema(example = "7K3M9Q2X4T")]
    pub reference: String,
    pub state: OrderState,
    pub total: Money,
    pub placed_at: Timestamp,
}

impl Order {
    /// Returns true if the order can be paid now.
    pub fn can_be_paid(&self) -> bool {
        self.summary.state == OrderState::Placed && self.payment.is_none()
    }

    /// Returns true if the order can be cancelled now.
    pub fn can_be_cancelled(&self) -> bool {
        self.can_be_paid()
    }

    /// Amount that can still be refunded, ignoring refunds in progress.
    pub fn refundable(&self) -> Money {
        self.captured.minus(self.summary.refunded).unwrap_or_else(|| Money::zero(self.currency()))
    }

    pub fn currency(&self) -> Currency {
        self.summary.total.currency
    }
}

/// Generated reference of an order without one: ten characters of Crockford's base 32, which has no
/// look-alikes, from the random part of the id.
pub fn reference_of(id: OrderId) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.0.as_u64_pair().1;
    (0..10).map(|place| char::from(DIGITS[(random >> (5 * place)) as usize & 31])).collect()
}

schemas! {
    OrderState = open(OrderState::ALL.iter().map(|one| one.as_str()), "paid")
        .description(Some("Where an order stands: `placed`, and waiting to be paid; `paid`; `partly_refunded`; `refunded`; `cancelled` before it was paid."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_forward_and_never_back() {
        let ways: Vec<String> = OrderState::ALL
            .iter()
            .flat_map(|from| OrderState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from}>{to}"))
            .collect();
        assert_eq!(
            ways,
            [
                "placed>paid",
                "placed>cancelled",
                "paid>partly_refunded",
                "paid>refunded",
                "partly_refunded>refunded"
            ]
        );
    }

    #[test]
    fn the_state_follows_from_the_money() {
        let states =
            [(0, 0), (10, 0), (10, 4), (10, 10)].map(|(captured, back)| OrderState::of(captured, back));
        assert_eq!(
            states,
            [OrderState::Placed, OrderState::Paid, OrderState::PartlyRefunded, OrderState::Refunded]
        );
    }

    #[test]
    fn a_reference_is_of_letters_that_are_not_mistaken() {
        let id = |random: u64| OrderId(uuid::Uuid::from_u64_pair(0x0190_0000_0000_7000, random));
        assert_eq!(reference_of(id(0)), "0000000000");
        assert_eq!(reference_of(id(u64::MAX)), "ZZZZZZZZZZ");
        assert_ne!(reference_of(id(1)), reference_of(id(2)));
        assert!(crate::orders::check_reference(&reference_of(id(0x0123_4567_89AB_CDEF))).is_ok());
        assert!(
            crate::orders::check_reference("a\nb").is_err()
                && crate::orders::check_reference(&"x".repeat(65)).is_err()
        );
    }
}
