//! A page: its data, its title, and what happens when the data cannot be had.

use frontdesk_model::{Code, Problem};
use http::{HeaderName, HeaderValue, StatusCode, header};
use leptos::{prelude::*, tachys::html::InertElement};
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

use super::{
    layout::{Layout, Width},
    words::escaped,
};
use crate::{pages::problem::problem_view, visit::visit};

/// Renders a page once `load` is done, which is all that it may wait for: its view has no `Suspense`. A refusal of the load is the page's answer: who is signed
/// out is sent to sign in and comes back; everything else is told with its status.
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

/// The same, for a page whose title is part of its data.
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
                // All there is to wait for has come, so it is rendered in one go: as a part of a
                // stream, every element would take strings of its own, in case something follows.
                let content = InertElement::new(view.into_view().to_html());
                let html = view! { <Layout width>{content}</Layout> }.to_html();
                view! {
                    <PageTitle text=title/>
                    {InertElement::new(html)}
                }
                .into_any()
            }
            Err(problem) if problem.error == Code::SignInRequired => {
                let visit = visit();
                redirect(&sign_in_address(&visit.here()));
                let _told = visit.told.set(problem);
                ().into_any()
            }
            Err(mut problem) => {
                tell(&problem);
                problem.instance = Some(&visit().actor.origin.request_id)
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

/// Makes the problem the answer: its status, and all of it for those who cannot read the page. The
/// first one it is: there is one page.
pub fn tell(problem: &Problem) {
    set_status(problem.status);
    let _told = visit().told.set(problem.clone());
}

/// The title of the document.
#[component]
pub fn PageTitle(text: String) -> impl IntoView {
    view! { <Title text=format!("{} · Frontdesk", escaped(&text))/> }
}

/// Where to sign in and come back from.
pub fn sign_in_address(next: &str) -> String {
    format!("/login?{}", crate::input::with("", &[("next", next)]))
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
