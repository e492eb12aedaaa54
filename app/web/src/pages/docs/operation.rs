//! One operation: its section of the reference, with the same parts in the same order as all others.

use leptos::prelude::*;

use super::prose::{Code, list, prose, refusals};
use crate::reference::{Operation, Parameter, Reference, Section};

/// The section, as HTML.
pub fn html<'a>(reference: &Reference, section: &'a Section) -> &'a str {
    section.html(|operation| view(reference, operation).into_view().to_html())
}

fn view(reference: &Reference, it: &Operation) -> impl IntoView + use<> {
    let own = (!it.refuses.is_empty()).then(|| refusals(&it.refuses));
    let shared: Vec<_> =
        it.refuses_as_all.iter().map(|refusal| format!("`{}`", refusal.code.as_str())).collect();
    let shared = prose(reference, &format!("As other operations do: {}.", shared.join(", ")));
    view! {
        <section class="operation" id=it.id>
            <h3><a href=format!("#{}", it.id)>{it.summary}</a></h3>
            <p class="call">
                <span class="verb">{it.method.clone()}</span>" "<code>{it.path}</code>" "
                <span class="small">{it.id}</span>
            </p>
            <h4>"What it is for"</h4>
            <p>{prose(reference, it.about)}</p>
            <h4>"Request"</h4>
            <Code text=it.curl.clone()/>
            {parameters(reference, &it.parameters)}
            <h4>"Answer"</h4>
            {answer(it)}
            <h4>"What it guarantees"</h4>
            {list(reference, &it.guarantees)}
            <h4>"What it refuses"</h4>
            {own}
            <p>{shared}</p>
            <h4>"Security notes"</h4>
            {list(reference, &it.notes)}
        </section>
    }
}

fn parameters(reference: &Reference, all: &[Parameter]) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = all
        .iter()
        .map(|it| {
            let need = if it.is_required { ", required" } else { "" };
            let about = (!it.about.is_empty()).then(|| view! { <p>{prose(reference, &it.about)}</p> });
            view! {
                <div>
                    <dt><code>{it.name.clone()}</code>" "<span class="small">{it.place}{need}</span></dt>
                    <dd>{about}<p class="small">{prose(reference, &it.kind)}</p></dd>
                </div>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <dl class="facts">{rows}</dl> })
}

fn answer(it: &Operation) -> impl IntoView + use<> {
    let headers: Vec<_> = it
        .answer
        .headers
        .iter()
        .enumerate()
        .map(|(number, name)| view! { {if number == 0 { " with " } else { ", " }}<code>{*name}</code> })
        .collect();
    let body = it.answer.body.clone().map(|text| view! { <Code text/> });
    view! { <p><b>{it.answer.status}" "{it.answer.reason}</b>{headers}</p>{body} }
}
