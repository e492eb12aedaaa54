//! The frame of every page: skip link, header, navigation, flash, main, footer.

pub mod page;
pub mod problem;

use frontdesk_model::urls;
use leptos::prelude::*;

use super::forms::{HiddenPage, summary::Summary};
use crate::{
    context::{RequestContext, context},
    feature::NavigationEntry,
};

/// Width of the page's column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    #[default]
    Wide,
    /// For forms, messages and errors.
    Narrow,
}

#[component]
pub fn Layout(width: Width, children: Children) -> impl IntoView {
    let context = context();
    let main = match width {
        Width::Wide => "wrap",
        Width::Narrow => "wrap narrow",
    };
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <header class="top">
            <div class="wrap">
                <a class="brand" href=urls::HOME.path()><Mark/>"Frontdesk"</a>
                {navigation(&context)}
                <div class="me">{account(&context)}</div>
            </div>
        </header>
        <main id="main" class=main tabindex="-1">
            <div role="status">{context.flash.map(|flash| view! { <p class="flash">{flash.text}</p> })}</div>
            <Summary/>
            {children()}
        </main>
        <footer class="foot"><div class="wrap"><span>"Frontdesk"</span><a href=urls::DOCS.path()>"API"</a></div></footer>
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

/// The main navigation, as a context that the document provides.
#[derive(Clone, Copy)]
pub struct Navigation(pub &'static [&'static NavigationEntry]);

/// The entries that this actor may see.
fn navigation(context: &RequestContext) -> Option<impl IntoView + use<>> {
    let Navigation(entries) = use_context()?;
    let is_shown = |entry: &&&NavigationEntry| match entry.permission {
        Some(permission) => context.may(permission),
        None => context.actor.person().is_some(),
    };
    let links: Vec<_> = entries
        .iter()
        .filter(is_shown)
        .map(|entry| {
            let href = entry.url.path();
            let below = entry.url != urls::OVERVIEW && context.path.starts_with(href);
            let current = if context.path == href { Some("page") } else { below.then_some("true") };
            view! { <li><a href=href aria-current=current>{entry.label}</a></li> }
        })
        .collect();
    (!links.is_empty()).then(|| view! { <nav class="places" aria-label="Main"><ul>{links}</ul></nav> })
}

/// The account of who is signed in, or the ways to sign in and up.
fn account(context: &RequestContext) -> AnyView {
    match context.actor.person() {
        Some(person) => view! {
            <a href=urls::ACCOUNT.path()>{person.name.clone()}</a>
            <form method="post" action=urls::forms::SIGN_OUT.path()><HiddenPage/><button class="plain">"Sign out"</button></form>
        }
        .into_any(),
        None => view! { <a href=urls::LOGIN.path()>"Sign in"</a><a href=urls::SIGN_UP.path()>"Sign up"</a> }.into_any(),
    }
}
