//! Requesting a refund, on the page of its order.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Money, PaymentId, Permission,
    refunds::{RefundState, RequestRefundOnPage},
    urls,
};
use leptos::prelude::*;

use super::{REFUND_AWAITS, REFUND_FAILED, REFUND_REQUESTED, REFUNDED};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::forms::{
        Form, Hidden,
        field::{Field, TextArea},
    },
};

pub const REQUEST_REFUND: &FormRoute = &FormRoute::of::<PostRequestRefund>(
    urls::forms::REQUEST_REFUND,
    urls::ORDERS,
    Access::Permission(Permission::REFUNDS_CREATE),
);

/// The form, with the amount that can still be refunded.
pub fn refund_form(context: &RequestContext, payment: PaymentId, left: Money) -> impl IntoView + use<> {
    let was_there = context.refused_form(REQUEST_REFUND).is_some();
    view! {
        <details open=was_there>
            <summary>"Refund…"</summary>
            <Form form=REQUEST_REFUND>
                <Hidden name="payment_id" value=payment.to_string()/>
                <Field form=REQUEST_REFUND name="amount" label="Amount" autocomplete="off" value=left.decimal()
                    hint="In the order’s currency, such as 1,250.00 or 1.250,00. All that is left, unless you enter less."/>
                <TextArea form=REQUEST_REFUND name="reason" label="Reason"
                    hint="The customer sees it, and the audit trail keeps it. At most 500 characters."/>
                <div class="buttons"><button class="danger">"Refund"</button></div>
            </Form>
        </details>
    }
}

#[server(name = PostRequestRefund, endpoint = "request_refund", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn request_refund(form: RequestRefundOnPage) -> Result<FormResult, Refusal> {
    let context = context();
    let refund = refunds::request(&context, form.into()).await?;
    // The refund is committed by now. The page shows its outcome, also if waiting for it fails.
    let refund = refunds::wait(&context, refund.id).await.unwrap_or(refund);
    let result = FormResult::to(urls::ORDER.of(refund.order.id));
    Ok(match refund.state {
        RefundState::AwaitingApproval => result.with_flash(REFUND_AWAITS),
        RefundState::Succeeded => result.with_flash(REFUNDED),
        RefundState::Failed => result.with_flash(REFUND_FAILED),
        _ => result.with_flash(REFUND_REQUESTED),
    })
}
