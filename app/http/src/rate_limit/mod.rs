//! Rate limits: requests per minute of one client, by the kind of request.
//!
//! Each [`Limit`] is a bucket that holds a minute's worth of requests and fills up evenly: one for each
//! client address, for each person who pays, and, at the API, for each token and person as well. An IPv6
//! client counts by its /64, since it can choose any address in it.
//!
//! Clients on this very machine are not limited: they are its operator. A reverse proxy there that
//! `FRONTDESK_TRUSTED_PROXY` does not name is limited like any other client, with all visitors behind it; the
//! log warns of it.

mod headers;
mod layer;
mod limiter;
#[cfg(test)]
mod tests;

pub use headers::{Exceeded, Standing};
pub use layer::{ChooseLimit, RateLimit, by_address};
pub use limiter::{Caller, Limiter};

/// A kind of request that is limited. Surfaces choose it for their requests with a [`ChooseLimit`]; the
/// operations of the API declare theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Reading a page.
    Page,
    /// Submitting a form that has no limit of its own.
    Form,
    /// Trying a password.
    SignIn,
    /// Creating an account, or using a link that leads to one.
    SignUp,
    /// Paying, which tries cards.
    Pay,
    /// A read request of the API.
    ApiRead,
    /// A write request of the API.
    ApiWrite,
    /// An event that the payment gateway sends.
    GatewayEvent,
}

impl Limit {
    const ALL: [Self; 8] = [
        Self::Page,
        Self::Form,
        Self::SignIn,
        Self::SignUp,
        Self::Pay,
        Self::ApiRead,
        Self::ApiWrite,
        Self::GatewayEvent,
    ];

    /// The name in the `RateLimit` headers and the API document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Form => "form",
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Pay => "pay",
            Self::ApiRead => "api-read",
            Self::ApiWrite => "api-write",
            Self::GatewayEvent => "notice",
        }
    }
}

/// Requests per minute and client for each [`Limit`]; 0 is no limit.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub page: u32,
    pub form: u32,
    pub sign_in: u32,
    pub sign_up: u32,
    pub pay: u32,
    pub api_read: u32,
    pub api_write: u32,
    pub gateway_event: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            page: 1_200,
            form: 120,
            sign_in: 30,
            sign_up: 20,
            pay: 20,
            api_read: 1_200,
            api_write: 300,
            gateway_event: 600,
        }
    }
}

impl Rates {
    pub const fn of(self, limit: Limit) -> u32 {
        match limit {
            Limit::Page => self.page,
            Limit::Form => self.form,
            Limit::SignIn => self.sign_in,
            Limit::SignUp => self.sign_up,
            Limit::Pay => self.pay,
            Limit::ApiRead => self.api_read,
            Limit::ApiWrite => self.api_write,
            Limit::GatewayEvent => self.gateway_event,
        }
    }
}
