//! A page: its data, its title, and its answer when the data cannot be loaded.

use frontdesk_model::{Code, Problem, urls};
use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::{prelude::*, tachys::html::InertElement};
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

use super::{Layout, Width, problem::problem_view};
use crate::{context::context, input, parts::words::escaped};

/// Renders a page once `load` is done. The view has no `Suspense`: it waits for nothing else. A problem of the load is
/// the page's answer: `SIGN_IN_REQUIRED` leads to signing in and back, every other problem is shown with its status.
pub fn page<V>(
    title: impl Into<String>,
    width: Width,
    load: impl Future<Output = Result<V, Problem>> + Send + 'static,
) -> impl IntoView
where
    V: IntoView + 'static,
{
    titled_page(width, {
        let title = title.into();
        async move { load.await.map(|view| (title, view)) }
    })
}

/// Renders a page with a title that is part of its data.
pub fn titled_page<V>(
    width: Width,
    load: impl Future<Output = Result<(String, V), Problem>> + Send + 'static,
) -> impl IntoView
where
    V: IntoView + 'static,
{
    Suspend::new(async move {
        match load.await {
            Ok((title, view)) => {
                // Everything has been loaded, so it is rendered in one go: as a part of a stream, every element
                // would allocate strings of its own, in case something follows.
                let content = InertElement::new(view.into_view().to_html());
                let html = view! { <Layout width>{content}</Layout> }.to_html();
                view! {
                    <PageTitle text=title/>
                    {InertElement::new(html)}
                }
                .into_any()
            }
            Err(problem) if problem.error == Code::SignInRequired => {
                let context = context();
                redirect(&sign_in_url(&context.url()));
                let _is_first = context.page_problem.set(problem);
                ().into_any()
            }
            Err(mut problem) => {
                report(&problem);
                problem.instance = Some(&context().actor.origin.request_id)
                    .filter(|id| !id.is_empty())
                    .map(|id| format!("urn:trace:{id}"));
                view! {
                    <PageTitle text=problem.title.to_string()/>
                    <Layout width=Width::Narrow>{problem_view(&problem).into_any()}</Layout>
                }
                .into_any()
            }
        }
    })
}

/// Makes the problem the answer: its status for the page, and all of it for programs. The first problem counts.
pub fn report(problem: &Problem) {
    set_status(problem.status);
    let _is_first = context().page_problem.set(problem.clone());
}

/// The title of the document.
#[component]
pub fn PageTitle(text: String) -> impl IntoView {
    view! { <Title text=format!("{} · Frontdesk", escaped(&text))/> }
}

/// The URL of the sign-in page, which leads back to `next`.
pub fn sign_in_url(next: &str) -> String {
    urls::LOGIN.with_query(&input::with("", &[("next", next)]))
}

/// Answers with a redirect instead of this page.
pub fn redirect(to: &str) {
    if let Ok(location) = HeaderValue::from_str(to) {
        set_header(header::LOCATION, location);
        set_status(StatusCode::SEE_OTHER.as_u16());
    }
}

pub fn set_status(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

pub fn set_header(name: HeaderName, value: HeaderValue) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.insert_header(name, value);
    }
}
