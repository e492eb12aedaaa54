//! `/admin/webhooks/{id}`: one webhook, the actions of staff, and its deliveries.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Code, Page, Permission, Problem, Webhook as Facts, WebhookId, urls,
    webhooks::{DeliveriesQuery, DeliverySummary, OVERLAP_HOURS, OneWebhook, UpdateWebhook},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    WEBHOOK_OFF, WEBHOOK_ON, WEBHOOK_REMOVED, WEBHOOK_TESTED, WEBHOOK_UPDATED,
    parts::{
        PAYLOAD_VERSION_HINT, delivery_pill, event_types, next_attempt, payload_version_words,
        payload_versions, webhook_pill,
    },
    replay::replay,
    resend::resend,
};
use crate::{
    context::{RequestContext, context},
    flash::NOTHING_CHANGED,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    input,
    parts::{
        forms::{
            Form, Hidden,
            choice::{Boxes, Select},
            field::Field,
        },
        layout::{Width, page::titled_page},
        shown_once::ShownOnce,
        tables::pager,
        words::Moment,
    },
};

pub const UPDATE_WEBHOOK: &FormRoute = &FormRoute::of::<PostUpdateWebhook>(
    urls::forms::UPDATE_WEBHOOK,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);
pub const ROTATE_WEBHOOK_SECRET: &FormRoute = &FormRoute::of::<PostRotateWebhookSecret>(
    urls::forms::ROTATE_WEBHOOK_SECRET,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);
pub const TEST_WEBHOOK: &FormRoute = &FormRoute::of::<PostTestWebhook>(
    urls::forms::TEST_WEBHOOK,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);
pub const REMOVE_WEBHOOK: &FormRoute = &FormRoute::of::<PostRemoveWebhook>(
    urls::forms::REMOVE_WEBHOOK,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);

#[component]
pub fn Webhook() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::WEBHOOKS_READ)?;
        let id: WebhookId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let query: DeliveriesQuery = input::query(&context.query)?;
        let webhook = webhooks::get(&context, id).await?;
        let page = webhooks::deliveries(&context, id, &query).await?;
        let manages = context.may(Permission::WEBHOOKS_MANAGE);
        let title = webhook.label().to_owned();
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::WEBHOOKS.path()>"Webhooks"</a></li>
                <li aria-current="page">{title.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{title.clone()}</h1>{webhook_pill(&webhook)}</div>
            {secret(&context)}
            {facts(&webhook)}
            {manages.then(|| view! { <div class="beside">{edit(&webhook)}{actions(&webhook)}</div> })}
            {deliveries(page, &query, id, manages && webhook.enabled)}
        };
        Ok((title, content))
    })
}

/// The secret that was just created: in this answer and in no other.
fn secret(context: &RequestContext) -> Option<impl IntoView + use<>> {
    let secret = context.secret.as_ref()?.expose().to_owned();
    Some(view! {
        <ShownOnce title="The webhook’s secret" secret>
            "Copy it to where events are received: with it the receiver checks that they are from here. It is not shown again."
        </ShownOnce>
    })
}

fn facts(webhook: &Facts) -> impl IntoView + use<> {
    let reason = webhook.disabled_reason.clone();
    view! {
        <dl class="facts">
            <div><dt>"Address"</dt><dd><code>{webhook.url.clone()}</code></dd></div>
            <div><dt>"Is told"</dt><dd>{webhook.events.to_string().replace(' ', ", ")}</dd></div>
            <div><dt>"Contents"</dt><dd>{payload_version_words(webhook.payload_version)}</dd></div>
            {(!reason.is_empty()).then(|| view! { <div><dt>"Turned off because"</dt><dd>{reason}</dd></div> })}
            {webhook.failing_since.map(|at| view! { <div><dt>"Nothing has arrived since"</dt><dd><Moment at/></dd></div> })}
            {webhook.old_secret_until.map(|at| view! { <div><dt>"Old secret ends"</dt><dd><Moment at/></dd></div> })}
            <div><dt>"Made"</dt><dd><Moment at=webhook.created_at/></dd></div>
            <div><dt>"Id"</dt><dd><code>{webhook.id.to_string()}</code></dd></div>
        </dl>
    }
}

fn edit(webhook: &Facts) -> impl IntoView + use<> {
    let Facts { id, version, url, description, events, payload_version, .. } = webhook.clone();
    let ticked: Vec<_> = events.iter().collect();
    view! {
        <section class="card" aria-labelledby="edit">
            <h2 id="edit">"Address and events"</h2>
            <Form form=UPDATE_WEBHOOK>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="version" value=version.to_string()/>
                <Field form=UPDATE_WEBHOOK name="url" label="Address" kind="url" autocomplete="off" value=url/>
                <Field form=UPDATE_WEBHOOK name="description" label="Description" autocomplete="off" value=description/>
                // Browsers do not send boxes that are not ticked: this one says that none is.
                <Hidden name="events" value=""/>
                <Boxes form=UPDATE_WEBHOOK name="events" legend="What it is told"
                    hint="With who did it, to whom, and what changed." options=event_types() ticked/>
                <Select form=UPDATE_WEBHOOK name="payload_version" label="Contents" hint=PAYLOAD_VERSION_HINT
                    options=payload_versions() value=payload_version.as_str()/>
                <div class="buttons"><button class="primary">"Save changes"</button></div>
            </Form>
        </section>
    }
}

