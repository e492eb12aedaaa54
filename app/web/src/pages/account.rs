//! `/account`: what Frontdesk knows of you.

pub mod order;
pub mod orders;
pub mod password;
pub mod receipt;
pub mod security;

use frontdesk_domain::actor::Denied;
use leptos::prelude::*;

use crate::{
    parts::{form::Form, layout::Width, page::page, words::Moment},
    visit::visit,
};

#[component]
pub fn Account() -> impl IntoView {
    page("Your account", Width::Wide, async {
        let me = visit().actor.person().ok_or(Denied::Anonymous)?.clone();
        Ok(view! {
            <h1>"Your account"</h1>
            <div class="beside">
                <section class="card" aria-labelledby="facts">
                    <h2 id="facts">"About you"</h2>
                    <dl class="facts">
                        <div><dt>"Name"</dt><dd>{me.name}</dd></div>
                        <div><dt>"E-mail"</dt><dd>{me.email}</dd></div>
                        <div><dt>"Roles"</dt><dd>{me.roles.to_string()}</dd></div>
                        <div><dt>"Joined"</dt><dd><Moment at=me.joined_at/></dd></div>
                    </dl>
                </section>
                <section class="card" aria-labelledby="orders">
                    <h2 id="orders">"Orders"</h2>
                    <p>"See what was ordered for you, pay it, and find your receipts."</p>
                    <div class="buttons"><a class="button" href="/account/orders">"Your orders"</a></div>
                </section>
                <section class="card" aria-labelledby="security">
                    <h2 id="security">"Security"</h2>
                    <p>"See where you are signed in, sign other devices out, change your password, and make tokens for programs."</p>
                    <div class="buttons">
                        <a class="button" href="/account/security">"Devices and tokens"</a>
                        <a class="button" href="/account/password">"Change password"</a>
                    </div>
                    <Form action="/logout" class=""><button>"Sign out here"</button></Form>
                </section>
            </div>
        })
    })
}
