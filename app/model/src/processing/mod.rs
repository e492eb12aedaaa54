//! Processing of payments by the gateway.

use crate::audit::actions;

actions! {
    GATEWAY_EVENT_REFUSED = "gateway.notice_refused", "was refused with a notice of the payment gateway", Other;
}
