//! `/admin/payments/{id}`: one payment, and its exchanges with the gateway.

use frontdesk_domain::payments;
use frontdesk_model::{
    Code, PaymentFailure, PaymentId, Permission, Problem,
    payments::{Payment as Facts, PaymentAttempt},
    urls,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::parts::PaymentPill;
use crate::{
    context::context,
    parts::{
        gateway_notice::gateway_notice,
        layout::{Width, page::titled_page},
        words::Moment,
    },
};

#[component]
pub fn Payment() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::ORDERS_READ)?;
        let id: PaymentId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let payment = payments::get(&context, id).await?;
        let title = format!("Payment of {}", payment.summary.order.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::PAYMENTS.path()>"Payments"</a></li>
                <li aria-current="page">{title.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1><PaymentPill state=payment.summary.state/></div>
            {gateway_notice(&context)}
            {facts(&payment)}
            {attempts(payment.attempts, "What the gateway has said")}
        };
        Ok((title, content))
    })
}

fn facts(payment: &Facts) -> impl IntoView + use<> {
    let Facts { summary, is_surplus, .. } = payment;
    let failure = summary.failure.as_ref().map(|failure| match failure {
        PaymentFailure::Refused { message } => format!("{} ({message})", failure.sentence()),
        failure => failure.sentence(),
    });
    let surplus = is_surplus.then_some(
        "It turned out to have succeeded when its order did not need it any more. It goes back by itself.",
    );
    view! {
        <dl class="facts">
            <div><dt>"Order"</dt><dd><a href=urls::ORDER.of(summary.order.id)>{summary.order.reference.clone()}</a></dd></div>
            <div><dt>"Customer"</dt><dd><a href=urls::USER.of(summary.customer.id)>{summary.customer.name.clone()}</a></dd></div>
            <div><dt>"Amount"</dt><dd>{summary.amount.to_string()}</dd></div>
            <div><dt>"Refunded"</dt><dd>{summary.refunded.to_string()}</dd></div>
            {failure.map(|failure| view! { <div><dt>"Failed because"</dt><dd>{failure}</dd></div> })}
            {surplus.map(|surplus| view! { <div><dt>"One too many"</dt><dd>{surplus}</dd></div> })}
            <div><dt>"Gateway"</dt><dd>{summary.gateway.clone()}</dd></div>
            {summary.gateway_reference.clone().map(|reference| view! {
                <div><dt>"What it is called there"</dt><dd><code>{reference}</code></dd></div>
            })}
            <div><dt>"Begun"</dt><dd><Moment at=summary.created_at/></dd></div>
            <div><dt>"Last changed"</dt><dd><Moment at=summary.updated_at/></dd></div>
            <div><dt>"Id"</dt><dd><code>{summary.id.to_string()}</code></dd></div>
        </dl>
    }
}

/// The exchanges with the gateway, the latest first.
pub fn attempts(attempts: Vec<PaymentAttempt>, title: &'static str) -> Option<impl IntoView> {
    let row = |attempt: PaymentAttempt| {
        view! {
            <tr>
                <th scope="row">{format!("Exchange {}", attempt.number)}</th>
                <td data-label="Asked">{attempt.asked.replace('_', " ")}</td>
                <td data-label="Said">{attempt.outcome}</td>
                <td data-label="When"><Moment at=attempt.at/></td>
                <td class="num" data-label="Took">{format!("{} ms", attempt.duration_ms)}</td>
            </tr>
        }
    };
    let rows: Vec<_> = attempts.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="attempts">
                <h2 id="attempts">{title}</h2>
                <table class="list">
                    <caption class="sr">"Exchanges with the gateway, the latest first"</caption>
                    <thead><tr>
                        <th scope="col">"Exchange"</th>
                        <th scope="col">"Asked"</th>
                        <th scope="col">"Said"</th>
                        <th scope="col">"When"</th>
                        <th scope="col" class="num">"Took"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}
