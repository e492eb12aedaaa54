//! The frame of every page: skip link, header, navigation, flash, main, footer.

use frontdesk_model::Permission;
use leptos::prelude::*;

use super::form::{HiddenPage, Summary};
use crate::visit::{Visit, visit};

/// How wide the page's column is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    #[default]
    Wide,
    /// For forms, messages and errors.
    Narrow,
}

#[component]
pub fn Layout(width: Width, children: Children) -> impl IntoView {
    let visit = visit();
    let main = match width {
        Width::Wide => "wrap",
        Width::Narrow => "wrap narrow",
    };
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <header class="top">
            <div class="wrap">
                <a class="brand" href="/"><Mark/>"Frontdesk"</a>
                {places(&visit)}
                <div class="me">{me(&visit)}</div>
            </div>
        </header>
        <main id="main" class=main tabindex="-1">
            <div role="status">{visit.flash.map(|flash| view! { <p class="flash">{flash.text()}</p> })}</div>
            <Summary/>
            {children()}
        </main>
        <footer class="foot"><div class="wrap"><span>"Frontdesk"</span><a href="/docs">"API"</a></div></footer>
    }
}

/// The product's mark: a bell, as on a front desk.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg width="24" height="24" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
            <path d="M10.5 3h3a1 1 0 0 1 0 2H13v1.06A8 8 0 0 1 20 14v2H4v-2a8 8 0 0 1 7-7.94V5h-.5a1 1 0 0 1 0-2zM3 18h18a1 1 0 0 1 1 1v1a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-1a1 1 0 0 1 1-1z"></path>
        </svg>
    }
}

/// Where people go. Each place is there for those who may see it.
fn places(visit: &Visit) -> Option<impl IntoView + use<>> {
    let all = [
        ("/admin", "Overview", Permission::OverviewRead),
        ("/admin/users", "Users", Permission::UsersRead),
        ("/admin/orders", "Orders", Permission::OrdersRead),
        ("/admin/payments", "Payments", Permission::OrdersRead),
        ("/admin/tokens", "Tokens", Permission::TokensRead),
        ("/admin/audit", "Audit", Permission::AuditRead),
        ("/admin/jobs", "Jobs", Permission::JobsRead),
        ("/admin/webhooks", "Webhooks", Permission::WebhooksRead),
    ];
    let staff = all.into_iter().filter(|(_, _, permission)| visit.may(*permission));
    let own = visit.actor.person().map(|_| ("/account/orders", "My orders"));
    let links: Vec<_> = staff
        .map(|(href, name, _)| (href, name))
        .chain(own)
        .map(|(href, name)| {
            let below = href != "/admin" && visit.path.starts_with(href);
            let current = if visit.path == href { Some("page") } else { below.then_some("true") };
            view! { <li><a href=href aria-current=current>{name}</a></li> }
        })
        .collect();
    (!links.is_empty()).then(|| view! { <nav class="places" aria-label="Main"><ul>{links}</ul></nav> })
}

fn me(visit: &Visit) -> AnyView {
    match visit.actor.person() {
        Some(person) => view! {
            <a href="/account">{person.name.clone()}</a>
            <form method="post" action="/logout"><HiddenPage/><button class="plain">"Sign out"</button></form>
        }
        .into_any(),
        None => view! { <a href="/login">"Sign in"</a><a href="/signup">"Sign up"</a> }.into_any(),
    }
}
