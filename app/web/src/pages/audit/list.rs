//! `/admin/audit`: the audit trail, newest first.

use frontdesk_domain::audit;
use frontdesk_model::{
    Page, Permission,
    audit::{Action, AuditQuery, Event},
    urls,
};
use leptos::prelude::*;

use super::events::{Columns, EventTable};
use crate::{
    context::context,
    input,
    parts::{
        forms::{
            filter::{Asked, Label},
            summary::filter_summary,
        },
        layout::{
            Width,
            page::{page, report},
        },
        tables::pager,
    },
};

/// The filters and their labels.
const ACTOR: Label = ("actor", "Who (id)");
const ACTION: Label = ("action", "Action");
const TARGET: Label = ("target", "To whom (id)");
const SINCE: Label = ("since", "From (UTC)");
const UNTIL: Label = ("until", "Until (UTC)");

#[component]
pub fn Audit() -> impl IntoView {
    page("Audit", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::AUDIT_READ)?;
        let asked = input::pairs(context.query.as_bytes())?;
        let (problem, results) = match input::query::<AuditQuery>(&context.query) {
            Ok(query) => (None, Some(audit::list(&context, &query).await?)),
            // Ids and times are typed by hand, so they come back with their faults.
            Err(problem) => (Some(problem), None),
        };
        if let Some(problem) = &problem {
            report(problem);
        }
        let labels = [ACTOR, ACTION, TARGET, SINCE, UNTIL];
        Ok(view! {
            {problem.as_ref().map(|problem| filter_summary(problem, &labels))}
            <h1>"Audit"</h1>
            {filters(&Asked { pairs: &asked, problem: problem.as_ref() })}
            {results.map(events)}
        })
    })
}

fn events(page: Page<Event>) -> AnyView {
    if page.items.is_empty() {
        return view! {
            <div class="empty">
                <h2>"Nothing here"</h2>
                <p>"No event fits these filters. What people and staff do appears here as it happens."</p>
            </div>
        }
        .into_any();
    }
    let pager = pager(&page, "event", "events");
    let caption = "Audit trail, the newest first".to_owned();
    view! { <EventTable events=page.items caption columns=Columns::All/>{pager} }.into_any()
}

fn filters(asked: &Asked<'_>) -> impl IntoView + use<> {
    let known = |action: &&Action| **action != Action::UNKNOWN;
    let actions = Action::ALL.iter().filter(known).map(|action| (action.as_str(), action.as_str()));
    view! {
        <form class="filters" method="get" action=urls::AUDIT.path() role="search" aria-label="Filter the audit trail" novalidate>
            {asked.text(ACTOR)}
            {asked.choice(ACTION, "Any", actions)}
            {asked.text(TARGET)}
            {asked.moment(SINCE)}
            {asked.moment(UNTIL)}
            <div class="buttons"><button>"Apply"</button><a href=urls::AUDIT.path()>"Clear"</a></div>
        </form>
    }
}
