//! Audit events: a line of the overview, and the table of the trail.

use frontdesk_model::{
    OrderId, UserId,
    audit::{Action, Change, Event, Party},
    token::is_service_party,
    urls,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::parts::words::{self, Moment};

/// The columns of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    All,
    /// On a user's own page, where the target is clear.
    OfOne,
}

/// Events, newest first, a line each.
#[component]
pub fn EventLines(events: Vec<Event>) -> impl IntoView {
    let lines = events.into_iter().map(|event| {
        // An actor who is also the target is named once.
        let target =
            event.target.as_ref().filter(|target| target.id != doer(&event).id || target.id.is_none());
        let target = target.map(|target| view! { ": "{concerned(event.action, target)} });
        view! {
            <li><Moment at=event.at/><p>{actor(&event)}" "{event.action.words()}{target}</p></li>
        }
    });
    view! { <ol class="events">{lines.collect::<Vec<_>>()}</ol> }
}

#[component]
pub fn EventTable(events: Vec<Event>, caption: String, columns: Columns) -> impl IntoView {
    let all = columns == Columns::All;
    let rows = events.into_iter().map(|event| {
        let failed = matches!(
            event.action,
            Action::LoginFailed
                | Action::LoginThrottled
                | Action::PasswordChangeFailed
                | Action::TokenRefused
        );
        let action = view! {
            <td data-label="Action"><div>
                {failed.then(|| view! { <span class="pill bad">"Failed"</span>" " })}
                {event.action.words()}
                {(!event.reason.is_empty()).then(|| view! { <p class="small">{event.reason.clone()}</p> })}
            </div></td>
        };
        view! {
            <tr>
                <td data-label="When"><Moment at=event.at/></td>
                <td data-label="Who">{actor(&event)}</td>
                {action}
                {all.then(|| view! { <td data-label="To whom">{event.target.as_ref().map(|target| concerned(event.action, target))}</td> })}
                <td data-label="What changed">{changes(event.changes)}</td>
                {all.then(|| view! { <td data-label="From where">{event.ip}</td> })}
            </tr>
        }
    });
    view! {
        <table class="list">
            <caption class="sr">{caption}</caption>
            <thead><tr>
                <th scope="col">"When"</th>
                <th scope="col">"Who"</th>
                <th scope="col">"Action"</th>
                {all.then(|| view! { <th scope="col">"To whom"</th> })}
                <th scope="col">"What changed"</th>
                {all.then(|| view! { <th scope="col">"From where"</th> })}
            </tr></thead>
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
    }
}

fn actor(event: &Event) -> AnyView {
    let doer = doer(event);
    // A service token has no page; its activity stands for one.
    if is_service_party(doer) { party(doer, activity_by) } else { party(doer, user) }
}

/// The target of an event, as a link.
fn concerned(action: Action, target: &Party) -> AnyView {
    if action.is_about_order() {
        party(target, order)
    } else if action.is_about_token() || action.is_about_webhook() {
        party(target, activity_on)
    } else {
        party(target, user)
    }
}

/// The actor of an event. A person who signs up is anonymous at first and then the target of the event.
fn doer(event: &Event) -> &Party {
    match (&event.target, event.action) {
        (Some(target), Action::UserSignedUp | Action::InviteAccepted) if event.actor.id.is_none() => target,
        _ => &event.actor,
    }
}

fn user(id: Uuid) -> String {
    urls::USER.of(UserId(id))
}

fn order(id: Uuid) -> String {
    urls::ORDER.of(OrderId(id))
}

fn activity_by(id: Uuid) -> String {
    urls::AUDIT.query(&[("actor", &id.to_string())])
}

fn activity_on(id: Uuid) -> String {
    urls::AUDIT.query(&[("target", &id.to_string())])
}

/// A link to the page of a party, if it has an id.
fn party(party: &Party, url: fn(Uuid) -> String) -> AnyView {
    let label = party.label.clone();
    match party.id {
        Some(id) => view! { <a href=url(id)>{label}</a> }.into_any(),
        None => view! { <span>{label}</span> }.into_any(),
    }
}

/// Changes, a line each.
pub fn changes(changes: Vec<Change>) -> Option<impl IntoView> {
    let rows = changes.into_iter().map(|change| {
        let field = words::field(&change.field);
        match (change.before, change.after) {
            (Some(before), Some(after)) => view! {
                <li><b>{field}</b>" "<del>{before}</del>" → "<ins>{after}</ins></li>
            }
            .into_any(),
            (None, Some(after)) => view! { <li><b>{field}</b>" set to "<ins>{after}</ins></li> }.into_any(),
            (Some(before), None) => {
                view! { <li><b>{field}</b>" taken away: "<del>{before}</del></li> }.into_any()
            }
            (None, None) => view! { <li><b>{field}</b></li> }.into_any(),
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| view! { <ul class="changes">{rows}</ul> })
}
