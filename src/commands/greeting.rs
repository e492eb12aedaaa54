//! The last lines in the terminal after a start: the address of the server and, while there is no owner, the
//! link to become one.

use frontdesk::config::Config;
use frontdesk_domain::{
    Domain,
    gateway::payments_are_off,
    invitations::{self, FirstLink},
    processing::is_public_sandbox,
};
use frontdesk_http::BaseUrl;
use frontdesk_model::{Secret, urls};

use super::Error;

/// The line above and below the greeting.
const FRAME: &str = "────────────────────────────────────────────────────────────────────────";

/// Returns the greeting, and logs the facts that an operator should know.
///
/// # Errors
/// Those of the database.
pub async fn greeting(domain: &Domain, config: &Config) -> Result<String, Error> {
    let base_url = config.base_url();
    let payments = payments(domain);
    if !base_url.is_https() && !base_url.is_loopback() {
        tracing::warn!(%base_url, "browsers reach this server without HTTPS: passwords can be read on their way");
    }
    let mut parts = vec![format!("Frontdesk is ready at {base_url}")];
    if base_url.is_loopback() && !config.network.listen.ip().is_loopback() {
        tracing::warn!(
            listen = %config.network.listen,
            %base_url,
            "other machines can connect, but only this one knows the server by its base URL: set --base-url"
        );
        parts.push(format!(
            "That address works on this machine only. For other machines, start it with the address\n\
             that their browsers will use: --base-url http://NAME:{}, or https:// behind a proxy.",
            config.network.listen.port()
        ));
    }
    parts.extend(payments.map(ToOwned::to_owned));
    match invitations::first_link(domain).await? {
        FirstLink::NotNeeded => {}
        FirstLink::New(token) => parts.push(setup_link(&base_url, &token)),
        FirstLink::Earlier { expires_at } => parts.push(format!(
            "It has no owner yet. The setup link that was printed before works until {}.\n\
             For a new one, run `frontdesk admin setup-link`.",
            expires_at.exact()
        )),
    }
    Ok(format!("\n{FRAME}\n{}\n{FRAME}", parts.join("\n\n")))
}

/// Logs the payment gateway. Returns the message about it, if it is not one that moves money or a server for
/// development.
pub fn payments(domain: &Domain) -> Option<&'static str> {
    let gateway = domain.gateway.name();
    if payments_are_off(domain) {
        tracing::warn!("payments are off: no payment gateway is configured");
        Some(
            "Payments are off: orders can be placed, but not paid. To take payments, start it with\n\
             --stripe-key-file FILE; to try it with test payments, with --sandbox.",
        )
    } else if is_public_sandbox(domain) {
        tracing::warn!(gateway, "payments are tests: no money moves");
        Some("Payments go to the sandbox: they are tests, and no money moves.")
    } else {
        tracing::info!(gateway, "payment gateway");
        None
    }
}

/// The message with a new setup link.
pub fn setup_link(base_url: &BaseUrl, token: &Secret) -> String {
    let url = urls::SET_UP.query(&[("token", token.expose())]);
    format!(
        "It has no owner yet. Open this link within a day to become the owner:\n\n    \
         {base_url}{url}\n\n\
         For a new link, run `frontdesk admin setup-link`."
    )
}
