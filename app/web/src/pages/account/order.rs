//! `/account/orders/{id}`: one of your orders: what it is, how to pay it, what happened.

use frontdesk_domain::{orders, payments};
use frontdesk_model::{
    Code, Flash, Limit, PaymentId, Problem, forms,
    order::{CurrentPayment, Order as Facts, OrderState},
    payment::PaymentState,
    query::{PaymentsQuery, RefundsQuery},
    refund::{Refund, RefundState},
};
use http::{HeaderValue, header::REFRESH};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    parts::{
        layout::Width,
        order::{OrderPill, history, lines},
        page::{set_header, titled_page},
        payment::{RefundPill, call_off, failure, pay_form},
        words::Moment,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

/// How often the page looks again while a payment is under way, in seconds.
const LOOK_AGAIN: &str = "3";
/// How many refunds the page shows.
const REFUNDS: u32 = 20;

#[component]
pub fn Order() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let visit = visit();
        let order = own(&visit, &id).await?;
        let payment = payment(&visit, &order).await?;
        let refunds = refunds(&visit, &order).await?;
        let events = orders::history(&visit.domain, &visit.actor, &order).await?.events;
        let title = format!("Order {}", order.summary.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/account">"Your account"</a></li>
                <li><a href="/account/orders">"Orders"</a></li>
                <li aria-current="page">{order.summary.reference.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1><OrderPill state=order.summary.state/></div>
            <p class="muted">"Ordered "<Moment at=order.summary.placed_at/></p>
            {payment}
            {lines(&order)}
            {refunds}
            {history(events)}
        };
        Ok((title, content))
    })
}

/// One's own order. Those of others are not there, also for staff, who have other pages for them.
pub(super) async fn own(visit: &Visit, id: &str) -> Result<Facts, Problem> {
    let me = visit.actor.require_user()?;
    let id = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let order = orders::get(&visit.domain, &visit.actor, id).await?;
    if order.summary.customer.id == me { Ok(order) } else { Err(Problem::new(Code::NotFound)) }
}

/// What is to be done about paying it, or that nothing is.
async fn payment(visit: &Visit, order: &Facts) -> Result<AnyView, Problem> {
    Ok(match (order.summary.state, order.payment) {
        (OrderState::Placed, None) => to_pay(visit, order).await?,
        (OrderState::Placed, Some(CurrentPayment { id, state: PaymentState::ConfirmationRequired })) => {
            to_confirm(visit, id).await?
        }
        (OrderState::Placed, Some(_)) => under_way(visit),
        (OrderState::Paid | OrderState::PartlyRefunded | OrderState::Refunded, _) => view! {
            <p><a class="button" href=format!("{}/receipt", visit.path)>"Receipt"</a></p>
        }
        .into_any(),
        (OrderState::Cancelled, _) => view! { <p>"There is nothing to pay."</p> }.into_any(),
    })
}

async fn to_pay(visit: &Visit, order: &Facts) -> Result<AnyView, Problem> {
    let query =
        PaymentsQuery { order: Some(order.summary.id), limit: Limit::new(1), ..PaymentsQuery::default() };
    let latest = payments::list(&visit.domain, &visit.actor, &query).await?.items.pop();
    Ok(view! {
        {latest.as_ref().and_then(failure)}
        <section class="card" aria-labelledby="pay">
            <h2 id="pay">{if latest.is_some() { "Pay again" } else { "Pay" }}</h2>
            {pay_form(visit, order, "Pay")}
        </section>
    }
    .into_any())
}

async fn to_confirm(visit: &Visit, id: PaymentId) -> Result<AnyView, Problem> {
    let payment = payments::get(&visit.domain, &visit.actor, id).await?;
    let way = payment.confirmation_url.map(|url| {
        // The sandbox's is on this very site.
        let local = url.strip_prefix(&*visit.domain.site).map(ToOwned::to_owned);
        view! { <a class="button primary" href=local.unwrap_or(url)>"Go to your bank"</a> }
    });
    Ok(view! {
        <section class="card" aria-labelledby="confirm">
            <h2 id="confirm">"Confirm the payment"</h2>
            <p>"Your bank wants to hear from you that it is you. Nothing is charged before."</p>
            <div class="buttons">{way}{call_off(id)}</div>
        </section>
    }
    .into_any())
}

/// The page looks again by itself. Not if it came back with a form, whose faults would be gone.
fn under_way(visit: &Visit) -> AnyView {
    if visit.refused.is_none() {
        set_header(REFRESH, HeaderValue::from_static(LOOK_AGAIN));
    }
    view! {
        <section class="card" aria-labelledby="waiting">
            <h2 id="waiting">"Your payment is under way"</h2>
            <p>
                "The payment provider has not said yet what became of it. You need not do anything, and must not pay \
                 twice: this page looks again every few seconds."
            </p>
            <div class="buttons"><a class="button" href=visit.path.clone()>"Look now"</a></div>
        </section>
    }
    .into_any()
}

async fn refunds(visit: &Visit, order: &Facts) -> Result<Option<AnyView>, Problem> {
    if order.summary.state == OrderState::Placed {
        return Ok(None);
    }
    let query =
        RefundsQuery { order: Some(order.summary.id), limit: Limit::new(REFUNDS), ..RefundsQuery::default() };
    let refunds = payments::list_refunds(&visit.domain, &visit.actor, &query).await?.items;
    // What staff have not decided, or decided against, is theirs.
    let is_made =
        |refund: &Refund| !matches!(refund.state, RefundState::AwaitingApproval | RefundState::Rejected);
    let row = |Refund { amount, state, created_at: at, .. }| {
        view! {
            <li><div>
                <p>{amount.to_string()}" "<RefundPill state/></p>
                <p class="small"><Moment at/></p>
            </div></li>
        }
    };
    let rows: Vec<_> = refunds.into_iter().filter(is_made).map(row).collect();
    Ok((!rows.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="refunds">
                <h2 id="refunds">"Refunds"</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any()
    }))
}

#[server(name = PostPayOrder, endpoint = "pay_order", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn pay_order(form: forms::PayOrder) -> Result<Done, Refusal> {
    let visit = visit();
    let payment = payments::pay(&visit.domain, &visit.actor, form).await?;
    // It is written down by now. How it ends is on the page, also if it cannot be waited for.
    let waits = PaymentState::awaits_gateway;
    let payment =
        payments::wait(&visit.domain, &visit.actor, payment.summary.id, waits).await.unwrap_or(payment);
    Ok(match payment.summary.state {
        PaymentState::Succeeded => Done::back().saying(Flash::Paid),
        PaymentState::Pending | PaymentState::Unknown => Done::back().saying(Flash::PaymentStarted),
        PaymentState::ConfirmationRequired | PaymentState::Failed => Done::back(),
    })
}

#[server(name = PostCancelPayment, endpoint = "cancel_payment", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn cancel_payment(form: forms::OnePayment) -> Result<Done, Refusal> {
    let visit = visit();
    let payment = payments::cancel(&visit.domain, &visit.actor, form).await?;
    let waits = PaymentState::is_open;
    let payment =
        payments::wait(&visit.domain, &visit.actor, payment.summary.id, waits).await.unwrap_or(payment);
    Ok(match payment.summary.state {
        // Somebody was faster, and has confirmed it.
        PaymentState::Succeeded => Done::back().saying(Flash::Paid),
        PaymentState::Failed => Done::back(),
        _ => Done::back().saying(Flash::PaymentCancelled),
    })
}
