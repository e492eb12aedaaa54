//! `/`: the welcome page.

use frontdesk_model::urls;
use leptos::prelude::*;

use crate::{
    context::context,
    feature::Feature,
    parts::{
        layout::{Width, page::page},
        setup_notice::setup_notice,
    },
};

/// The contribution of this feature to the site.
pub const FEATURE: Feature =
    Feature { name: "home", pages: &[urls::HOME.path()], forms: &[], navigation: &[], flashes: &[] };

#[component]
pub fn Home() -> impl IntoView {
    page("Welcome", Width::Wide, async {
        let context = context();
        let notice = setup_notice(&context).await?;
        let ways = match context.actor.person() {
            Some(_) => view! {
                <a class="button primary" href=urls::ACCOUNT.path()>"Your account"</a>
                {context.may(frontdesk_model::Permission::OVERVIEW_READ)
                    .then(|| view! { <a class="button" href=urls::OVERVIEW.path()>"Manage"</a> })}
            }
            .into_any(),
            None => view! {
                <a class="button primary" href=urls::SIGN_UP.path()>"Sign up"</a>
                <a class="button" href=urls::LOGIN.path()>"Sign in"</a>
            }
            .into_any(),
        };
        Ok(view! {
            <div class="stack hero">
                <h1>"The front desk of your business"</h1>
                <p>
                    "People sign up, sign in and look after their own account here. Your team sees who they are, \
                     helps them, and can always tell what happened."
                </p>
                <div class="buttons">{ways}</div>
                {notice}
            </div>
        })
    })
}
