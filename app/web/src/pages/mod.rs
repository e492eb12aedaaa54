//! One file a page: the component, and the server functions that its forms post to. A page is
//! found by its URL: `/admin/users` is `pages/admin/users.rs`.

/// The page that a form is on, by the path that the form is posted to. That path is in the address
/// bar after a refusal, and so in reloads and bookmarks: whoever opens it is led to the page.
///
/// What is done to one user, order, job or webhook is done on its page, which the path does not know: it leads to
/// all of them. A test looks every server function up here.
pub fn of_form(action: &str) -> Option<&'static str> {
    Some(match action {
        "/fn/sign_up" => "/signup",
        "/fn/sign_in" => "/login",
        "/fn/set_up" => "/setup",
        "/fn/accept_invite" => "/invite",
        "/fn/change_password" => "/account/password",
        "/fn/end_session" | "/fn/end_other_sessions" | "/fn/create_token" | "/fn/revoke_token" => {
            "/account/security"
        }
        "/fn/pay_order" | "/fn/cancel_payment" | "/fn/confirm_sandbox" => "/account/orders",
        "/fn/place_order" => "/admin/orders/new",
        "/fn/cancel_order" | "/fn/request_refund" => "/admin/orders",
        "/fn/approve_refund" | "/fn/reject_refund" => "/admin/refunds",
        "/fn/create_user" => "/admin/users/new",
        "/fn/update_user" | "/fn/suspend_user" | "/fn/reinstate_user" | "/fn/remove_user"
        | "/fn/restore_user" | "/fn/grant_role" | "/fn/revoke_role" | "/fn/invite_user" => "/admin/users",
        "/fn/rerun_job" | "/fn/cancel_job" => "/admin/jobs",
        "/fn/create_webhook"
        | "/fn/update_webhook"
        | "/fn/rotate_webhook_secret"
        | "/fn/test_webhook"
        | "/fn/remove_webhook"
        | "/fn/resend_delivery" => "/admin/webhooks",
        _ => return None,
    })
}

pub mod account;
pub mod admin;
pub mod docs;
pub mod home;
pub mod invite;
pub mod login;
pub mod problem;
pub mod sandbox;
pub mod setup;
pub mod signup;
