//! Payment options: the built-in sandbox, Stripe, or neither.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use frontdesk_domain::{gateway::GatewayChoice, payments::ApprovalAbove};
use frontdesk_http::BaseUrl;
use frontdesk_model::Secret;

use super::{Error, files, secret};
use crate::adapters::stripe::{self, Stripe, Timeouts};

const PAYMENTS: &str = "Payments";

/// Payment options.
#[derive(Args, Clone, Debug)]
pub struct Payments {
    /// As soon as the refunds of a payment come to more than this, in whole units of its currency, the
    /// next waits for somebody else's approval; `never` if none does
    #[arg(long, env = "FRONTDESK_REFUND_APPROVAL_ABOVE", value_name = "AMOUNT", default_value = "1000")]
    #[arg(global = true, help_heading = PAYMENTS, value_parser = approval_above)]
    pub refund_approval_above: ApprovalAbove,

    /// Take test payments with the built-in sandbox, which moves no money
    ///
    /// Without a Stripe key, the sandbox is on by itself where --base-url is http://. With https:// payments
    /// are off unless this option is set.
    #[arg(long, env = "FRONTDESK_SANDBOX", value_parser = clap::builder::FalseyValueParser::new())]
    #[arg(global = true, help_heading = PAYMENTS)]
    pub sandbox: bool,

    /// The secret key of Stripe, which then takes the payments [default: the sandbox with an http://
    /// --base-url, and no payments with https://]
    ///
    /// Flags can be seen by everybody on this machine: give it by the variable or in a file.
    #[arg(long, env = "FRONTDESK_STRIPE_KEY", value_name = "KEY", hide_env_values = true)]
    #[arg(global = true, help_heading = PAYMENTS, conflicts_with = "stripe_key_file")]
    pub stripe_key: Option<Secret>,

    /// A file with the secret key of Stripe in it
    #[arg(long, env = "FRONTDESK_STRIPE_KEY_FILE", value_name = "FILE")]
    #[arg(global = true, help_heading = PAYMENTS)]
    pub stripe_key_file: Option<PathBuf>,

    /// What Stripe signs its notices to /hooks/stripe with; several, separated by commas, while one
    /// replaces another
    #[arg(long, env = "FRONTDESK_STRIPE_WEBHOOK_SECRET", value_name = "SECRETS", hide_env_values = true)]
    #[arg(global = true, help_heading = PAYMENTS, conflicts_with = "stripe_webhook_secret_file")]
    pub stripe_webhook_secret: Option<Secret>,

    /// A file with what Stripe signs its notices with in it
    #[arg(long, env = "FRONTDESK_STRIPE_WEBHOOK_SECRET_FILE", value_name = "FILE")]
    #[arg(global = true, help_heading = PAYMENTS)]
    pub stripe_webhook_secret_file: Option<PathBuf>,

    /// Where Stripe is found; another for those who test with one of their own
    #[arg(long, env = "FRONTDESK_STRIPE_URL", value_name = "URL", default_value = "https://api.stripe.com")]
    #[arg(global = true, help_heading = PAYMENTS)]
    pub stripe_url: BaseUrl,
}

/// Parses a whole number or `never`.
fn approval_above(text: &str) -> Result<ApprovalAbove, std::num::ParseIntError> {
    if text == "never" { Ok(ApprovalAbove(None)) } else { text.parse().map(|it| ApprovalAbove(Some(it))) }
}

impl Payments {
    /// See [`super::Config::warn_of_open_files`].
    pub(super) fn warn_of_open_files(&self) {
        let (key, webhook) = (&self.stripe_key_file, &self.stripe_webhook_secret_file);
        for (file, option) in [(key, "--stripe-key-file"), (webhook, "--stripe-webhook-secret-file")] {
            if let Some(file) = file {
                files::warn_if_open(file, option);
            }
        }
    }

    /// Returns the payment gateway. Without a Stripe key it is the sandbox, which a server with an HTTPS base
    /// URL has only if it is asked for: a business that is open must not seem to be paid.
    ///
    /// # Errors
    /// Invalid keys or secrets, files that cannot be read, or the sandbox beside Stripe.
    pub fn gateway(&self, base_url: &BaseUrl) -> Result<GatewayChoice, Error> {
        let key = secret(self.stripe_key.as_ref(), self.stripe_key_file.as_ref(), "--stripe-key-file")?;
        let webhook_secrets = secret(
            self.stripe_webhook_secret.as_ref(),
            self.stripe_webhook_secret_file.as_ref(),
            "--stripe-webhook-secret-file",
        )?;
        let webhook_secrets: Vec<Secret> = webhook_secrets.map_or_else(Vec::new, |all| {
            all.expose().split(',').map(|secret| Secret::new(secret.trim())).collect()
        });
        if webhook_secrets.iter().any(|secret| secret.expose().is_empty()) {
            return Err(Error::EmptyWebhookSecret);
        }
        let Some(key) = key else {
            // A secret without a key is a mistake in the configuration.
            return match webhook_secrets.is_empty() {
                false => Err(Error::NoStripeKey),
                true if self.sandbox || !base_url.is_https() => Ok(GatewayChoice::Sandbox),
                true => Ok(GatewayChoice::Off),
            };
        };
        if self.sandbox {
            return Err(Error::SandboxAndStripe);
        }
        let (url, timeouts) = (self.stripe_url.clone(), Timeouts::default());
        let stripe = Stripe::new(stripe::Settings { key, webhook_secrets, url, timeouts });
        Ok(GatewayChoice::External(Arc::new(stripe.map_err(Error::StripeKey)?)))
    }
}
