//! `/admin/webhooks`: all webhooks, and the form that creates one.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Page, Permission, Webhook, urls,
    webhooks::{CreateWebhook, WebhooksQuery, host},
};
use leptos::prelude::*;

use super::{
    WEBHOOK_CREATED,
    parts::{event_types, webhook_pill},
};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    input,
    parts::{
        forms::{Form, Hidden, choice::Boxes, field::Field},
        layout::{Width, page::page},
        tables::pager,
        words::Moment,
    },
};

pub const CREATE_WEBHOOK: &FormRoute = &FormRoute::of::<PostCreateWebhook>(
    urls::forms::CREATE_WEBHOOK,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);

#[component]
pub fn Webhooks() -> impl IntoView {
    page("Webhooks", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::WEBHOOKS_READ)?;
        let query: WebhooksQuery = input::query(&context.query)?;
        let page = webhooks::list(&context, &query).await?;
        Ok(view! { <h1>"Webhooks"</h1>{new_webhook(&context)}{list(page)} })
    })
}

fn new_webhook(context: &RequestContext) -> Option<impl IntoView + use<>> {
    let came_back = context.refused_form(CREATE_WEBHOOK).is_some();
    context.may(Permission::WEBHOOKS_MANAGE).then(|| {
        view! {
            <details open=came_back>
                <summary>"Make a webhook…"</summary>
                <Form form=CREATE_WEBHOOK>
                    <Field form=CREATE_WEBHOOK name="url" label="Address" kind="url" autocomplete="off"
                        hint="Where events are sent to, such as https://shop.example/hooks."/>
                    <Field form=CREATE_WEBHOOK name="description" label="Description" autocomplete="off"
                        hint="What it is for. It can be left empty."/>
                    // As in the form that changes it; and what is wrong with boxes leads to them, since they were sent.
                    <Hidden name="events" value=""/>
                    <Boxes form=CREATE_WEBHOOK name="events" legend="What it is told"
                        hint="With who did it, to whom, and what changed, from now on." options=event_types()/>
                    <div class="buttons"><button class="primary">"Make webhook"</button></div>
                </Form>
            </details>
        }
    })
}

fn list(page: Page<Webhook>) -> AnyView {
    if page.items.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No webhooks"</h2>
                <p>"A webhook is an address of yours that is told what happens, as it happens."</p>
            </div>
        }
        .into_any();
    }
    let pager = pager(&page, "webhook", "webhooks");
    let rows: Vec<_> = page.items.into_iter().map(row).collect();
    view! {
        <table class="list">
            <caption class="sr">"Webhooks, the newest first"</caption>
            <thead><tr>
                <th scope="col">"Webhook"</th>
                <th scope="col">"State"</th>
                <th scope="col">"Is told"</th>
                <th scope="col">"Made"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {pager}
    }
    .into_any()
}

fn row(webhook: Webhook) -> impl IntoView {
    let place = (!webhook.description.is_empty()).then(|| host(&webhook.url).to_owned());
    let count = webhook.events.iter().count();
    view! {
        <tr>
            <th scope="row"><div>
                <a href=urls::WEBHOOK.of(webhook.id)>{webhook.label().to_owned()}</a>
                {place.map(|place| view! { <p class="small">{place}</p> })}
            </div></th>
            <td data-label="State">{webhook_pill(&webhook)}</td>
            <td data-label="Is told">{format!("{count} {}", if count == 1 { "type of event" } else { "types of events" })}</td>
            <td data-label="Made"><Moment at=webhook.created_at/></td>
        </tr>
    }
}

#[server(name = PostCreateWebhook, endpoint = "create_webhook", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn create_webhook(form: CreateWebhook) -> Result<FormResult, Refusal> {
    let context = context();
    let made = webhooks::create(&context, form).await?;
    let page = urls::WEBHOOK.of(made.webhook.id);
    Ok(FormResult::to(page).with_flash(WEBHOOK_CREATED).with_secret(&made.secret))
}
