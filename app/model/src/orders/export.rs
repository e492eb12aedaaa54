//! Audit actions of exports. Webhooks do not receive them, because they change no order.

use crate::audit::actions;

actions! {
    ORDERS_EXPORT_STARTED = "orders.export_started", "started an export of orders", Other;
    ORDERS_EXPORTED = "orders.exported", "exported orders", Other;
    ORDERS_EXPORT_ABORTED = "orders.export_aborted", "did not complete an export of orders", Other;
}
