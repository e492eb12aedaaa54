//! Orders in words: their state, their lines, their history.

use frontdesk_domain::orders::HistoryEvent;
use frontdesk_model::{
    Money,
    audit::{Action, Change},
    orders::{Line, Order, OrderState},
};
use leptos::prelude::*;

use crate::{pages::audit::events::changes, parts::words::Moment};

/// An order's state, as a word that does not need its colour.
#[component]
pub fn OrderPill(state: OrderState) -> impl IntoView {
    let (class, word) = match state {
        OrderState::Placed => ("pill warn", "To be paid"),
        OrderState::Paid => ("pill good", "Paid"),
        OrderState::PartlyRefunded => ("pill", "Partly refunded"),
        OrderState::Refunded => ("pill", "Refunded"),
        OrderState::Cancelled => ("pill", "Cancelled"),
    };
    view! { <span class=class>{word}</span> }
}

/// The lines of an order and its totals.
pub fn lines(order: &Order) -> impl IntoView + use<> {
    let rows: Vec<_> = order.lines.iter().cloned().map(line).collect();
    let refunded = order.summary.refunded;
    view! {
        <table class="list sums">
            <caption class="sr">"What was ordered"</caption>
            <thead><tr>
                <th scope="col">"Description"</th>
                <th scope="col" class="num">"Quantity"</th>
                <th scope="col" class="num">"Price of one"</th>
                <th scope="col" class="num">"Price"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
            <tfoot>
                {sum("Total", order.summary.total)}
                {refunded.is_positive().then(|| sum("Refunded", refunded))}
            </tfoot>
        </table>
    }
}

fn line(line: Line) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{line.description}</th>
            <td class="num" data-label="Quantity">{line.quantity}</td>
            <td class="num" data-label="Price of one">{line.unit_price.to_string()}</td>
            <td class="num" data-label="Price">{line.total.to_string()}</td>
        </tr>
    }
}

fn sum(name: &'static str, money: Money) -> impl IntoView {
    view! { <tr><th scope="row" colspan="3">{name}</th><td class="num">{money.to_string()}</td></tr> }
}

/// The history of an order, the latest event first. Actors are named for those with the permission.
pub fn history(events: Vec<HistoryEvent>) -> impl IntoView {
    let lines: Vec<_> = events.into_iter().map(event).collect();
    view! {
        <section class="stack" aria-labelledby="history">
            <h2 id="history">"What happened"</h2>
            <ol class="events">{lines}</ol>
        </section>
    }
}

fn event(event: HistoryEvent) -> impl IntoView {
    let what = match event.actor {
        Some(actor) => format!("{actor} {}", event.action.words()),
        None => told(event.action).to_owned(),
    };
    view! {
        <li>
            <Moment at=event.at/>
            <div>
                <p>{what}</p>
                {(!event.reason.is_empty()).then(|| view! { <p class="small">{event.reason}</p> })}
                {changes(told_of(event.changes))}
            </div>
        </li>
    }
}

/// The changes without the ids of payments and refunds, which are on the page with their links.
fn told_of(mut changes: Vec<Change>) -> Vec<Change> {
    changes.retain(|change| !matches!(change.field.as_str(), "payment" | "refund" | "customer"));
    changes
}

/// The words for an event in the history that customers see.
const fn told(action: Action) -> &'static str {
    match action {
        Action::ORDER_PLACED => "Ordered",
        Action::ORDER_CANCELLED => "Cancelled",
        Action::PAYMENT_STARTED => "A payment was begun",
        Action::PAYMENT_CONFIRMATION_REQUIRED => "The payment waits for you to confirm it",
        Action::PAYMENT_UNKNOWN => "The payment is being checked",
        Action::PAYMENT_SUCCEEDED => "Paid",
        Action::PAYMENT_DECLINED => "The card was declined",
        Action::PAYMENT_INSUFFICIENT_FUNDS => "There was not enough money",
        Action::PAYMENT_NETWORK_ERROR => "The payment provider could not be reached",
        Action::PAYMENT_METHOD_INVALID => "The payment method could not be used",
        Action::PAYMENT_REFUSED => "The payment was not possible",
        Action::PAYMENT_NOT_CONFIRMED => "The payment was not confirmed",
        Action::PAYMENT_CANCELLED => "The payment was called off",
        Action::REFUND_SUCCEEDED => "Refunded",
        Action::REFUND_FAILED => "The refund did not work",
        other => other.words(),
    }
}
