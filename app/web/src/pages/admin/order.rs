//! `/admin/orders/{id}`: all of one order, and what staff can do about it.

use frontdesk_domain::{orders, payments};
use frontdesk_model::{
    Code, Flash, Limit, Money, PaymentId, Permission, Problem, forms,
    order::Order as Facts,
    payment::{Payment, PaymentState, PaymentSummary},
    query::{PaymentsQuery, RefundsQuery},
    refund::{Refund, RefundState},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{payment::attempts, refund::approve};
use crate::{
    parts::{
        form::{Field, Form, Hidden, TextArea},
        layout::Width,
        order::{OrderPill, history, lines},
        page::titled_page,
        payment::{PaymentPill, RefundPill, call_off, pay_form},
        words::Moment,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const CANCEL: &str = "/fn/cancel_order";
const REFUND: &str = "/fn/request_refund";
/// How many payments, and how many refunds, the page shows.
const SHOWN: u32 = 20;

#[component]
pub fn Order() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let visit = visit();
        visit.actor.require(Permission::OrdersRead)?;
        let id = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let (domain, actor) = (&visit.domain, &visit.actor);
        let order = orders::get(domain, actor, id).await?;
        let query = PaymentsQuery { order: Some(id), limit: Limit::new(SHOWN), ..PaymentsQuery::default() };
        let all = payments::list(domain, actor, &query).await?.items;
        let current = match order.payment {
            Some(payment) => Some(payments::get(domain, actor, payment.id).await?),
            None => None,
        };
        let query = RefundsQuery { order: Some(id), limit: Limit::new(SHOWN), ..RefundsQuery::default() };
        let refunds = payments::list_refunds(domain, actor, &query).await?.items;
        let events = orders::history(domain, actor, &order).await?.events;
        let title = format!("Order {}", order.summary.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/admin/orders">"Orders"</a></li>
                <li aria-current="page">{order.summary.reference.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1><OrderPill state=order.summary.state/></div>
            {facts(&order)}
            {lines(&order)}
            {actions(&visit, &order, &refunds)}
            {payments_table(all)}
            {current.map(latest_attempts)}
            {refunds_list(&visit, refunds)}
            {history(events)}
        };
        Ok((title, content))
    })
}

fn facts(order: &Facts) -> impl IntoView + use<> {
    let customer = &order.summary.customer;
    view! {
        <dl class="facts">
            <div><dt>"Customer"</dt><dd><a href=format!("/admin/users/{}", customer.id)>{customer.name.clone()}</a></dd></div>
            <div><dt>"Paid"</dt><dd>{order.captured.to_string()}</dd></div>
            <div><dt>"Refunded"</dt><dd>{order.summary.refunded.to_string()}</dd></div>
            <div><dt>"Placed"</dt><dd><Moment at=order.summary.placed_at/></dd></div>
            {order.note.clone().map(|note| view! { <div><dt>"Note"</dt><dd>{note}</dd></div> })}
            <div><dt>"Id"</dt><dd><code>{order.summary.id.to_string()}</code></dd></div>
        </dl>
    }
}

fn actions(visit: &Visit, order: &Facts, refunds: &[Refund]) -> Option<impl IntoView + use<>> {
    let (may, can) = (|permission| visit.may(permission), order.can_be_paid());
    let charge = (can && may(Permission::PaymentsCreate)).then(|| pay_form(visit, order, "Charge"));
    let cancel =
        (order.can_be_cancelled() && may(Permission::OrdersCancel)).then(|| cancel_form(visit, order));
    let waits = order.payment.filter(|payment| payment.state == PaymentState::ConfirmationRequired);
    let call_off = waits.filter(|_| may(Permission::PaymentsCreate)).map(|payment| call_off(payment.id));
    let left = left(order, refunds).filter(|left| left.is_positive() && may(Permission::RefundsCreate));
    let refund = left
        .zip(order.payment.filter(|payment| payment.state == PaymentState::Succeeded))
        .map(|(left, payment)| refund_form(visit, payment.id, left));
    let any = charge.is_some() || cancel.is_some() || call_off.is_some() || refund.is_some();
    any.then(|| {
        view! {
            <section class="card" aria-labelledby="actions">
                <h2 id="actions">"Actions"</h2>
                {charge}{call_off}{refund}{cancel}
            </section>
        }
    })
}

/// What can still be refunded, with what is under way taken off.
fn left(order: &Facts, refunds: &[Refund]) -> Option<Money> {
    let open = refunds
        .iter()
        .filter(|refund| refund.state.is_open() || refund.state == RefundState::AwaitingApproval);
    open.filter(|refund| order.payment.is_some_and(|payment| payment.id == refund.payment_id))
        .try_fold(order.refundable(), |left, refund| left.minus(refund.amount))
}

fn cancel_form(visit: &Visit, order: &Facts) -> impl IntoView + use<> {
    let (id, was_there) = (order.summary.id, visit.refused_at(CANCEL).is_some());
    view! {
        <details open=was_there>
            <summary>"Cancel…"</summary>
            <Form action=CANCEL>
                <Hidden name="id" value=id.to_string()/>
                <TextArea action=CANCEL name="reason" label="Reason"
                    hint="The customer sees it, and the audit trail keeps it. At most 500 characters."/>
                <div class="buttons"><button class="danger">"Cancel order"</button></div>
            </Form>
        </details>
    }
}

fn refund_form(visit: &Visit, payment: PaymentId, left: Money) -> impl IntoView + use<> {
    let was_there = visit.refused_at(REFUND).is_some();
    view! {
        <details open=was_there>
            <summary>"Refund…"</summary>
            <Form action=REFUND>
                <Hidden name="payment_id" value=payment.to_string()/>
                <Field action=REFUND name="amount" label="Amount" autocomplete="off" value=left.decimal()
                    hint="In the order’s currency. What stands here at first is all that is left."/>
                <TextArea action=REFUND name="reason" label="Reason"
                    hint="The customer sees it, and the audit trail keeps it. At most 500 characters."/>
                <div class="buttons"><button class="danger">"Refund"</button></div>
            </Form>
        </details>
    }
}

fn payments_table(payments: Vec<PaymentSummary>) -> Option<impl IntoView> {
    let row = |payment: PaymentSummary| {
        let failure = payment.failure.map(|failure| failure.sentence());
        view! {
            <tr>
                <th scope="row"><a href=format!("/admin/payments/{}", payment.id)>{payment.amount.to_string()}</a></th>
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

fn refunds_list(visit: &Visit, refunds: Vec<Refund>) -> Option<impl IntoView + use<>> {
    let row = |refund: Refund| {
        let approve = approve(visit, &refund);
        view! {
            <li>
                <div>
                    <p><a href=format!("/admin/refunds/{}", refund.id)>{refund.amount.to_string()}</a>" "<RefundPill state=refund.state/></p>
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

#[server(name = PostCancelOrder, endpoint = "cancel_order", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn cancel_order(form: forms::CancelOrder) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    orders::cancel(&visit.domain, &visit.actor, form).await?;
    Ok(Done::to(format!("/admin/orders/{id}")).saying(Flash::OrderCancelled))
}

#[server(name = PostRequestRefund, endpoint = "request_refund", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn request_refund(form: forms::RequestRefund) -> Result<Done, Refusal> {
    let visit = visit();
    let refund = payments::request(&visit.domain, &visit.actor, form).await?;
    // It is written down by now. How it ends is on the page, also if it cannot be waited for.
    let refund = payments::wait_for_refund(&visit.domain, &visit.actor, refund.id).await.unwrap_or(refund);
    let done = Done::to(format!("/admin/orders/{}", refund.order.id));
    Ok(match refund.state {
        RefundState::AwaitingApproval => done.saying(Flash::RefundAwaits),
        RefundState::Succeeded => done.saying(Flash::Refunded),
        RefundState::Failed => done.saying(Flash::RefundFailed),
        _ => done.saying(Flash::RefundRequested),
    })
}
