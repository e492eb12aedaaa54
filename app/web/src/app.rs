//! The document, and the route table of the pages. `path!` takes literals only, so the paths stand here once more; a
//! test compares them with the pages that the features declare.

use std::sync::Arc;

use frontdesk_model::urls;
use leptos::{either::Either, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode::Async,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    context::{RequestContext, context},
    island_scripts,
    pages::{
        self, account, audit, authentication, credentials, docs, home, invitations, jobs, orders, overview,
        payments, problem, refunds, sessions, tokens, users, webhooks,
    },
    parts::layout::Navigation,
};

/// The document around every page.
pub fn shell() -> impl IntoView {
    let context = context();
    // A page that is itself an error has nothing to hydrate.
    let islands = context.site.bundle.filter(|_| context.problem.is_none()).map(island_scripts::scripts);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=urls::FAVICON.path() type="image/svg+xml"/>
                <link rel="stylesheet" href=context.site.style nonce=use_nonce()/>
                {islands}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// All pages. A problem that concerns the whole request takes the place of the page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(Navigation(pages::navigation()));
    let problem = use_context::<Arc<RequestContext>>().and_then(|context| context.problem.clone());
    match problem {
        Some(problem) => Either::Left(problem::whole_page(problem)),
        None => Either::Right(view! {
            <Router>
                <FlatRoutes fallback=problem::not_found>
                    <Route path=path!("/") view=home::Home ssr=Async/>
                    <Route path=path!("/signup") view=authentication::signup::SignUp ssr=Async/>
                    <Route path=path!("/login") view=authentication::login::Login ssr=Async/>
                    <Route path=path!("/setup") view=invitations::setup::SetUp ssr=Async/>
                    <Route path=path!("/invite") view=invitations::invite::Invite ssr=Async/>
                    <Route path=path!("/account") view=account::Account ssr=Async/>
                    <Route path=path!("/account/password") view=credentials::password::Password ssr=Async/>
                    <Route path=path!("/account/security") view=sessions::security::Security ssr=Async/>
                    <Route path=path!("/account/orders") view=orders::my_orders::Orders ssr=Async/>
                    <Route path=path!("/account/orders/:id") view=orders::my_order::Order ssr=Async/>
                    <Route path=path!("/account/orders/:id/receipt") view=orders::receipt::Receipt ssr=Async/>
                    <Route path=path!("/sandbox/payments/:id") view=payments::sandbox::Confirm ssr=Async/>
                    <Route path=path!("/admin") view=overview::Overview ssr=Async/>
                    <Route path=path!("/admin/users") view=users::list::Users ssr=Async/>
                    <Route path=path!("/admin/users/new") view=users::new::NewUser ssr=Async/>
                    <Route path=path!("/admin/users/:id") view=users::user::User ssr=Async/>
                    <Route path=path!("/admin/orders") view=orders::list::Orders ssr=Async/>
                    <Route path=path!("/admin/orders/new") view=orders::new::NewOrder ssr=Async/>
                    <Route path=path!("/admin/orders/:id") view=orders::order::Order ssr=Async/>
                    <Route path=path!("/admin/payments") view=payments::list::Payments ssr=Async/>
                    <Route path=path!("/admin/payments/:id") view=payments::payment::Payment ssr=Async/>
                    <Route path=path!("/admin/refunds") view=refunds::list::Refunds ssr=Async/>
                    <Route path=path!("/admin/refunds/:id") view=refunds::refund::Refund ssr=Async/>
                    <Route path=path!("/admin/tokens") view=tokens::list::Tokens ssr=Async/>
                    <Route path=path!("/admin/audit") view=audit::list::Audit ssr=Async/>
                    <Route path=path!("/admin/jobs") view=jobs::list::Jobs ssr=Async/>
                    <Route path=path!("/admin/jobs/:id") view=jobs::job::Job ssr=Async/>
                    <Route path=path!("/admin/webhooks") view=webhooks::list::Webhooks ssr=Async/>
                    <Route path=path!("/admin/webhooks/:id") view=webhooks::webhook::Webhook ssr=Async/>
                    <Route path=path!("/admin/webhooks/deliveries/:id") view=webhooks::delivery::Delivery ssr=Async/>
                    <Route path=path!("/docs") view=docs::start::Start ssr=Async/>
                    <Route path=path!("/docs/api") view=docs::api::Api ssr=Async/>
                    <Route path=path!("/docs/problems") view=docs::problems::Problems ssr=Async/>
                    <Route path=path!("/docs/problems/:code") view=docs::problems::ProblemType ssr=Async/>
                </FlatRoutes>
            </Router>
        }),
    }
}
