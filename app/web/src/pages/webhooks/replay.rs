//! Sending a webhook all of its failed deliveries again.

use frontdesk_domain::events;
use frontdesk_model::{Permission, WebhookId, urls, webhooks::ReplayEvents};
use leptos::prelude::*;

use super::WEBHOOK_REPLAYED;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::forms::{Form, Hidden},
};

pub const REPLAY_WEBHOOK: &FormRoute = &FormRoute::of::<PostReplayWebhook>(
    urls::forms::REPLAY_WEBHOOK,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);

/// The form that sends all failed deliveries again.
pub(super) fn replay(id: WebhookId) -> impl IntoView {
    view! {
        <details>
            <summary>"Resend failed deliveries…"</summary>
            <Form form=REPLAY_WEBHOOK>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="failed_only" value="true"/>
                <p>"All deliveries of the last 30 days that failed are sent again, oldest first."</p>
                <div class="buttons"><button>"Resend failed deliveries"</button></div>
            </Form>
        </details>
    }
}

#[server(name = PostReplayWebhook, endpoint = "replay_webhook", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn replay_webhook(form: ReplayEvents) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    events::replay(&context, form).await?;
    Ok(FormResult::to(urls::WEBHOOK.of(id)).with_flash(WEBHOOK_REPLAYED))
}
