//! The sandbox's payment methods and their results.

use frontdesk_model::payments::DeclineReason;

/// A payment method's token, with a description for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SandboxMethod {
    pub token: &'static str,
    pub does: &'static str,
    pub(super) behaviour: Behaviour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    Accept,
    Decline(DeclineReason),
    Insufficient,
    /// The first request is lost: nothing is charged.
    LostBefore,
    /// The first answer is lost: the charge is made.
    LostAfter,
    Down,
    Slow,
    Confirm,
    RefuseRefunds,
    LoseRefunds,
}

macro_rules! methods {
    ($($token:literal, $does:literal, $behaviour:expr;)*) => {
        /// All payment methods. Other tokens are refused as invalid.
        pub const METHODS: &[SandboxMethod] =
            &[$(SandboxMethod { token: $token, does: $does, behaviour: $behaviour },)*];
    };
}

methods! {
    "pm_card_ok", "is charged", Behaviour::Accept;
    "pm_card_confirm", "has to be confirmed by the customer, on a page that stands for their bank’s", Behaviour::Confirm;
    "pm_card_declined", "is declined without a reason", Behaviour::Decline(DeclineReason::Generic);
    "pm_card_insufficient_funds", "has a quarter of what is needed", Behaviour::Insufficient;
    "pm_card_expired", "is declined: the card has expired", Behaviour::Decline(DeclineReason::Expired);
    "pm_card_incorrect_cvc", "is declined: the security code is wrong", Behaviour::Decline(DeclineReason::IncorrectCvc);
    "pm_card_incorrect_number", "is declined: the number is wrong", Behaviour::Decline(DeclineReason::IncorrectNumber);
    "pm_card_limit_exceeded", "is declined: the card’s limit is reached", Behaviour::Decline(DeclineReason::LimitExceeded);
    "pm_card_lost_or_stolen", "is declined: the card was lost or stolen", Behaviour::Decline(DeclineReason::LostOrStolen);
    "pm_card_fraud", "is declined: the bank suspects fraud", Behaviour::Decline(DeclineReason::Fraud);
    "pm_card_not_supported", "is declined: the card is not for such payments", Behaviour::Decline(DeclineReason::NotSupported);
    "pm_card_authentication_failed", "is declined: it was not confirmed at the bank", Behaviour::Decline(DeclineReason::AuthenticationFailed);
    "pm_card_processing_error", "is declined: the bank has a problem", Behaviour::Decline(DeclineReason::ProcessingError);
    "pm_network_error_before", "gets lost on its way the first time, and is charged the second", Behaviour::LostBefore;
    "pm_network_error_after", "is charged, and the answer gets lost the first time", Behaviour::LostAfter;
    "pm_network_down", "never arrives: the gateway cannot be reached", Behaviour::Down;
    "pm_slow", "is charged after three seconds", Behaviour::Slow;
    "pm_refund_refused", "is charged, and cannot be refunded", Behaviour::RefuseRefunds;
    "pm_refund_lost", "is charged, and the answer to a refund gets lost the first time", Behaviour::LoseRefunds;
}

pub(super) fn behaviour(token: &str) -> Option<Behaviour> {
    METHODS.iter().find(|method| method.token == token).map(|method| method.behaviour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_to_decline_can_be_tried() {
        for reason in DeclineReason::ALL {
            assert!(
                METHODS.iter().any(|method| method.behaviour == Behaviour::Decline(*reason)),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn every_token_is_one() {
        for method in METHODS {
            assert!(frontdesk_model::payments::check_method(method.token).is_ok());
            assert_eq!(behaviour(method.token), Some(method.behaviour));
        }
    }
}
