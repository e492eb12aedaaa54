//! `/docs/api`: the reference. One page, so that a browser's search finds everything and it can be
//! printed; and a search of its own, which needs no script.

use frontdesk_model::{search::Search, urls};
use leptos::{prelude::*, tachys::html::InertElement};
use serde::Deserialize;

use super::{
    basics::{Subject, subjects},
    operation,
};
use crate::{
    context::context,
    input,
    parts::layout::{Width, page::page},
    reference::{Group, Reference, Section},
};

/// The query of the reference.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    q: Option<Search>,
}

#[component]
pub fn Api() -> impl IntoView {
    page("API reference", Width::Wide, async {
        let context = context();
        let asked: Asked = input::query(&context.query)?;
        let search = asked.q.as_ref().map(Search::as_str).unwrap_or_default();
        let reference: &Reference = &context.reference;
        let found = find(reference, search);
        let parts = if search.is_empty() { subjects(reference) } else { Vec::new() };
        let head = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::DOCS.path()>"API"</a></li>
                <li aria-current="page">"Reference"</li>
            </ol></nav>
            <h1>"API reference"</h1>
            {form(search)}
        };
        let body = if found.is_empty() {
            view! {
                <div class="empty">
                    <h2>"Nothing here"</h2>
                    <p>"No operation has all of these words in what it is called, does or takes."</p>
                    <a class="button" href=urls::DOCS_API.path()>"Show everything"</a>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="docs">
                    {contents(&parts, &found)}
                    <div class="sections">{count(reference, &found, search)}{basics(reference, parts)}{groups(reference, &found)}</div>
                </div>
            }
            .into_any()
        };
        Ok(view! { {head}{body} })
    })
}

/// The operations that have all words of the search, with the noun they belong to.
type Found<'a> = Vec<(&'a Group, Vec<&'a Section>)>;

fn find<'a>(reference: &'a Reference, search: &str) -> Found<'a> {
    let all = reference.groups.iter().map(|group| {
        (group, group.sections.iter().filter(|section| section.matches(search)).collect::<Vec<_>>())
    });
    all.filter(|(_, sections)| !sections.is_empty()).collect()
}

fn form(search: &str) -> impl IntoView + use<> {
    let clear = (!search.is_empty()).then(|| view! { <a href=urls::DOCS_API.path()>"Clear"</a> });
    view! {
        <form class="filters" method="get" action=urls::DOCS_API.path() role="search" aria-label="Search the operations">
            <div class="field wide">
                <label for="q">"Search the operations"</label>
                <input id="q" name="q" type="search" maxlength="100" autocomplete="off" value=search.to_owned()/>
            </div>
            <div class="buttons"><button>"Search"</button>{clear}</div>
        </form>
    }
}

fn count(reference: &Reference, found: &Found<'_>, search: &str) -> Option<impl IntoView + use<>> {
    let (some, all) =
        (found.iter().map(|(_, sections)| sections.len()).sum::<usize>(), reference.sections().count());
    (!search.is_empty()).then(|| view! { <p class="muted">{format!("{some} of {all} operations")}</p> })
}

fn contents(parts: &[Subject], found: &Found<'_>) -> impl IntoView + use<> {
    let parts: Vec<_> = parts.iter().map(|part| (part.id, part.title)).collect();
    let parts = (!parts.is_empty()).then(|| entries("basics", "Basics".to_owned(), &parts));
    let groups: Vec<_> = found
        .iter()
        .map(|(group, sections)| {
            let of: Vec<_> =
                sections.iter().map(|section| (section.operation.id, section.operation.summary)).collect();
            entries(group.noun, title(group), &of)
        })
        .collect();
    view! { <nav class="contents" aria-label="Contents"><ul>{parts}{groups}</ul></nav> }
}

fn entries(id: &str, title: String, of: &[(&'static str, &'static str)]) -> impl IntoView + use<> {
    let link = |(id, title): &(&'static str, &'static str)| {
        view! { <li><a href=format!("#{id}")>{*title}</a></li> }
    };
    let of: Vec<_> = of.iter().map(link).collect();
    view! { <li><a href=format!("#{id}")>{title}</a><ul>{of}</ul></li> }
}

fn basics(reference: &Reference, parts: Vec<Subject>) -> Option<impl IntoView + use<>> {
    let is_shown = !parts.is_empty();
    let parts: Vec<_> = parts.into_iter().map(|part| part.view(reference)).collect();
    is_shown.then(|| {
        view! {
            <h2 id="basics">"Basics"</h2>
            <p>"The same, described for programs in OpenAPI 3.1: "<a href=urls::API_DOCUMENT.path()>"openapi.json"</a>"."</p>
            {parts}
        }
    })
}

fn groups(reference: &Reference, found: &Found<'_>) -> Vec<impl IntoView + use<>> {
    let group = |(group, sections): &(&Group, Vec<&Section>)| {
        let html: String = sections.iter().map(|section| operation::html(reference, section)).collect();
        view! { <h2 id=group.noun>{title(group)}</h2>{InertElement::new(html)} }
    };
    found.iter().map(group).collect()
}

/// The noun, as a heading.
fn title(group: &Group) -> String {
    let mut letters = group.noun.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
