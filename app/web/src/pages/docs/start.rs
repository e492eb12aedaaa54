//! `/docs`: first steps.

use frontdesk_model::urls;
use leptos::prelude::*;

use super::prose::{Code, prose};
use crate::{
    context::context,
    parts::layout::{Width, page::page},
    reference::Reference,
};

#[component]
pub fn Start() -> impl IntoView {
    page("API", Width::Wide, async {
        let context = context();
        let reference = &*context.reference;
        let places = [
            (
                urls::DOCS_API.path(),
                "Reference",
                "Every operation: what it is for, how to call it, what it guarantees and refuses.",
            ),
            (
                urls::DOCS_PROBLEMS.path(),
                "Problems",
                "Every refusal by its name: when it happens, and what to do.",
            ),
            (urls::API_DOCUMENT.path(), "OpenAPI", "The same for programs: a document in OpenAPI 3.1."),
        ];
        let places: Vec<_> = places
            .into_iter()
            .map(|(href, name, about)| view! { <li class="card"><h2><a href=href>{name}</a></h2><p>{about}</p></li> })
            .collect();
        Ok(view! {
            <h1>"API"</h1>
            <p>
                "What people do on these pages, programs do by REST: with a token instead of a password, under the same \
                 rules, and written to the same audit trail."
            </p>
            <ul class="stats">{places}</ul>
            <section class="stack">
                <h2>"From nothing to a created user"</h2>
                {steps(reference)}
            </section>
        })
    })
}

/// The first calls, one after the other.
fn steps(reference: &Reference) -> Vec<impl IntoView + use<>> {
    let call = |id: &str| {
        let found = reference.sections().find(|section| section.operation.id == id);
        found.map(|section| section.operation.curl.clone()).unwrap_or_default()
    };
    let token = "export FRONTDESK_TOKEN=$(frontdesk token create --name first-steps \\\n  \
                 --permission users:read --permission users:create)";
    let steps = [
        ("On the server, make a token. It is shown this once.", token.to_owned()),
        ("See who you are, and what you may do (`meta.me`).", call("meta.me")),
        (
            "Create somebody (`users.create`). Sent again with the same key, it is the same user: in a program, keep \
             the key until there is an answer.",
            call("users.create"),
        ),
        ("And find them in the list (`users.list`).", call("users.list")),
    ];
    let step = |(about, text): (&str, String)| view! { <p>{prose(reference, about)}</p><Code text/> };
    steps.into_iter().map(step).collect()
}
