//! `/admin/webhooks`: the addresses that are told of events, and the form that makes one.

use frontdesk_domain::webhooks;
use frontdesk_model::{Flash, Page, Permission, Webhook, forms, query::WebhooksQuery, webhook::host};
use leptos::prelude::*;

use crate::{
    input,
    parts::{
        choice::Boxes,
        form::{Field, Form, Hidden},
        layout::Width,
        page::page,
        table::pager,
        webhook::{event_types, webhook_pill},
        words::Moment,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const CREATE: &str = "/fn/create_webhook";

#[component]
pub fn Webhooks() -> impl IntoView {
    page("Webhooks", Width::Wide, async {
        let visit = visit();
        visit.actor.require(Permission::WebhooksRead)?;
        let query: WebhooksQuery = input::query(&visit.query)?;
        let page = webhooks::list(&visit.domain, &visit.actor, &query).await?;
        Ok(view! { <h1>"Webhooks"</h1>{new_webhook(&visit)}{list(page)} })
    })
}

fn new_webhook(visit: &Visit) -> Option<impl IntoView + use<>> {
    let came_back = visit.refused_at(CREATE).is_some();
    visit.may(Permission::WebhooksManage).then(|| {
        view! {
            <details open=came_back>
                <summary>"Make a webhook…"</summary>
                <Form action=CREATE>
                    <Field action=CREATE name="url" label="Address" kind="url" autocomplete="off"
                        hint="Where events are sent to, such as https://shop.example/hooks."/>
                    <Field action=CREATE name="description" label="Description" autocomplete="off"
                        hint="What it is for. It can be left empty."/>
                    // As in the form that changes it; and what is wrong with boxes leads to them, since they were sent.
                    <Hidden name="events" value=""/>
                    <Boxes action=CREATE name="events" legend="What it is told"
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
                <a href=format!("/admin/webhooks/{}", webhook.id)>{webhook.label().to_owned()}</a>
                {place.map(|place| view! { <p class="small">{place}</p> })}
            </div></th>
            <td data-label="State">{webhook_pill(&webhook)}</td>
            <td data-label="Is told">{format!("{count} {}", if count == 1 { "type of event" } else { "types of events" })}</td>
            <td data-label="Made"><Moment at=webhook.created_at/></td>
        </tr>
    }
}

#[server(name = PostCreateWebhook, endpoint = "create_webhook", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn create_webhook(form: forms::CreateWebhook) -> Result<Done, Refusal> {
    let visit = visit();
    let made = webhooks::create(&visit.domain, &visit.actor, form).await?;
    let page = format!("/admin/webhooks/{}", made.webhook.id);
    Ok(Done::to(page).saying(Flash::WebhookCreated).showing(&made.secret))
}
