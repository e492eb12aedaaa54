//! Audit events: a line of the overview, and the table of the trail.

use frontdesk_model::{
    UserId,
    audit::{Action, Change, Event, Target, TargetId},
    tokens::is_service_party,
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
        let target = event.target.as_ref().filter(|target| target.id.is_none() || !is_actor(&event, target));
        let target = target.map(|target| view! { ": "{target_link(target)} });
        view! {
            <li><Moment at=event.at/><p>{actor_link(&event)}" "{event.action.words()}{target}</p></li>
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
            Action::LOGIN_FAILED
                | Action::LOGIN_THROTTLED
                | Action::PASSWORD_CHANGE_FAILED
                | Action::TOKEN_REFUSED
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
                <td data-label="Who">{actor_link(&event)}</td>
                {action}
                {all.then(|| view! { <td data-label="To whom">{event.target.as_ref().map(target_link)}</td> })}
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

fn actor_link(event: &Event) -> AnyView {
    if let Some(person) = newcomer(event) {
        return target_link(person);
    }
    let actor = &event.actor;
    // A service token has no page; its activity stands for one.
    let url = if is_service_party(actor) { activity_by } else { user };
    link(actor.id.map(url), &actor.label)
}

/// The person who signs up or accepts an invitation: anonymous at first, and then the target of the event.
fn newcomer(event: &Event) -> Option<&Target> {
    let is_new = matches!(event.action, Action::USER_SIGNED_UP | Action::INVITE_ACCEPTED);
    event.target.as_ref().filter(|_| is_new && event.actor.id.is_none())
}

fn is_actor(event: &Event, target: &Target) -> bool {
    newcomer(event).is_some() || target.id.map(TargetId::uuid) == event.actor.id
}

/// A target with a page links to it, any other to the events about it.
fn target_link(target: &Target) -> AnyView {
    let url = target.id.map(|id| match id {
        TargetId::User(id) => urls::USER.of(id),
        TargetId::Order(id) => urls::ORDER.of(id),
        TargetId::Token(_) | TargetId::Webhook(_) | TargetId::Other(_) => {
            urls::AUDIT.query(&[("target", &id.uuid().to_string())])
        }
    });
    link(url, &target.label)
}

fn user(id: Uuid) -> String {
    urls::USER.of(UserId(id))
}

fn activity_by(id: Uuid) -> String {
    urls::AUDIT.query(&[("actor", &id.to_string())])
}

fn link(url: Option<String>, label: &str) -> AnyView {
    let label = label.to_owned();
    match url {
        Some(url) => view! { <a href=url>{label}</a> }.into_any(),
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
