//! Rate-limit options.

use clap::Args;

use frontdesk_http::rate_limit::Rates;

const LIMITS: &str = "Limits (of one client: requests a minute, 0 for no limit)";

/// Rate-limit options: requests per minute, 0 for no limit.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// Reading pages
    #[arg(long, env = "FRONTDESK_LIMIT_PAGE", value_name = "NUMBER", default_value_t = 1_200)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_page: u32,

    /// Posting forms
    #[arg(long, env = "FRONTDESK_LIMIT_FORM", value_name = "NUMBER", default_value_t = 120)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_form: u32,

    /// Signing in
    #[arg(long, env = "FRONTDESK_LIMIT_SIGN_IN", value_name = "NUMBER", default_value_t = 30)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_sign_in: u32,

    /// Signing up
    #[arg(long, env = "FRONTDESK_LIMIT_SIGN_UP", value_name = "NUMBER", default_value_t = 20)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_sign_up: u32,

    /// Paying, by one person
    #[arg(long, env = "FRONTDESK_LIMIT_PAY", value_name = "NUMBER", default_value_t = 20)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_pay: u32,

    /// Reading by the API; also for each token and each person
    #[arg(long, env = "FRONTDESK_LIMIT_API_READ", value_name = "NUMBER", default_value_t = 1_200)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_api_read: u32,

    /// Changing something by the API; also for each token and each person
    #[arg(long, env = "FRONTDESK_LIMIT_API_WRITE", value_name = "NUMBER", default_value_t = 300)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_api_write: u32,

    /// Notices of the payment gateway
    #[arg(long, env = "FRONTDESK_LIMIT_NOTICE", value_name = "NUMBER", default_value_t = 600)]
    #[arg(global = true, help_heading = LIMITS)]
    pub limit_notice: u32,
}

impl Limits {
    /// Converts to the rates of the layers.
    pub fn rates(&self) -> Rates {
        Rates {
            page: self.limit_page,
            form: self.limit_form,
            sign_in: self.limit_sign_in,
            sign_up: self.limit_sign_up,
            pay: self.limit_pay,
            api_read: self.limit_api_read,
            api_write: self.limit_api_write,
            gateway_event: self.limit_notice,
        }
    }
}
