//! `/docs/problems` and `/docs/problems/{code}`: the pages that the `type` of a problem leads to.

use frontdesk_model::{Code as Name, Problem, urls};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::prose::{Code, prose, refusals};
use crate::{
    context::context,
    parts::layout::{
        Width,
        page::{page, titled_page},
    },
    reference::{ProblemType as Type, Reference},
};

#[component]
pub fn Problems() -> impl IntoView {
    page("Problems", Width::Wide, async {
        let mut all: Vec<_> = context().reference.problems.iter().map(|problem| problem.refusal).collect();
        all.sort_by_key(|refusal| refusal.status);
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::DOCS.path()>"API"</a></li>
                <li aria-current="page">"Problems"</li>
            </ol></nav>
            <h1>"Problems"</h1>
            <p>
                "Every refusal of the API is one of these, in the form of RFC 9457. Programs look at the name, which \
                 stays; the words are for people."
            </p>
            {refusals(&all)}
        })
    })
}

#[component]
pub fn ProblemType() -> impl IntoView {
    let code = use_params_map().with_untracked(|params| params.get("code")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        let reference: &Reference = &context.reference;
        let problem = reference.problems.iter().find(|problem| problem.refusal.code.as_str() == code);
        let problem = problem.ok_or_else(|| Problem::new(Name::NotFound))?;
        let code = problem.refusal.code;
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::DOCS.path()>"API"</a></li>
                <li><a href=urls::DOCS_PROBLEMS.path()>"Problems"</a></li>
                <li aria-current="page"><code>{code.as_str()}</code></li>
            </ol></nav>
            <h1>{code.title()}</h1>
            <p>{prose(reference, code.about())}</p>
            <dl class="facts">
                <div><dt>"Name"</dt><dd><code>{code.as_str()}</code></dd></div>
                <div><dt>"Status"</dt><dd>{problem.refusal.status}</dd></div>
            </dl>
            <section class="stack">
                <h2>"How it looks"</h2>
                <Code text=problem.example.clone()/>
            </section>
            {operations(problem)}
        };
        Ok((code.title().to_owned(), content))
    })
}

/// The operations that answer with this problem.
fn operations(problem: &Type) -> impl IntoView + use<> {
    let links: Vec<_> = problem
        .operations
        .iter()
        .map(|(id, summary)| view! { <li><a href=urls::DOCS_API.fragment(id)>{*summary}</a>" "<code class="small">{*id}</code></li> })
        .collect();
    let list = if links.is_empty() {
        view! { <p>"None by itself: it is answered before one is reached, or by pages and their forms."</p> }
            .into_any()
    } else {
        view! { <ul class="points">{links}</ul> }.into_any()
    };
    view! { <section class="stack"><h2>"Operations that answer it"</h2>{list}</section> }
}
