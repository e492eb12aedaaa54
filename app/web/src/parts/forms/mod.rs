//! Parts of forms. Each form posts to a server function, works without script, and comes back with what was typed and
//! with each fault beside its field.

pub mod choice;
pub mod entry;
pub mod field;
pub mod filter;
pub mod password;
pub mod summary;

use frontdesk_domain::idempotency::nonce;
use leptos::prelude::*;

use crate::{
    context::context,
    form::{ACCOUNT_FIELD, FormRoute, NONCE_FIELD, PAGE_FIELD},
};

/// A form that posts to a server function.
#[component]
pub fn Form(
    form: &'static FormRoute,
    #[prop(default = "stack")] class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <form class=class method="post" action=form.url.path() novalidate>
            <HiddenPage/>
            {children()}
        </form>
    }
}

/// Hidden fields: the page that the form is on, for a refused form to come back to; a nonce, by which a form that is
/// sent twice is carried out once; and the account that it is rendered for.
#[component]
pub fn HiddenPage() -> impl IntoView {
    let context = context();
    let account = context.actor.person().map(|person| person.id.to_string());
    view! {
        <input type="hidden" name=PAGE_FIELD value=context.url()/>
        <input type="hidden" name=NONCE_FIELD value=nonce()/>
        {account.map(|id| view! { <input type="hidden" name=ACCOUNT_FIELD value=id/> })}
    }
}

#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}
