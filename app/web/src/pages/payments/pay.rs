//! Paying an order, and cancelling a payment that waits for its confirmation. The forms are on the pages of the order.

use frontdesk_domain::{
    gateway::{METHODS, payments_are_off},
    payments, processing,
};
use frontdesk_model::{
    OrderId, PaymentId,
    orders::Order,
    payments::{OnePayment, PayOrder, PaymentState},
    urls,
};
use leptos::{either::Either, prelude::*};

use super::{PAID, PAYMENT_CANCELLED, PAYMENT_STARTED};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    parts::{
        forms::{Form, Hidden, choice::Select, field::Field},
        gateway_notice::PAYMENTS_OFF,
    },
};

pub const PAY_ORDER: &FormRoute =
    &FormRoute::of::<PostPayOrder>(urls::forms::PAY_ORDER, urls::ACCOUNT_ORDERS, Access::SignedIn)
        .limit_per_person(Limit::Pay)
        .secret_fields(&["method"]);
pub const CANCEL_PAYMENT: &FormRoute =
    &FormRoute::of::<PostCancelPayment>(urls::forms::CANCEL_PAYMENT, urls::ACCOUNT_ORDERS, Access::SignedIn);

/// The form that pays an order, if it can be paid. `word` is the verb on its button: `Pay`.
pub fn pay_form(context: &RequestContext, order: &Order, word: &str) -> AnyView {
    if payments_are_off(context) {
        return view! { <p>{PAYMENTS_OFF}</p> }.into_any();
    }
    let OrderId(id) = order.summary.id;
    let button = format!("{word} {}", order.summary.total);
    let method = if processing::is_sandbox(context) {
        let options: Vec<_> = METHODS.iter().map(|method| (method.token, method.does)).collect();
        let first = options.first().map_or("", |(token, _)| token);
        Either::Left(view! {
            <Select form=PAY_ORDER name="method" label="A card that…" options value=first
                hint="This is a sandbox: no money moves, and the card does what you choose here."/>
        })
    } else {
        Either::Right(view! {
            <Field form=PAY_ORDER name="method" label="Token of the payment method" autocomplete="off"
                hint="The payment provider makes it of a card and gives it to you. Never type the number of a card: \
                      it must not come here. The provider’s own form for cards is not built into this page."/>
        })
    };
    view! {
        <Form form=PAY_ORDER>
            <Hidden name="order_id" value=id.to_string()/>
            {method}
            <div class="buttons"><button class="primary">{button}</button></div>
        </Form>
    }
    .into_any()
}

/// The form that cancels a payment that waits for its confirmation, which its gateway has to do.
pub fn cancel_payment_form(context: &RequestContext, id: PaymentId) -> AnyView {
    if payments_are_off(context) {
        return view! { <p>{PAYMENTS_OFF}</p> }.into_any();
    }
    view! {
        <Form form=CANCEL_PAYMENT class="">
            <Hidden name="id" value=id.to_string()/>
            <button>"Call the payment off"</button>
        </Form>
    }
    .into_any()
}

#[server(name = PostPayOrder, endpoint = "pay_order", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn pay_order(form: PayOrder) -> Result<FormResult, Refusal> {
    let context = context();
    let payment = payments::start(&context, form).await?;
    // The payment is committed by now. The page shows its outcome, also if waiting for it fails.
    let waits = PaymentState::awaits_gateway;
    let payment = payments::wait(&context, payment.summary.id, waits).await.unwrap_or(payment);
    Ok(match payment.summary.state {
        PaymentState::Succeeded => FormResult::back().with_flash(PAID),
        PaymentState::Pending | PaymentState::Unknown => FormResult::back().with_flash(PAYMENT_STARTED),
        PaymentState::ConfirmationRequired | PaymentState::Failed => FormResult::back(),
    })
}

#[server(name = PostCancelPayment, endpoint = "cancel_payment", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn cancel_payment(form: OnePayment) -> Result<FormResult, Refusal> {
    let context = context();
    let payment = payments::cancel(&context, form).await?;
    let waits = PaymentState::is_open;
    let payment = payments::wait(&context, payment.summary.id, waits).await.unwrap_or(payment);
    Ok(match payment.summary.state {
        // It was confirmed before it could be cancelled.
        PaymentState::Succeeded => FormResult::back().with_flash(PAID),
        PaymentState::Failed => FormResult::back(),
        _ => FormResult::back().with_flash(PAYMENT_CANCELLED),
    })
}
