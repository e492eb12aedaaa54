//! Orders: what somebody buys, and how far it has come.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::{
    Currency, Money, OrderId, PaymentId, Timestamp, UserId, email::fault, name::is_hidden,
    payment::PaymentState,
};

/// The most lines that an order has.
pub const MAX_LINES: usize = 50;
/// The most of one thing, in a line.
pub const MAX_QUANTITY: i64 = 1_000_000;
/// The longest description of a line, in characters.
pub const MAX_DESCRIPTION: usize = 200;
/// The longest reference, in bytes.
pub const MAX_REFERENCE: usize = 64;
/// How many orders are shown with each user of a list: the latest.
pub const RECENT: usize = 5;

/// Where an order stands. [`OrderState::may_become`] is the table of what can follow what; the
/// database has the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// It waits to be paid.
    Placed,
    /// All of it is paid.
    Paid,
    /// Some of the money went back.
    PartlyRefunded,
    /// All of the money went back.
    Refunded,
    /// Called off before it was paid.
    Cancelled,
}

impl OrderState {
    pub const ALL: &[Self] =
        &[Self::Placed, Self::Paid, Self::PartlyRefunded, Self::Refunded, Self::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Placed => "to be paid",
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly refunded",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Whether it can be in the other state next.
    pub const fn may_become(self, next: Self) -> bool {
        use OrderState::{Cancelled, Paid, PartlyRefunded, Placed, Refunded};
        matches!(
            (self, next),
            (Placed, Paid | Cancelled) | (Paid, PartlyRefunded | Refunded) | (PartlyRefunded, Refunded)
        )
    }

    /// What the money says: an order that is not cancelled is in the state that follows from what it
    /// costs, what was captured and what went back.
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
}

/// Whose an order is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Customer {
    pub id: UserId,
    #[schema(example = "Ann Lee")]
    pub name: String,
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
    pub updated_at: Timestamp,
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
    /// Whether somebody can pay it now.
    pub fn can_be_paid(&self) -> bool {
        self.summary.state == OrderState::Placed && self.payment.is_none()
    }

    /// Whether it can be called off now.
    pub fn can_be_cancelled(&self) -> bool {
        self.can_be_paid()
    }

    /// What could still be refunded, not counting refunds that are under way.
    pub fn refundable(&self) -> Money {
        self.captured.minus(self.summary.refunded).unwrap_or_else(|| Money::zero(self.currency()))
    }

    pub fn currency(&self) -> Currency {
        self.summary.total.currency
    }
}

/// The reference of an order that nobody gave one: ten letters and digits that are not taken for one
/// another (Crockford's base 32), of the id's random part.
pub fn reference_of(id: OrderId) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = id.0.as_u64_pair().1;
    (0..10).map(|place| char::from(DIGITS[(random >> (5 * place)) as usize & 31])).collect()
}

/// # Errors
/// A fault with a code and a sentence.
pub fn check_reference(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    if text.len() > MAX_REFERENCE {
        return Err(fault("too_long", "A reference has at most 64 characters"));
    }
    if text.chars().all(plain) {
        Ok(())
    } else {
        Err(fault("characters", "A reference has only letters, digits and signs of ASCII"))
    }
}

/// # Errors
/// A fault with a code and a sentence.
pub fn check_description(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(fault("required", "Say what it is"));
    }
    if text.chars().take(MAX_DESCRIPTION + 1).count() > MAX_DESCRIPTION {
        return Err(fault("too_long", "A description has at most 200 characters"));
    }
    if text.chars().any(is_hidden) {
        return Err(fault("characters", "A description cannot contain hidden characters"));
    }
    Ok(())
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
        assert!(check_reference(&reference_of(id(0x0123_4567_89AB_CDEF))).is_ok());
        assert!(check_reference("a\nb").is_err() && check_reference(&"x".repeat(65)).is_err());
    }
}
