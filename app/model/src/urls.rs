//! Every path of the site: pages, forms, and what they link to. Production code writes no path anywhere else, but
//! for the route table of the pages, which a test compares with this list.

use std::{fmt::Display, marker::PhantomData};

use crate::{Code, DeliveryId, JobId, OrderId, PaymentId, RefundId, UserId, WebhookId};

/// A fixed path that is read: a page or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Url(&'static str);

impl Url {
    pub const fn path(self) -> &'static str {
        self.0
    }

    /// The path with a query string made of these parameters.
    pub fn query(self, parameters: &[(&str, &str)]) -> String {
        let mut url = format!("{}?", self.0);
        for (index, (name, value)) in parameters.iter().enumerate() {
            if index > 0 {
                url.push('&');
            }
            url.push_str(name);
            url.push('=');
            encode(value, &mut url);
        }
        url
    }

    /// The path with a query string that is encoded already.
    pub fn with_query(self, encoded: &str) -> String {
        format!("{}?{encoded}", self.0)
    }

    /// An element of the page.
    pub fn fragment(self, id: &str) -> String {
        format!("{}#{id}", self.0)
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.0.to_owned()
    }
}

/// A path with one parameter between braces, such as `/admin/users/{id}`.
#[derive(Debug, PartialEq, Eq)]
pub struct UrlOf<T> {
    template: &'static str,
    parameter: PhantomData<fn(T)>,
}

impl<T> Clone for UrlOf<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for UrlOf<T> {}

impl<T: Display> UrlOf<T> {
    const fn new(template: &'static str) -> Self {
        Self { template, parameter: PhantomData }
    }

    /// The path as routers write it, with its parameter between braces.
    pub const fn template(self) -> &'static str {
        self.template
    }

    /// The path of one of them.
    pub fn of(self, parameter: T) -> String {
        let (before, rest) = self.template.split_once('{').unwrap_or((self.template, ""));
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        format!("{before}{parameter}{after}")
    }
}

/// A path that forms post to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FormUrl(&'static str);

impl FormUrl {
    pub const fn path(self) -> &'static str {
        self.0
    }
}

/// Writes a value of a query string as `application/x-www-form-urlencoded`.
fn encode(value: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                into.push(char::from(byte))
            }
            b' ' => into.push('+'),
            other => {
                into.push('%');
                into.push(char::from(HEX[usize::from(other >> 4)]));
                into.push(char::from(HEX[usize::from(other & 15)]));
            }
        }
    }
}

/// Returns the text if it is a path on this site. Rejects `//host`, `/\host`, schemes and control
/// characters, so that a link cannot use our forms to redirect to another site.
pub fn local_path(text: &str) -> Option<&str> {
    let sound = text.len() <= 2_000
        && text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.bytes().all(|b| b.is_ascii_graphic());
    sound.then_some(text)
}

// Pages for everyone.
pub const HOME: Url = Url("/");
pub const SIGN_UP: Url = Url("/signup");
pub const LOGIN: Url = Url("/login");
pub const SET_UP: Url = Url("/setup");
pub const INVITE: Url = Url("/invite");
pub const DOCS: Url = Url("/docs");
pub const DOCS_API: Url = Url("/docs/api");
pub const DOCS_PROBLEMS: Url = Url("/docs/problems");
pub const DOCS_PROBLEM: UrlOf<Code> = UrlOf::new("/docs/problems/{code}");

// Pages of one's own account.
pub const ACCOUNT: Url = Url("/account");
pub const ACCOUNT_PASSWORD: Url = Url("/account/password");
pub const ACCOUNT_SECURITY: Url = Url("/account/security");
pub const ACCOUNT_ORDERS: Url = Url("/account/orders");
pub const ACCOUNT_ORDER: UrlOf<OrderId> = UrlOf::new("/account/orders/{id}");
pub const ACCOUNT_RECEIPT: UrlOf<OrderId> = UrlOf::new("/account/orders/{id}/receipt");
/// Stands for the page of a bank while the gateway is the sandbox.
pub const SANDBOX_PAYMENT: UrlOf<PaymentId> = UrlOf::new("/sandbox/payments/{id}");

// Management pages.
pub const OVERVIEW: Url = Url("/admin");
pub const USERS: Url = Url("/admin/users");
pub const NEW_USER: Url = Url("/admin/users/new");
pub const USER: UrlOf<UserId> = UrlOf::new("/admin/users/{id}");
pub const ORDERS: Url = Url("/admin/orders");
pub const ORDERS_CSV: Url = Url("/admin/orders.csv");
pub const NEW_ORDER: Url = Url("/admin/orders/new");
pub const ORDER: UrlOf<OrderId> = UrlOf::new("/admin/orders/{id}");
pub const PAYMENTS: Url = Url("/admin/payments");
pub const PAYMENT: UrlOf<PaymentId> = UrlOf::new("/admin/payments/{id}");
pub const REFUNDS: Url = Url("/admin/refunds");
pub const REFUND: UrlOf<RefundId> = UrlOf::new("/admin/refunds/{id}");
pub const TOKENS: Url = Url("/admin/tokens");
pub const AUDIT: Url = Url("/admin/audit");
pub const JOBS: Url = Url("/admin/jobs");
pub const JOB: UrlOf<JobId> = UrlOf::new("/admin/jobs/{id}");
pub const WEBHOOKS: Url = Url("/admin/webhooks");
pub const WEBHOOK: UrlOf<WebhookId> = UrlOf::new("/admin/webhooks/{id}");
pub const DELIVERY: UrlOf<DeliveryId> = UrlOf::new("/admin/webhooks/deliveries/{id}");

