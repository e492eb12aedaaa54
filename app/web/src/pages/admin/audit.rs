//! `/admin/audit`: everything that happened, newest first.

use frontdesk_domain::audit;
use frontdesk_model::{
    Page, Permission, Problem, Timestamp,
    audit::{Action, Event},
    query::AuditQuery,
};
use leptos::prelude::*;

use crate::{
    input::{self, Pairs},
    parts::{
        events::{Columns, EventTable},
        form::{Entry, FilterField, fault_view, filter_summary},
        layout::Width,
        page::{page, tell},
        table::pager,
    },
    visit::visit,
};

/// The fields that can be filtered by, and what they are called.
const ACTOR: (&str, &str) = ("actor", "Who (id)");
const ACTION: (&str, &str) = ("action", "Action");
const TARGET: (&str, &str) = ("target", "To whom (id)");
const SINCE: (&str, &str) = ("since", "From (UTC)");
const UNTIL: (&str, &str) = ("until", "Until (UTC)");

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
            {filters(&asked, problem.as_ref())}
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

fn filters(asked: &Pairs, problem: Option<&Problem>) -> impl IntoView + use<> {
    let entry = |(name, _): (&str, &str)| Entry::asked(asked, problem, name);
    let text = |field: (&'static str, &'static str)| view! { <FilterField name=field.0 label=field.1 entry=entry(field)/> };
    let moment = |field: (&'static str, &'static str)| {
        let entry = entry(field);
        // The picker shows whole minutes, and nothing at all of what is no moment.
        match Timestamp::parse(&entry.value) {
            _ if entry.fault.is_some() => {
                view! { <FilterField name=field.0 label=field.1 entry/> }.into_any()
            }
            at => {
                let value = at.map(|at| at.rfc3339().chars().take(16).collect()).unwrap_or_default();
                let entry = Entry { value, fault: None };
                view! { <FilterField name=field.0 label=field.1 kind="datetime-local" entry/> }.into_any()
            }
        }
    };
    let action = entry(ACTION);
    let actions: Vec<_> = Action::ALL
        .iter()
        .map(|action| action.as_str())
        .filter(|name| *name != Action::Unknown.as_str())
        .map(|name| view! { <option value=name selected=name == action.value>{name}</option> })
        .collect();
    let invalid = action.fault.is_some();
    view! {
        <form class="filters" method="get" action="/admin/audit" role="search" aria-label="Filter the audit trail" novalidate>
            {text(ACTOR)}
            <div class="field">
                <label for="action">{ACTION.1}</label>
                {fault_view("action", action.fault.as_deref())}
                <select id="action" name="action" aria-invalid=invalid.then_some("true")
                    aria-describedby=invalid.then_some("action-fault")>
                    <option value="">"Any"</option>{actions}
                </select>
            </div>
            {text(TARGET)}
            {moment(SINCE)}
            {moment(UNTIL)}
            <div class="buttons"><button>"Apply"</button><a href="/admin/audit">"Clear"</a></div>
        </form>
    }
}
