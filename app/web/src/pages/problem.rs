//! Pages that stand for problems.

use frontdesk_model::{Code, Problem};
use leptos::prelude::*;

use crate::parts::layout::{
    Layout, Width,
    page::{PageTitle, page, set_status},
    problem::problem_view,
};

/// The page for a path that does not exist.
pub fn not_found() -> impl IntoView {
    page::<()>("", Width::Narrow, async { Err(Problem::new(Code::NotFound)) })
}

/// A problem of the layers before the pages, in place of the page.
pub fn whole_page(problem: Problem) -> impl IntoView {
    set_status(problem.status);
    view! {
        <PageTitle text=problem.title.to_string()/>
        <Layout width=Width::Narrow>{problem_view(&problem).into_any()}</Layout>
    }
}
