//! Cancels an unpaid order.

use frontdesk_model::{
    Permission,
    audit::Action,
    form::Form,
    orders::{CancelOrder, Order, OrderState},
};

use super::{Error, sql};
use crate::{Context, audit::Entry, db::Tx, events};

/// Cancels an unpaid order.
///
/// # Errors
/// [`Error::Denied`] without `orders:cancel`; [`Error::NoSuchOrder`]; [`Error::Invalid`];
/// [`Error::WrongState`] if it is paid, or a payment is in progress.
#[tracing::instrument(name = "orders.cancel", skip_all)]
pub async fn cancel(ctx: &Context, form: CancelOrder) -> Result<Order, Error> {
    let mut tx = ctx.begin();
    let order = cancel_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(order)
}

/// As [`cancel()`], in the caller's transaction.
///
/// # Errors
/// As [`cancel()`].
pub async fn cancel_in(ctx: &Context, tx: &mut Tx, form: CancelOrder) -> Result<Order, Error> {
    ctx.actor.require(Permission::ORDERS_CANCEL)?;
    form.check().map_err(Error::Invalid)?;
    let at = ctx.clock.now();
    let order = sql::lock(tx, form.id).await?.ok_or(Error::NoSuchOrder)?;
    ctx.require_version(order.version)?;
    if !order.state.may_become(OrderState::Cancelled) {
        return Err(Error::WrongState("Only an order that is not paid can be cancelled. Refund it instead."));
    }
    if sql::has_payment(tx, form.id).await? {
        return Err(Error::WrongState(
            "A payment is under way. Wait until it is decided, or call it off first.",
        ));
    }
    let before = super::get::by_id(&mut *tx, form.id).await?;
    sql::cancel(tx, form.id, at).await?;
    let after = super::get::by_id(&mut *tx, form.id).await?;
    let entry = Entry::new(Action::ORDER_CANCELLED)
        .on(form.id, &order.reference)
        .because(&form.reason)
        .changed("state", Some(order.state.as_str()), Some(OrderState::Cancelled.as_str()));
    events::record_change(ctx, tx, entry, Some(&before), &after).await?;
    Ok(super::get::shown_to(&ctx.actor, after))
}
