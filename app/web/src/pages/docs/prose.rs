//! Sentences with code in them.

use frontdesk_model::urls;
use leptos::prelude::*;

use crate::reference::{Reference, Refusal};

/// Text in which code stands between backticks. The name of an operation or a type of problem links
/// to it.
pub fn prose(reference: &Reference, text: &str) -> Vec<AnyView> {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(number, piece)| {
            let piece = piece.to_owned();
            match reference.address(&piece).filter(|_| number % 2 == 1) {
                _ if number % 2 == 0 => piece.into_any(),
                Some(href) => view! { <a href=href><code>{piece}</code></a> }.into_any(),
                None => view! { <code>{piece}</code> }.into_any(),
            }
        })
        .collect()
}

/// Sentences, one under the other.
pub fn list(reference: &Reference, sentences: &[String]) -> impl IntoView + use<> {
    let items: Vec<_> =
        sentences.iter().map(|sentence| view! { <li>{prose(reference, sentence)}</li> }).collect();
    view! { <ul class="points">{items}</ul> }
}

/// Problems, with their statuses and titles, each with a link to its page.
pub fn refusals(refusals: &[Refusal]) -> impl IntoView + use<> {
    let rows: Vec<_> = refusals
        .iter()
        .map(|Refusal { status, code }| {
            let href = urls::DOCS_PROBLEM.of(*code);
            view! {
                <li>
                    <span class="status">{*status}</span>
                    <div><a href=href><code>{code.as_str()}</code></a>" "<span>{code.title()}</span></div>
                </li>
            }
        })
        .collect();
    view! { <ul class="refusals">{rows}</ul> }
}

/// A block of code.
#[component]
pub fn Code(text: String) -> impl IntoView {
    view! { <pre><code>{text}</code></pre> }
}
