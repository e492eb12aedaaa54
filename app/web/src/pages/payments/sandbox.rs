//! `/sandbox/payments/{id}`: stands for the page of a bank on which a customer confirms a payment.

use frontdesk_domain::{payments, processing};
use frontdesk_model::{
    Code, PaymentId, Permission, Problem,
    payments::{ConfirmSandbox, Payment, PaymentState},
    urls,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{PAID, PAYMENT_STARTED};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{Form, Hidden},
        layout::{Width, page::page},
    },
};

pub const CONFIRM_SANDBOX: &FormRoute = &FormRoute::of::<PostConfirmSandbox>(
    urls::forms::CONFIRM_SANDBOX,
    urls::ACCOUNT_ORDERS,
    Access::SignedIn,
);

#[component]
pub fn Confirm() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page("Confirm a payment", Width::Narrow, async move {
        let context = context();
        context.actor.require_user()?;
        let not_found = || Problem::new(Code::NotFound);
        let id: PaymentId = id.parse().map_err(|_| not_found())?;
        if !processing::is_sandbox(&context) {
            return Err(not_found());
        }
        let payment = payments::get(&context, id).await?;
        let is_own = context.actor.user() == Some(payment.summary.customer.id);
        if !is_own && !context.may(Permission::PAYMENTS_CREATE) {
            return Err(not_found());
        }
        Ok(view! {
            <h1>"Confirm a payment"</h1>
            <p>"This is a sandbox: the page stands for that of your bank, and no money moves."</p>
            <dl class="facts">
                <div><dt>"Amount"</dt><dd>{payment.summary.amount.to_string()}</dd></div>
                <div><dt>"For"</dt><dd>{format!("Order {}", payment.summary.order.reference)}</dd></div>
            </dl>
            {choice(&context, &payment)}
        })
    })
}

fn choice(context: &RequestContext, payment: &Payment) -> AnyView {
    let id = payment.summary.id;
    let answer = move |answer: &'static str, class: &'static str, word: &'static str| {
        view! {
            <Form form=CONFIRM_SANDBOX class="">
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="answer" value=answer/>
                <button class=class>{word}</button>
            </Form>
        }
    };
    if payment.summary.state == PaymentState::ConfirmationRequired {
        view! { <div class="buttons">{answer("yes", "primary", "Confirm")}{answer("no", "", "Refuse")}</div> }
            .into_any()
    } else {
        let back = order_page(context, payment);
        view! {
            <p>"There is nothing to confirm any more."</p>
            <div class="buttons"><a class="button" href=back>"Back to the order"</a></div>
        }
        .into_any()
    }
}

/// The page of the order, from which the payment's confirmation was opened.
fn order_page(context: &RequestContext, payment: &Payment) -> String {
    let is_own = context.actor.user() == Some(payment.summary.customer.id);
    let place = if is_own { urls::ACCOUNT_ORDERS.path() } else { urls::ORDERS.path() };
    format!("{place}/{}", payment.summary.order.id)
}

#[server(name = PostConfirmSandbox, endpoint = "confirm_sandbox", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn confirm_sandbox(form: ConfirmSandbox) -> Result<FormResult, Refusal> {
    let context = context();
    context.actor.require_user()?;
    let payment = processing::confirm(&context, form).await?;
    let waits = PaymentState::is_open;
    let payment = payments::wait(&context, payment.summary.id, waits).await.unwrap_or(payment);
    let back = FormResult::to(order_page(&context, &payment));
    Ok(match payment.summary.state {
        PaymentState::Succeeded => back.with_flash(PAID),
        PaymentState::Failed => back,
        _ => back.with_flash(PAYMENT_STARTED),
    })
}
