//! Payments and refunds: their states in words, and the forms that begin and end a payment.

use frontdesk_domain::payments::{self, METHODS};
use frontdesk_model::{
    OrderId, PaymentId,
    order::Order,
    payment::{PaymentState, PaymentSummary},
    refund::RefundState,
};
use leptos::{either::Either, prelude::*};

use super::{
    choice::Select,
    form::{Field, Form, Hidden},
};
use crate::visit::Visit;

/// Pays an order.
pub const PAY: &str = "/fn/pay_order";
/// Calls off a payment that waits to be confirmed.
pub const CANCEL: &str = "/fn/cancel_payment";

/// A payment's state, as a word that does not need its colour.
#[component]
pub fn PaymentPill(state: PaymentState) -> impl IntoView {
    let (class, word) = match state {
        PaymentState::Pending => ("pill", "Under way"),
        PaymentState::Unknown => ("pill warn", "Being checked"),
        PaymentState::ConfirmationRequired => ("pill warn", "To be confirmed"),
        PaymentState::Succeeded => ("pill good", "Succeeded"),
        PaymentState::Failed => ("pill bad", "Failed"),
    };
    view! { <span class=class>{word}</span> }
}

/// A refund's state, likewise.
#[component]
pub fn RefundPill(state: RefundState) -> impl IntoView {
    let (class, word) = match state {
        RefundState::AwaitingApproval => ("pill warn", "To be approved"),
        RefundState::Pending => ("pill", "Under way"),
        RefundState::Unknown => ("pill warn", "Being checked"),
        RefundState::Succeeded => ("pill good", "Succeeded"),
        RefundState::Failed => ("pill bad", "Failed"),
        RefundState::Rejected => ("pill", "Rejected"),
    };
    view! { <span class=class>{word}</span> }
}

/// Where an order is paid. `word` begins the button: `Pay`.
pub fn pay_form(visit: &Visit, order: &Order, word: &str) -> impl IntoView + use<> {
    let OrderId(id) = order.summary.id;
    let button = format!("{word} {}", order.summary.total);
    let method = if payments::is_sandbox(&visit.domain) {
        let options: Vec<_> = METHODS.iter().map(|method| (method.token, method.does)).collect();
        let first = options.first().map_or("", |(token, _)| token);
        Either::Left(view! {
            <Select action=PAY name="method" label="A card that…" options value=first
                hint="This is a sandbox: no money moves, and the card does what you choose here."/>
        })
    } else {
        Either::Right(view! {
            <Field action=PAY name="method" label="Token of the payment method" autocomplete="off"
                hint="The payment provider makes it of a card and gives it to you. Never type the number of a card: \
                      it must not come here. The provider’s own form for cards is not built into this page."/>
        })
    };
    view! {
        <Form action=PAY>
            <Hidden name="order_id" value=id.to_string()/>
            {method}
            <div class="buttons"><button class="primary">{button}</button></div>
        </Form>
    }
}

/// Ends a payment that waits to be confirmed.
pub fn call_off(id: PaymentId) -> impl IntoView {
    view! {
        <Form action=CANCEL class="">
            <Hidden name="id" value=id.to_string()/>
            <button>"Call the payment off"</button>
        </Form>
    }
}

/// Why the latest try to pay an order failed.
pub fn failure(payment: &PaymentSummary) -> Option<impl IntoView + use<>> {
    let sentence = payment.failure.as_ref()?.sentence();
    Some(view! {
        <section class="problem" aria-labelledby="failed">
            <h2 id="failed">"The payment did not succeed"</h2>
            <p>{sentence}</p>
        </section>
    })
}
