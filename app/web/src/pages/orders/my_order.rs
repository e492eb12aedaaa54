//! `/account/orders/{id}`: one's own order: its lines, its payment, its history.

use frontdesk_domain::{orders, payments, refunds};
use frontdesk_model::{
    Code, Limit, PaymentId, Problem,
    orders::{CurrentPayment, Order as Facts, OrderState},
    payments::{PaymentState, PaymentsQuery},
    refunds::{Refund, RefundState, RefundsQuery},
    urls,
};
use http::{HeaderValue, header::REFRESH};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::parts::{OrderPill, history, lines};
use crate::{
    context::{RequestContext, context},
    pages::{
        payments::{
            parts::failure,
            pay::{cancel_payment_form, pay_form},
        },
        refunds::parts::RefundPill,
    },
    parts::{
        layout::{
            Width,
            page::{set_header, titled_page},
        },
        words::Moment,
    },
};

/// Seconds until the page reloads while a payment is in progress.
const LOOK_AGAIN: &str = "3";
/// Number of refunds that the page shows.
const REFUNDS: u32 = 20;

#[component]
pub fn Order() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        let order = own(&context, &id).await?;
        let payment = payment(&context, &order).await?;
        let refunds = refunds(&context, &order).await?;
        let events = orders::history(&context, &order).await?.events;
        let title = format!("Order {}", order.summary.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ACCOUNT.path()>"Your account"</a></li>
                <li><a href=urls::ACCOUNT_ORDERS.path()>"Orders"</a></li>
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

/// One's own order. The orders of others do not exist here, not even for staff, who have the management pages.
pub(super) async fn own(context: &RequestContext, id: &str) -> Result<Facts, Problem> {
    let me = context.actor.require_user()?;
    let id = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let order = orders::get(context, id).await?;
    if order.summary.customer.id == me { Ok(order) } else { Err(Problem::new(Code::NotFound)) }
}

/// The state of the payment, with the way to pay.
async fn payment(context: &RequestContext, order: &Facts) -> Result<AnyView, Problem> {
    Ok(match (order.summary.state, order.payment) {
        (OrderState::Placed, None) => to_pay(context, order).await?,
        (OrderState::Placed, Some(CurrentPayment { id, state: PaymentState::ConfirmationRequired })) => {
            to_confirm(context, id).await?
        }
        (OrderState::Placed, Some(_)) => under_way(context),
        (OrderState::Paid | OrderState::PartlyRefunded | OrderState::Refunded, _) => view! {
            <p><a class="button" href=format!("{}/receipt", context.path)>"Receipt"</a></p>
        }
        .into_any(),
        (OrderState::Cancelled, _) => view! { <p>"There is nothing to pay."</p> }.into_any(),
    })
}

async fn to_pay(context: &RequestContext, order: &Facts) -> Result<AnyView, Problem> {
    let query =
        PaymentsQuery { order: Some(order.summary.id), limit: Limit::new(1), ..PaymentsQuery::default() };
    let latest = payments::list(context, &query).await?.items.pop();
    Ok(view! {
        {latest.as_ref().and_then(failure)}
        <section class="card" aria-labelledby="pay">
            <h2 id="pay">{if latest.is_some() { "Pay again" } else { "Pay" }}</h2>
            {pay_form(context, order, "Pay")}
        </section>
    }
    .into_any())
}

async fn to_confirm(context: &RequestContext, id: PaymentId) -> Result<AnyView, Problem> {
    let payment = payments::get(context, id).await?;
    let way = payment.confirmation_url.map(|url| {
        // The sandbox's page is on this site.
        let local = url.strip_prefix(&*context.ctx.site).map(ToOwned::to_owned);
        view! { <a class="button primary" href=local.unwrap_or(url)>"Go to your bank"</a> }
    });
    Ok(view! {
        <section class="card" aria-labelledby="confirm">
            <h2 id="confirm">"Confirm the payment"</h2>
            <p>"Your bank wants to hear from you that it is you. Nothing is charged before."</p>
            <div class="buttons">{way}{cancel_payment_form(context, id)}</div>
        </section>
    }
    .into_any())
}

/// Reloads the page by itself, but not if it shows a refused form, because its faults would be lost.
fn under_way(context: &RequestContext) -> AnyView {
    if context.refused.is_none() {
        set_header(REFRESH, HeaderValue::from_static(LOOK_AGAIN));
    }
    view! {
        <section class="card" aria-labelledby="waiting">
            <h2 id="waiting">"Your payment is under way"</h2>
            <p>
                "The payment provider has not said yet what became of it. You need not do anything, and must not pay \
                 twice: this page looks again every few seconds."
            </p>
            <div class="buttons"><a class="button" href=context.path.clone()>"Look now"</a></div>
        </section>
    }
    .into_any()
}

async fn refunds(context: &RequestContext, order: &Facts) -> Result<Option<AnyView>, Problem> {
    if order.summary.state == OrderState::Placed {
        return Ok(None);
    }
    let query =
        RefundsQuery { order: Some(order.summary.id), limit: Limit::new(REFUNDS), ..RefundsQuery::default() };
    let refunds = refunds::list(context, &query).await?.items;
    // Refunds without approval are for staff only.
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