// Beside the pages.
pub const FAVICON: Url = Url("/favicon.svg");
pub const API: Url = Url("/api");
pub const API_V1: Url = Url("/api/v1");
pub const API_DOCUMENT: Url = Url("/api/v1/openapi.json");
pub const STRIPE_EVENTS: Url = Url("/hooks/stripe");
pub const HEALTH_LIVE: Url = Url("/health/live");
pub const HEALTH_READY: Url = Url("/health/ready");
pub const METRICS: Url = Url("/metrics");

/// Paths that forms post to.
pub mod forms {
    use super::FormUrl;

    /// The prefix of all forms but that which signs out.
    pub const PREFIX: &str = "/fn/";
    /// The route of all of them.
    pub const ROUTE: &str = "/fn/{name}";

    pub const SIGN_UP: FormUrl = FormUrl("/fn/sign_up");
    pub const SIGN_IN: FormUrl = FormUrl("/fn/sign_in");
    pub const SIGN_OUT: FormUrl = FormUrl("/logout");
    pub const SET_UP: FormUrl = FormUrl("/fn/set_up");
    pub const ACCEPT_INVITE: FormUrl = FormUrl("/fn/accept_invite");
    pub const CHANGE_PASSWORD: FormUrl = FormUrl("/fn/change_password");
    pub const END_SESSION: FormUrl = FormUrl("/fn/end_session");
    pub const END_OTHER_SESSIONS: FormUrl = FormUrl("/fn/end_other_sessions");
    pub const CREATE_TOKEN: FormUrl = FormUrl("/fn/create_token");
    pub const REVOKE_TOKEN: FormUrl = FormUrl("/fn/revoke_token");
    pub const CREATE_USER: FormUrl = FormUrl("/fn/create_user");
    pub const UPDATE_USER: FormUrl = FormUrl("/fn/update_user");
    pub const SUSPEND_USER: FormUrl = FormUrl("/fn/suspend_user");
    pub const REINSTATE_USER: FormUrl = FormUrl("/fn/reinstate_user");
    pub const REMOVE_USER: FormUrl = FormUrl("/fn/remove_user");
    pub const RESTORE_USER: FormUrl = FormUrl("/fn/restore_user");
    pub const INVITE_USER: FormUrl = FormUrl("/fn/invite_user");
    pub const GRANT_ROLE: FormUrl = FormUrl("/fn/grant_role");
    pub const REVOKE_ROLE: FormUrl = FormUrl("/fn/revoke_role");
    pub const PLACE_ORDER: FormUrl = FormUrl("/fn/place_order");
    pub const CANCEL_ORDER: FormUrl = FormUrl("/fn/cancel_order");
    pub const PAY_ORDER: FormUrl = FormUrl("/fn/pay_order");
    pub const CANCEL_PAYMENT: FormUrl = FormUrl("/fn/cancel_payment");
    pub const CONFIRM_SANDBOX: FormUrl = FormUrl("/fn/confirm_sandbox");
    pub const REQUEST_REFUND: FormUrl = FormUrl("/fn/request_refund");
    pub const APPROVE_REFUND: FormUrl = FormUrl("/fn/approve_refund");
    pub const REJECT_REFUND: FormUrl = FormUrl("/fn/reject_refund");
    pub const RERUN_JOB: FormUrl = FormUrl("/fn/rerun_job");
    pub const CANCEL_JOB: FormUrl = FormUrl("/fn/cancel_job");
    pub const CREATE_WEBHOOK: FormUrl = FormUrl("/fn/create_webhook");
    pub const UPDATE_WEBHOOK: FormUrl = FormUrl("/fn/update_webhook");
    pub const ROTATE_WEBHOOK_SECRET: FormUrl = FormUrl("/fn/rotate_webhook_secret");
    pub const TEST_WEBHOOK: FormUrl = FormUrl("/fn/test_webhook");
    pub const REMOVE_WEBHOOK: FormUrl = FormUrl("/fn/remove_webhook");
    pub const REPLAY_WEBHOOK: FormUrl = FormUrl("/fn/replay_webhook");
    pub const RESEND_DELIVERY: FormUrl = FormUrl("/fn/resend_delivery");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_takes_the_place_of_its_name() {
        let id = OrderId(uuid::Uuid::nil());
        assert_eq!(ACCOUNT_RECEIPT.of(id), format!("/account/orders/{id}/receipt"));
        assert_eq!(ORDER.of(id), format!("/admin/orders/{id}"));
        assert_eq!(DOCS_PROBLEM.of(Code::NotFound), "/docs/problems/NOT_FOUND");
    }

    #[test]
    fn a_query_is_encoded() {
        assert_eq!(USERS.query(&[("status", "suspended")]), "/admin/users?status=suspended");
        assert_eq!(
            LOGIN.query(&[("next", "/a?b=c d&é"), ("x", "*-._~")]),
            "/login?next=%2Fa%3Fb%3Dc+d%26%C3%A9&x=*-._%7E"
        );
    }
}
