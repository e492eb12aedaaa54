//! Places an order for a customer.

use frontdesk_model::{
    Money, OrderId, Permission,
    audit::Action,
    form::Form,
    money::MAX_MINOR,
    orders::{Line, Order, PlaceOrder, reference_of},
    users::Status,
};

use super::{
    Error,
    sql::{self, NewOrder},
    words,
};
use crate::{Context, audit::Entry, db::Tx, events};

/// Places an order for a customer.
///
/// # Errors
/// [`Error::Denied`] without `orders:create`; [`Error::Invalid`] with all faults, including an unknown
/// customer; [`Error::ReferenceTaken`].
#[tracing::instrument(name = "orders.place", skip_all)]
pub async fn place(ctx: &Context, form: PlaceOrder) -> Result<Order, Error> {
    let mut tx = ctx.begin();
    let order = place_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(order)
}

/// As [`place()`], in the caller's transaction.
///
/// # Errors
/// As [`place()`].
pub async fn place_in(ctx: &Context, tx: &mut Tx, form: PlaceOrder) -> Result<Order, Error> {
    ctx.actor.require(Permission::ORDERS_CREATE)?;
    let lines = check(&form)?;
    let total = total_of(&lines, &form)?;
    let at = ctx.clock.now();
    let id = OrderId(ctx.clock.id_at(at));
    let reference = match form.reference.trim() {
        "" => reference_of(id),
        given => given.to_owned(),
    };
    let customer = sql::customer(tx, form.customer_id).await?;
    match customer.as_ref().map(|(_, status)| status.0) {
        Some(Status::Active) => {}
        Some(Status::Suspended) => {
            return Err(Error::field("customer_id", "suspended", "This user is suspended"));
        }
        _ => return Err(Error::field("customer_id", "unknown", "There is no such user")),
    }
    let new =
        NewOrder { id, reference: &reference, customer: form.customer_id, total, note: form.note.trim(), at };
    if !sql::insert(tx, new, &lines).await? {
        return Err(Error::ReferenceTaken);
    }
    let entry = Entry::new(Action::ORDER_PLACED)
        .on(id, &reference)
        .changed("customer", None, Some(&form.customer_id.to_string()))
        .changed("total", None, Some(&words(total)));
    let order = super::get::by_id(&mut *tx, id).await?;
    events::record_change(ctx, tx, entry, None, &order).await?;
    Ok(order)
}

/// Collects all faults of the form and of its lines.
fn check(form: &PlaceOrder) -> Result<Vec<Line>, Error> {
    let mut faults = form.check().err().map(|problem| problem.details).unwrap_or_default();
    faults.extend(form.line_faults());
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let line = |line: &frontdesk_model::orders::NewLine| {
        let unit_price = line.unit_price.of(form.currency).ok()?;
        let total = unit_price.times(line.quantity)?;
        Some(Line {
            description: line.description.trim().to_owned(),
            quantity: line.quantity,
            unit_price,
            total,
        })
    };
    form.lines.iter().map(line).collect::<Option<_>>().ok_or_else(too_much)
}

fn total_of(lines: &[Line], form: &PlaceOrder) -> Result<Money, Error> {
    let zero = Money::zero(form.currency);
    let total = lines.iter().try_fold(zero, |sum, line| sum.plus(line.total)).ok_or_else(too_much)?;
    if total.minor > MAX_MINOR {
        return Err(too_much());
    }
    if !total.is_positive() {
        return Err(Error::field(
            "lines",
            "free",
            "An order costs something. Enter a price that is not nothing",
        ));
    }
    Ok(total)
}

fn too_much() -> Error {
    let most = "An order is at most 999,999,999,999 of its smallest unit";
    Error::field("lines", "too_much", most)
}
