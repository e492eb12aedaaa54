//! `/admin/audit`: everything that happened, newest first.

use frontdesk_domain::audit;
use frontdesk_model::{Permission, audit::Action, query::AuditQuery};
use leptos::prelude::*;

use crate::{
    input,
    parts::{
        events::{Columns, EventTable},
        layout::Width,
        page::page,
        table::pager,
    },
    visit::visit,
};

#[component]
pub fn Audit() -> impl IntoView {
    page("Audit", Width::Wide, async {
        let visit = visit();
        visit.actor.require(Permission::AuditRead)?;
        let query: AuditQuery = input::query(&visit.query)?;
        let page = audit::list(&visit.domain, &visit.actor, &query).await?;
        let pager = pager(&page, "event", "events");
        let results = if page.items.is_empty() {
            view! {
                <div class="empty">
                    <h2>"Nothing here"</h2>
                    <p>"No event fits these filters. What people and staff do appears here as it happens."</p>
                </div>
            }
            .into_any()
        } else {
            let caption = "Audit trail, the newest first".to_owned();
            view! { <EventTable events=page.items caption columns=Columns::All/>{pager} }.into_any()
        };
        Ok(view! { <h1>"Audit"</h1>{filters(&query)}{results} })
    })
}

fn filters(query: &AuditQuery) -> impl IntoView + use<> {
    let text = |value: Option<String>| value.unwrap_or_default();
    // The field shows whole minutes, as people enter them.
    let minute = |at: frontdesk_model::Timestamp| at.rfc3339().chars().take(16).collect::<String>();
    let chosen = query.action;
    let actions: Vec<_> = Action::ALL
        .iter()
        .filter(|action| **action != Action::Unknown)
        .map(|action| view! { <option value=action.as_str() selected=Some(*action) == chosen>{action.as_str()}</option> })
        .collect();
    view! {
        <form class="filters" method="get" action="/admin/audit" role="search" aria-label="Filter the audit trail">
            <div class="field">
                <label for="actor">"Who (id)"</label>
                <input id="actor" name="actor" autocomplete="off" value=text(query.actor.map(|id| id.to_string()))/>
            </div>
            <div class="field">
                <label for="action">"Action"</label>
                <select id="action" name="action"><option value="">"Any"</option>{actions}</select>
            </div>
            <div class="field">
                <label for="target">"To whom (id)"</label>
                <input id="target" name="target" autocomplete="off" value=text(query.target.map(|id| id.to_string()))/>
            </div>
            <div class="field">
                <label for="since">"From (UTC)"</label>
                <input id="since" name="since" type="datetime-local" value=text(query.since.map(minute))/>
            </div>
            <div class="field">
                <label for="until">"Until (UTC)"</label>
                <input id="until" name="until" type="datetime-local" value=text(query.until.map(minute))/>
            </div>
            <div class="buttons"><button>"Apply"</button><a href="/admin/audit">"Clear"</a></div>
        </form>
    }
}
