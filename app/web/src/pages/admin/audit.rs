//! `/admin/audit`: everything that happened, newest first.

use frontdesk_domain::audit;
use frontdesk_model::{
    Page, Permission,
    audit::{Action, Event},
    query::AuditQuery,
};
use leptos::prelude::*;

use crate::{
    input,
    parts::{
        events::{Columns, EventTable},
        filter::{Asked, Label},
        form::filter_summary,
        layout::Width,
        page::{page, tell},
        table::pager,
    },
    visit::visit,
};

/// The fields that can be filtered by, and what they are called.
const ACTOR: Label = ("actor", "Who (id)");
const ACTION: Label = ("action", "Action");
const TARGET: Label = ("target", "To whom (id)");
const SINCE: Label = ("since", "From (UTC)");
const UNTIL: Label = ("until", "Until (UTC)");

#[component]
pub fn Audit() -> impl IntoView {
    page("Audit", Width::Wide, async {
        let visit = visit();
        visit.actor.require(Permission::AuditRead)?;
        let asked = input::pairs(visit.query.as_bytes())?;
        let (problem, results) = match input::query::<AuditQuery>(&visit.query) {
            Ok(query) => (None, Some(audit::list(&visit.domain, &visit.actor, &query).await?)),
            // Ids and moments are typed by hand: they come back to be put right.
            Err(problem) => (Some(problem), None),
        };
        if let Some(problem) = &problem {
            tell(problem);
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
    let known = |action: &&Action| **action != Action::Unknown;
    let actions = Action::ALL.iter().filter(known).map(|action| (action.as_str(), action.as_str()));
    view! {
        <form class="filters" method="get" action="/admin/audit" role="search" aria-label="Filter the audit trail" novalidate>
            {asked.text(ACTOR)}
            {asked.choice(ACTION, "Any", actions)}
            {asked.text(TARGET)}
            {asked.moment(SINCE)}
            {asked.moment(UNTIL)}
            <div class="buttons"><button>"Apply"</button><a href="/admin/audit">"Clear"</a></div>
        </form>
    }
}
