//! `/admin/orders/{id}`: one order, and the actions of staff.

use frontdesk_domain::{gateway::payments_are_off, orders, payments, refunds};
use frontdesk_model::{
    Code, Limit, Money, Permission, Problem,
    orders::{CancelOrder, Order as Facts},
    payments::{Payment, PaymentState, PaymentSummary, PaymentsQuery},
    refunds::{Refund, RefundState, RefundsQuery},
    urls,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    ORDER_CANCELLED,
    parts::{OrderPill, history, lines},
};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    pages::{
        payments::{
            parts::PaymentPill,
            pay::{cancel_payment_form, pay_form},
            payment::attempts,
        },
        refunds::{parts::RefundPill, refund::approve, request::refund_form},
    },
    parts::{
        forms::{Form, Hidden, field::TextArea},
        gateway_notice::gateway_notice,
        layout::{Width, page::titled_page},
        words::Moment,
    },
};

pub const CANCEL_ORDER: &FormRoute = &FormRoute::of::<PostCancelOrder>(
    urls::forms::CANCEL_ORDER,
    urls::ORDERS,
    Access::Permission(Permission::ORDERS_CANCEL),
);
/// Number of payments, and of refunds, that the page shows.
const SHOWN: u32 = 20;

#[component]
pub fn Order() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::ORDERS_READ)?;
        let id = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let order = orders::get(&context, id).await?;
        let query = PaymentsQuery { order: Some(id), limit: Limit::new(SHOWN), ..PaymentsQuery::default() };
        let all = payments::list(&context, &query).await?.items;
        let current = match order.payment {
            Some(payment) => Some(payments::get(&context, payment.id).await?),
            None => None,
        };
        let query = RefundsQuery { order: Some(id), limit: Limit::new(SHOWN), ..RefundsQuery::default() };
        let refunds = refunds::list(&context, &query).await?.items;
        let events = orders::history(&context, &order).await?.events;
        let title = format!("Order {}", order.summary.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ORDERS.path()>"Orders"</a></li>
                <li aria-current="page">{order.summary.reference.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1><OrderPill state=order.summary.state/></div>
            {gateway_notice(&context)}
            {facts(&order)}
            {lines(&order)}
            {actions(&context, &order, &refunds)}
            {payments_table(all)}
            {current.map(latest_attempts)}
            {refunds_list(&context, refunds)}
            {history(events)}
        };
        Ok((title, content))
    })
}

fn facts(order: &Facts) -> impl IntoView + use<> {
    let customer = &order.summary.customer;
    view! {
        <dl class="facts">
            <div><dt>"Customer"</dt><dd><a href=urls::USER.of(customer.id)>{customer.name.clone()}</a></dd></div>
            <div><dt>"Paid"</dt><dd>{order.captured.to_string()}</dd></div>
            <div><dt>"Refunded"</dt><dd>{order.summary.refunded.to_string()}</dd></div>
            <div><dt>"Placed"</dt><dd><Moment at=order.summary.placed_at/></dd></div>
            {order.note.clone().map(|note| view! { <div><dt>"Note"</dt><dd>{note}</dd></div> })}
            <div><dt>"Id"</dt><dd><code>{order.summary.id.to_string()}</code></dd></div>
        </dl>
    }
}

fn actions(context: &RequestContext, order: &Facts, refunds: &[Refund]) -> Option<impl IntoView + use<>> {
    let (may, can) = (|permission| context.may(permission), order.can_be_paid());
    let charge = (can && may(Permission::PAYMENTS_CREATE)).then(|| pay_form(context, order, "Charge"));
    let cancel =
        (order.can_be_cancelled() && may(Permission::ORDERS_CANCEL)).then(|| cancel_form(context, order));
    let waits = order.payment.filter(|payment| payment.state == PaymentState::ConfirmationRequired);
    let cancel_payment = waits
        .filter(|_| may(Permission::PAYMENTS_CREATE))
        .map(|payment| cancel_payment_form(context, payment.id));
    let left = left(order, refunds).filter(|left| left.is_positive() && may(Permission::REFUNDS_CREATE));
    let refund = left
        .zip(
            order
                .payment
                .filter(|payment| payment.state == PaymentState::Succeeded && !payments_are_off(context)),
        )
        .map(|(left, payment)| refund_form(context, payment.id, left));
    let any = charge.is_some() || cancel.is_some() || cancel_payment.is_some() || refund.is_some();
    any.then(|| {
        view! {
            <section class="card" aria-labelledby="actions">
                <h2 id="actions">"Actions"</h2>
                {charge}{cancel_payment}{refund}{cancel}
            </section>
        }
    })
}

