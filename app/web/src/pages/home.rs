//! `/`: the door.

use leptos::prelude::*;

use crate::{
    parts::{layout::Width, page::page},
    visit::visit,
};

#[component]
pub fn Home() -> impl IntoView {
    page("Welcome", Width::Wide, async {
        let visit = visit();
        let ways = match visit.actor.person() {
            Some(_) => view! {
                <a class="button primary" href="/account">"Your account"</a>
                {visit.may(frontdesk_model::Permission::OverviewRead)
                    .then(|| view! { <a class="button" href="/admin">"Manage"</a> })}
            }
            .into_any(),
            None => view! {
                <a class="button primary" href="/signup">"Sign up"</a>
                <a class="button" href="/login">"Sign in"</a>
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
            </div>
        })
    })
}
