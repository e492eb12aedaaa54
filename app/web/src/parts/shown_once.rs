//! A secret that is shown in one answer and never again.

use leptos::prelude::*;

#[component]
pub fn ShownOnce(
    title: &'static str,
    secret: String,
    /// Instructions to the reader.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="once">
            <h2 id="once">{title}</h2>
            <p>{children()}</p>
            <code class="secret" tabindex="0">{secret}</code>
            <p class="hint">"One click selects it all."</p>
        </section>
    }
}