/// The amount that can still be refunded, less the refunds in progress.
fn left(order: &Facts, refunds: &[Refund]) -> Option<Money> {
    let open = refunds
        .iter()
        .filter(|refund| refund.state.is_open() || refund.state == RefundState::AwaitingApproval);
    open.filter(|refund| order.payment.is_some_and(|payment| payment.id == refund.payment_id))
        .try_fold(order.refundable(), |left, refund| left.minus(refund.amount))
}

fn cancel_form(context: &RequestContext, order: &Facts) -> impl IntoView + use<> {
    let (id, was_there) = (order.summary.id, context.refused_form(CANCEL_ORDER).is_some());
    view! {
        <details open=was_there>
            <summary>"Cancel…"</summary>
            <Form form=CANCEL_ORDER>
                <Hidden name="id" value=id.to_string()/>
                <TextArea form=CANCEL_ORDER name="reason" label="Reason"
                    hint="The customer sees it, and the audit trail keeps it. At most 500 characters."/>
                <div class="buttons"><button class="danger">"Cancel order"</button></div>
            </Form>
        </details>
    }
}

fn payments_table(payments: Vec<PaymentSummary>) -> Option<impl IntoView> {
    let row = |payment: PaymentSummary| {
        let failure = payment.failure.map(|failure| failure.sentence());
        view! {
            <tr>
                <th scope="row"><a href=urls::PAYMENT.of(payment.id)>{payment.amount.to_string()}</a></th>
                <td data-label="State"><PaymentPill state=payment.state/></td>
                <td data-label="Begun"><Moment at=payment.created_at/></td>
                <td data-label="At"><div>
                    {payment.gateway}
                    {payment.gateway_reference.map(|reference| view! { <p class="small">{reference}</p> })}
                </div></td>
                <td data-label="Failure">{failure}</td>
            </tr>
        }
    };
    let rows: Vec<_> = payments.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="payments">
                <h2 id="payments">"Payments"</h2>
                <table class="list">
                    <caption class="sr">"Payments of this order, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Amount"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Begun"</th>
                        <th scope="col">"At"</th>
                        <th scope="col">"Failure"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}

fn latest_attempts(payment: Payment) -> impl IntoView {
    let title = if payment.summary.state.is_open() {
        "What the gateway has said so far"
    } else {
        "What the gateway has said"
    };
    attempts(payment.attempts, title)
}

fn refunds_list(context: &RequestContext, refunds: Vec<Refund>) -> Option<impl IntoView + use<>> {
    let row = |refund: Refund| {
        let approve = approve(context, &refund);
        view! {
            <li>
                <div>
                    <p><a href=urls::REFUND.of(refund.id)>{refund.amount.to_string()}</a>" "<RefundPill state=refund.state/></p>
                    <p class="small">
                        {refund.reason}" · asked for by "{refund.requested_by}", "<Moment at=refund.created_at/>
                    </p>
                </div>
                {approve}
            </li>
        }
    };
    let rows: Vec<_> = refunds.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="refunds">
                <h2 id="refunds">"Refunds"</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

#[server(name = PostCancelOrder, endpoint = "cancel_order", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn cancel_order(form: CancelOrder) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    orders::cancel(&context, form).await?;
    Ok(FormResult::to(urls::ORDER.of(id)).with_flash(ORDER_CANCELLED))
}
