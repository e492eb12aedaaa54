//! A problem as the content of a page.

use frontdesk_model::{Code, Problem, urls};
use leptos::prelude::*;

use crate::{
    context::context,
    parts::{gateway_notice::PAYMENTS_OFF, words},
};

/// A problem with advice and the id of its request.
pub fn problem_view(problem: &Problem) -> impl IntoView + use<> {
    let advice = problem.detail.clone().unwrap_or_else(|| advice(problem.error).to_owned());
    let is_cursor = problem.error == Code::InvalidCursor;
    // The faults of a cursor are of no use to people; the advice says what to do.
    let faults = problem.details.iter().filter(|_| !is_cursor);
    let faults: Vec<_> = faults.map(|fault| view! { <li>{fault.message.clone()}</li> }).collect();
    let (way, to) = if is_cursor {
        ("To the first page", context().url_with(&[("cursor", "")]))
    } else {
        ("Back to the start", urls::HOME.path().to_owned())
    };
    let wait = problem.retry_after.map(words::seconds);
    view! {
        <h1>{problem.title.clone()}</h1>
        <p>{advice}</p>
        {(!faults.is_empty()).then(|| view! { <ul>{faults}</ul> })}
        {wait.map(|wait| view! { <p>{format!("Try again in {wait}.")}</p> })}
        <p><a class="button" href=to>{way}</a></p>
        {problem.instance.clone().map(|id| view! { <p class="small">"Request "<code>{id}</code></p> })}
    }
}

/// The advice to the reader of a problem.
const fn advice(code: Code) -> &'static str {
    match code {
        Code::NotFound => "The address may be mistyped, or what was here is gone.",
        Code::Forbidden => "Ask somebody who may, or go back.",
        Code::CrossSite => "To keep you safe it was not carried out. Open the page here and try again.",
        Code::SignInRequired => "Sign in, and you come back here.",
        Code::Internal => "It is not your fault, and it has been noted. Try again in a moment.",
        Code::Busy => "Many people are here right now. Nothing was changed.",
        Code::CookieRequired => "Allow cookies, then open the page again.",
        Code::OutcomeUnknown => "Look whether it was done before you try again.",
        Code::TooManyRequests => "Take a little break, then go on.",
        Code::RequestTimeout => "The connection may be slow. Nothing was changed; try again.",
        Code::TooLarge | Code::HeadersTooLarge => "Send less, then try again.",
        Code::MethodNotAllowed => "Open the page, then use its buttons.",
        Code::TokenLimit => "Revoke those that nothing uses, then try again.",
        Code::InvalidCursor => "Start from the first page of the list.",
        Code::PaymentsOff => PAYMENTS_OFF,
        Code::OrderPaid => "Look at the order: it may be paid already.",
        Code::CardDeclined
        | Code::InsufficientFunds
        | Code::PaymentMethodInvalid
        | Code::PaymentRefused
        | Code::PaymentNotConfirmed => "Nothing was charged. Pay another way, or ask us.",
        Code::ConfirmationRequired => "Your bank wants to hear from you. Go back to the order, and confirm the payment.",
        Code::GatewayUnreachable => "Nothing was charged. Try again in a few minutes.",
        Code::RefundExceeds => "Look at what was refunded already, and what is under way.",
        Code::SelfApproval => "Ask somebody else who may approve refunds.",
        Code::ValidationError
        | Code::OrderExists
        | Code::EventsExpired
        // The gateway's: no page has them.
        | Code::GatewayEventUnsigned
        | Code::GatewayEventForged
        | Code::GatewayEventExpired
        | Code::MalformedRequest
        | Code::InvalidCredentials
        | Code::EmailExists
        | Code::EditConflict
        | Code::LastOwner
        | Code::WrongState
        | Code::LinkSpent
        | Code::UnsupportedMediaType
        // The API's: no page has them.
        | Code::TokenInUrl
        | Code::TokenRequired
        | Code::TokenInvalid
        | Code::PermissionRequired
        | Code::NotAcceptable
        | Code::IdempotencyKeyInvalid
        | Code::IdempotencyKeyRequired
        | Code::IdempotencyKeyReused
        | Code::IdempotencyInProgress
        | Code::IdempotencyAnswerLost
        | Code::PreconditionFailed
        | Code::PreconditionRequired => "Go back, have another look, and try again.",
    }
}
