//! `/admin/webhooks/deliveries/{id}`: the delivery of one event to one webhook, with its attempts.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Code, DeliveryId, Permission, Problem, urls,
    webhooks::{DeliveryAttempt, DeliverySummary},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    parts::{delivery_pill, next_attempt},
    resend::resend,
};
use crate::{
    context::context,
    parts::{
        layout::{Width, page::titled_page},
        words::Moment,
    },
};

#[component]
pub fn Delivery() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::WEBHOOKS_READ)?;
        let id: DeliveryId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let delivery = webhooks::delivery(&context, id).await?;
        let webhook = webhooks::get(&context, delivery.summary.webhook).await?;
        let may_resend = context.may(Permission::WEBHOOKS_MANAGE) && webhook.enabled;
        let summary = delivery.summary;
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::WEBHOOKS.path()>"Webhooks"</a></li>
                <li><a href=urls::WEBHOOK.of(webhook.id)>{webhook.label().to_owned()}</a></li>
                <li aria-current="page">{summary.kind.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{summary.kind.clone()}</h1>{delivery_pill(summary.state)}</div>
            {facts(&summary)}
            {may_resend.then(|| resend(&summary))}
            {attempts(delivery.tries)}
            <section class="stack" aria-labelledby="body">
                <h2 id="body">"What is sent"</h2>
                <code class="secret" tabindex="0">{delivery.body}</code>
            </section>
        };
        Ok((summary.kind, content))
    })
}

fn facts(delivery: &DeliverySummary) -> impl IntoView + use<> {
    view! {
        <dl class="facts">
            <div><dt>"Happened"</dt><dd><Moment at=delivery.created_at/></dd></div>
            <div><dt>"Attempts"</dt><dd>{delivery.attempts}</dd></div>
            <div><dt>"Next attempt"</dt><dd>{next_attempt(delivery)}</dd></div>
            <div><dt>"Event"</dt><dd><code>{delivery.event.to_string()}</code></dd></div>
        </dl>
    }
}

fn attempts(tries: Vec<DeliveryAttempt>) -> Option<impl IntoView> {
    let rows = tries.into_iter().map(|tried| {
        let came = match (tried.status, tried.error) {
            (_, Some(error)) => error,
            (Some(status), None) => format!("It was answered with {status}."),
            (None, None) => String::new(),
        };
        view! {
            <tr>
                <th scope="row">{format!("Attempt {}", tried.number)}</th>
                <td data-label="When"><Moment at=tried.at/></td>
                <td data-label="Took">{format!("{} ms", tried.duration_ms)}</td>
                <td data-label="What came of it">{came}</td>
                <td data-label="Answer"><code>{tried.answer}</code></td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="attempts">
                <h2 id="attempts">"Attempts"</h2>
                <table class="list">
                    <caption class="sr">"Attempts, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Attempt"</th>
                        <th scope="col">"When"</th>
                        <th scope="col">"Took"</th>
                        <th scope="col">"What came of it"</th>
                        <th scope="col">"Answer"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}
