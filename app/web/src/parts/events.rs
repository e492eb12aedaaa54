//! Audit events: a line of the overview, and the table of the trail.

use frontdesk_model::{
    audit::{Action, Change, Event, Party},
    token::is_service_party,
};
use leptos::prelude::*;

use super::words::{self, Moment};

/// Which columns the table has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    All,
    /// On a user's own page, where it is clear to whom it was done.
    OfOne,
}

/// What happened, newest first, a line each.
#[component]
pub fn EventLines(events: Vec<Event>) -> impl IntoView {
    let lines = events.into_iter().map(|event| {
        // Who did it to themselves is named once.
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
    // A service token has no page but what it did.
    if is_service_party(doer) { party(doer, "/admin/audit?actor=") } else { party(doer, "/admin/users/") }
}

/// To whom or what it was done.
fn concerned(action: Action, target: &Party) -> AnyView {
    if action.is_about_order() {
        party(target, "/admin/orders/")
    } else if action.is_about_token() || action.is_about_webhook() {
        party(target, "/admin/audit?target=")
    } else {
        party(target, "/admin/users/")
    }
}

/// Who signs up is nobody yet when they begin, and is the person whom it concerns when they end.
fn doer(event: &Event) -> &Party {
    match (&event.target, event.action) {
        (Some(target), Action::UserSignedUp | Action::InviteAccepted) if event.actor.id.is_none() => target,
        _ => &event.actor,
    }
}

/// Leads to what there is about it.
fn party(party: &Party, place: &'static str) -> AnyView {
    let label = party.label.clone();
    match party.id {
        Some(id) => view! { <a href=format!("{place}{id}")>{label}</a> }.into_any(),
        None => view! { <span>{label}</span> }.into_any(),
    }
}

/// What changed, a line each.
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
