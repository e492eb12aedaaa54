//! The document, and every page's route.

use std::sync::Arc;

use leptos::{either::Either, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode::Async,
    components::{Route, Router, Routes},
    path,
};

use crate::{
    pages::{account, admin, docs, home, invite, login, problem, sandbox, setup, signup},
    visit::{Visit, visit},
    wake,
};

/// The document around every page.
pub fn shell() -> impl IntoView {
    let visit = visit();
    // A page that is itself an error has nothing to wake.
    let islands = visit.site.bundle.filter(|_| visit.problem.is_none()).map(wake::scripts);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=visit.site.style nonce=use_nonce()/>
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
    let problem = use_context::<Arc<Visit>>().and_then(|visit| visit.problem.clone());
    match problem {
        Some(problem) => Either::Left(problem::whole_page(problem)),
        None => Either::Right(view! {
            <Router>
                <Routes fallback=problem::not_found>
                    <Route path=path!("/") view=home::Home ssr=Async/>
                    <Route path=path!("/signup") view=signup::SignUp ssr=Async/>
                    <Route path=path!("/login") view=login::Login ssr=Async/>
                    <Route path=path!("/setup") view=setup::SetUp ssr=Async/>
                    <Route path=path!("/invite") view=invite::Invite ssr=Async/>
                    <Route path=path!("/account") view=account::Account ssr=Async/>
                    <Route path=path!("/account/password") view=account::password::Password ssr=Async/>
                    <Route path=path!("/account/security") view=account::security::Security ssr=Async/>
                    <Route path=path!("/account/orders") view=account::orders::Orders ssr=Async/>
                    <Route path=path!("/account/orders/:id") view=account::order::Order ssr=Async/>
                    <Route path=path!("/account/orders/:id/receipt") view=account::receipt::Receipt ssr=Async/>
                    <Route path=path!("/sandbox/payments/:id") view=sandbox::Confirm ssr=Async/>
                    <Route path=path!("/admin") view=admin::overview::Overview ssr=Async/>
                    <Route path=path!("/admin/users") view=admin::users::Users ssr=Async/>
                    <Route path=path!("/admin/users/new") view=admin::new_user::NewUser ssr=Async/>
                    <Route path=path!("/admin/users/:id") view=admin::user::User ssr=Async/>
                    <Route path=path!("/admin/orders") view=admin::orders::Orders ssr=Async/>
                    <Route path=path!("/admin/orders/new") view=admin::new_order::NewOrder ssr=Async/>
                    <Route path=path!("/admin/orders/:id") view=admin::order::Order ssr=Async/>
                    <Route path=path!("/admin/payments") view=admin::payments::Payments ssr=Async/>
                    <Route path=path!("/admin/payments/:id") view=admin::payment::Payment ssr=Async/>
                    <Route path=path!("/admin/refunds") view=admin::refunds::Refunds ssr=Async/>
                    <Route path=path!("/admin/refunds/:id") view=admin::refund::Refund ssr=Async/>
                    <Route path=path!("/admin/tokens") view=admin::tokens::Tokens ssr=Async/>
                    <Route path=path!("/admin/audit") view=admin::audit::Audit ssr=Async/>
                    <Route path=path!("/admin/jobs") view=admin::jobs::Jobs ssr=Async/>
                    <Route path=path!("/admin/jobs/:id") view=admin::job::Job ssr=Async/>
                    <Route path=path!("/docs") view=docs::start::Start ssr=Async/>
                    <Route path=path!("/docs/api") view=docs::api::Api ssr=Async/>
                    <Route path=path!("/docs/problems") view=docs::problems::Problems ssr=Async/>
                    <Route path=path!("/docs/problems/:code") view=docs::problems::ProblemType ssr=Async/>
                    <Route path=path!("/admin/webhooks") view=admin::webhooks::Webhooks ssr=Async/>
                    <Route path=path!("/admin/webhooks/:id") view=admin::webhook::Webhook ssr=Async/>
                    <Route path=path!("/admin/webhooks/deliveries/:id") view=admin::delivery::Delivery ssr=Async/>
                </Routes>
            </Router>
        }),
    }
}
