//! `/account`: one's own account.

use frontdesk_domain::actor::Denied;
use frontdesk_model::urls;
use leptos::prelude::*;

use crate::{
    context::context,
    feature::{Feature, NavigationEntry},
    pages::authentication::login::SIGN_OUT,
    parts::{
        forms::Form,
        layout::{Width, page::page},
        words::Moment,
    },
};

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "account",
    pages: &[urls::ACCOUNT.path()],
    forms: &[],
    navigation: &[NavigationEntry { url: urls::ACCOUNT_ORDERS, label: "My orders", permission: None }],
    flashes: &[],
};

#[component]
pub fn Account() -> impl IntoView {
    page("Your account", Width::Wide, async {
        let me = context().actor.person().ok_or(Denied::Anonymous)?.clone();
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
                    <div class="buttons"><a class="button" href=urls::ACCOUNT_ORDERS.path()>"Your orders"</a></div>
                </section>
                <section class="card" aria-labelledby="security">
                    <h2 id="security">"Security"</h2>
                    <p>"See where you are signed in, sign other devices out, change your password, and make tokens for programs."</p>
                    <div class="buttons">
                        <a class="button" href=urls::ACCOUNT_SECURITY.path()>"Devices and tokens"</a>
                        <a class="button" href=urls::ACCOUNT_PASSWORD.path()>"Change password"</a>
                    </div>
                    <Form form=SIGN_OUT class=""><button>"Sign out here"</button></Form>
                </section>
            </div>
        })
    })
}
