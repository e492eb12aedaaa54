//! Sending a delivery again, in its row and on its page.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Permission, urls,
    webhooks::{DeliverySummary, OneDelivery},
};
use leptos::prelude::*;

use super::WEBHOOK_RESENT;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::forms::{Form, Hidden},
};

pub const RESEND_DELIVERY: &FormRoute = &FormRoute::of::<PostResendDelivery>(
    urls::forms::RESEND_DELIVERY,
    urls::WEBHOOKS,
    Access::Permission(Permission::WEBHOOKS_MANAGE),
);

/// The form that sends a delivery again.
pub(super) fn resend(delivery: &DeliverySummary) -> impl IntoView + use<> {
    let (id, kind) = (delivery.id, delivery.kind.clone());
    view! {
        <Form form=RESEND_DELIVERY class="">
            <Hidden name="id" value=id.to_string()/>
            <button>"Send again"<span class="sr">{format!(" {kind}")}</span></button>
        </Form>
    }
}

#[server(name = PostResendDelivery, endpoint = "resend_delivery", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn resend_delivery(form: OneDelivery) -> Result<FormResult, Refusal> {
    let context = context();
    webhooks::resend(&context, form).await?;
    Ok(FormResult::back().with_flash(WEBHOOK_RESENT))
}
