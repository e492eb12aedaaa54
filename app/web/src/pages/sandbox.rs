//! `/sandbox/payments/{id}`: stands for the page of a bank on which a customer confirms a payment.

use frontdesk_domain::payments;
use frontdesk_model::{
    Code, Flash, PaymentId, Permission, Problem, forms,
    payment::{Payment, PaymentState},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    parts::{
        form::{Form, Hidden},
        layout::Width,
        page::page,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const CONFIRM: &str = "/fn/confirm_sandbox";

#[component]
pub fn Confirm() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page("Confirm a payment", Width::Narrow, async move {
        let visit = visit();
        visit.actor.require_user()?;
        let not_found = || Problem::new(Code::NotFound);
        let id: PaymentId = id.parse().map_err(|_| not_found())?;
        if !payments::is_sandbox(&visit.domain) {
            return Err(not_found());
        }
        let payment = payments::get(&visit.domain, &visit.actor, id).await?;
        let is_own = visit.actor.user() == Some(payment.summary.customer.id);
        if !is_own && !visit.may(Permission::PaymentsCreate) {
            return Err(not_found());
        }
        Ok(view! {
            <h1>"Confirm a payment"</h1>
            <p>"This is a sandbox: the page stands for that of your bank, and no money moves."</p>
            <dl class="facts">
                <div><dt>"Amount"</dt><dd>{payment.summary.amount.to_string()}</dd></div>
                <div><dt>"For"</dt><dd>{format!("Order {}", payment.summary.order.reference)}</dd></div>
            </dl>
            {choice(&visit, &payment)}
        })
    })
}

fn choice(visit: &Visit, payment: &Payment) -> AnyView {
    let id = payment.summary.id;
    let answer = move |answer: &'static str, class: &'static str, word: &'static str| {
        view! {
            <Form action=CONFIRM class="">
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
        let back = order_page(visit, payment);
        view! {
            <p>"There is nothing to confirm any more."</p>
            <div class="buttons"><a class="button" href=back>"Back to the order"</a></div>
        }
        .into_any()
    }
}

/// Where whoever confirms it has come from.
fn order_page(visit: &Visit, payment: &Payment) -> String {
    let is_own = visit.actor.user() == Some(payment.summary.customer.id);
    let place = if is_own { "/account/orders" } else { "/admin/orders" };
    format!("{place}/{}", payment.summary.order.id)
}

#[server(name = PostConfirmSandbox, endpoint = "confirm_sandbox", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn confirm_sandbox(form: forms::ConfirmSandbox) -> Result<Done, Refusal> {
    let visit = visit();
    visit.actor.require_user()?;
    let payment = payments::confirm(&visit.domain, &visit.actor, form).await?;
    let waits = PaymentState::is_open;
    let payment =
        payments::wait(&visit.domain, &visit.actor, payment.summary.id, waits).await.unwrap_or(payment);
    let back = Done::to(order_page(&visit, &payment));
    Ok(match payment.summary.state {
        PaymentState::Succeeded => back.saying(Flash::Paid),
        PaymentState::Failed => back,
        _ => back.saying(Flash::PaymentStarted),
    })
}