fn actions(webhook: &Facts) -> impl IntoView + use<> {
    let (id, version, enabled) = (webhook.id, webhook.version.to_string(), webhook.enabled);
    let this = move || view! { <Hidden name="id" value=id.to_string()/> };
    let test = enabled.then(
        || view! { <Form form=TEST_WEBHOOK class="">{this()}<button>"Send a test event"</button></Form> },
    );
    view! {
        <section class="card" aria-labelledby="actions">
            <h2 id="actions">"Actions"</h2>
            {test}
            <Form form=UPDATE_WEBHOOK class="">
                {this()}
                <Hidden name="version" value=version/>
                <Hidden name="enabled" value=(!enabled).to_string()/>
                <button>{if enabled { "Turn off" } else { "Turn on" }}</button>
            </Form>
            {enabled.then(|| replay(id))}
            <details>
                <summary>"New secret…"</summary>
                <Form form=ROTATE_WEBHOOK_SECRET>
                    {this()}
                    <p>{format!("The present secret still signs for {OVERLAP_HOURS} hours, beside the new one.")}</p>
                    <div class="buttons"><button>"Make a new secret"</button></div>
                </Form>
            </details>
            <details>
                <summary>"Remove…"</summary>
                <Form form=REMOVE_WEBHOOK>
                    {this()}
                    <p>"It is told nothing more, also not what is on its way. Its deliveries are deleted."</p>
                    <div class="buttons"><button class="danger">"Remove webhook"</button></div>
                </Form>
            </details>
        </section>
    }
}

fn deliveries(
    page: Page<DeliverySummary>,
    query: &DeliveriesQuery,
    id: WebhookId,
    may_resend: bool,
) -> impl IntoView + use<> {
    let chosen = query.state.only().map_or("", |state| state.as_str());
    let states = [("", "Any"), ("pending", "Pending"), ("succeeded", "Arrived"), ("failed", "Given up")];
    let here = urls::WEBHOOK.of(id);
    let all = here.clone();
    let table = if page.items.is_empty() {
        view! { <p class="muted">"Nothing here. What it is told is kept for 30 days."</p> }.into_any()
    } else {
        let pager = pager(&page, "delivery", "deliveries");
        let rows: Vec<_> = page.items.into_iter().map(|one| row(one, may_resend)).collect();
        view! {
            <table class="list">
                <caption class="sr">"Deliveries, the newest first"</caption>
                <thead><tr>
                    <th scope="col">"Event"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Attempts"</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"Next attempt"</th>
                    <th scope="col"><span class="sr">"What you can do"</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {pager}
        }
        .into_any()
    };
    view! {
        <section class="stack" aria-labelledby="deliveries">
            <h2 id="deliveries">"What it was told"</h2>
            <form class="filters" method="get" action=here role="search" aria-label="Filter deliveries">
                <div class="field">
                    <label for="state">"State"</label>
                    <select id="state" name="state">
                        {states.map(|(value, name)| view! { <option value=value selected=value == chosen>{name}</option> })}
                    </select>
                </div>
                <div class="buttons"><button>"Apply"</button><a href=all>"Clear"</a></div>
            </form>
            {table}
        </section>
    }
}

fn row(delivery: DeliverySummary, may_resend: bool) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><a href=urls::DELIVERY.of(delivery.id)>{delivery.kind.clone()}</a></th>
            <td data-label="State">{delivery_pill(delivery.state)}</td>
            <td data-label="Attempts">{delivery.attempts}</td>
            <td data-label="When"><Moment at=delivery.created_at/></td>
            <td data-label="Next attempt">{next_attempt(&delivery)}</td>
            <td>{may_resend.then(|| resend(&delivery))}</td>
        </tr>
    }
}

#[server(name = PostUpdateWebhook, endpoint = "update_webhook", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn update_webhook(form: UpdateWebhook) -> Result<FormResult, Refusal> {
    let (context, id, enabled) = (context(), form.id, form.enabled);
    let changed = webhooks::update(&context, form).await?.changed;
    Ok(back_to(id).with_flash(match enabled {
        _ if !changed => NOTHING_CHANGED,
        Some(true) => WEBHOOK_ON,
        Some(false) => WEBHOOK_OFF,
        None => WEBHOOK_UPDATED,
    }))
}

#[server(name = PostRotateWebhookSecret, endpoint = "rotate_webhook_secret", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn rotate_webhook_secret(form: OneWebhook) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    let rotated = webhooks::rotate_secret(&context, form).await?;
    Ok(back_to(id).with_secret(&rotated.secret))
}

#[server(name = PostTestWebhook, endpoint = "test_webhook", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn test_webhook(form: OneWebhook) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    webhooks::send_test(&context, form).await?;
    Ok(back_to(id).with_flash(WEBHOOK_TESTED))
}

#[server(name = PostRemoveWebhook, endpoint = "remove_webhook", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn remove_webhook(form: OneWebhook) -> Result<FormResult, Refusal> {
    let context = context();
    webhooks::remove(&context, form).await?;
    Ok(FormResult::to(urls::WEBHOOKS).with_flash(WEBHOOK_REMOVED))
}

fn back_to(id: WebhookId) -> FormResult {
    FormResult::to(urls::WEBHOOK.of(id))
}
