//! Moments, states and devices in words, and words as HTML.

use frontdesk_model::{Timestamp, users::Status};
use leptos::{prelude::*, tachys::html::InertElement};

use crate::context::context;

/// A moment: words to read, the exact time on hover and for machines. A list shows a hundred of them, so
/// its HTML is written in one go; digits and words of ours need no escaping.
#[component]
pub fn Moment(at: Timestamp) -> impl IntoView {
    let (rfc3339, exact) = at.rfc3339_and_exact();
    let ago = at.ago(context().now);
    InertElement::new(["<time datetime=\"", &rfc3339, "\" title=\"", &exact, "\">", &ago, "</time>"].concat())
}

/// A user's status, as a word that does not need its colour.
#[component]
pub fn StatusPill(status: Status) -> impl IntoView {
    // Views without any variable are written as they stand.
    match status {
        Status::Active => view! { <span class="pill good">"Active"</span> },
        Status::Suspended => view! { <span class="pill warn">"Suspended"</span> },
        Status::Removed => view! { <span class="pill">"Removed"</span> },
    }
}

/// The label of a field of the audit trail or of a form. The trail has fields that earlier versions
/// have written, so an unknown name is shown as it stands.
pub fn field(name: &str) -> String {
    match name {
        "name" => "Name",
        "email" => "E-mail address",
        "url" => "Address",
        "events" => "What it is told",
        "role" => "Role",
        "status" => "Status",
        "devices" => "Devices",
        "kind" => "Kind",
        "owner" => "Owner",
        "permissions" => "Permissions",
        "expires" => "Ends",
        "customer" => "Customer",
        "total" => "Total",
        "amount" => "Amount",
        "refused" => "Refused",
        "first" => "First",
        "last" => "Last",
        "payment" => "Payment",
        "refund" => "Refund",
        "state" => "State",
        "order state" => "State of the order",
        "payment state" => "State of the payment",
        "refund state" => "State of the refund",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// Escapes text for places that Leptos does not escape: `<title>` and `<textarea>`.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// `1 second`, `2 minutes`.
pub fn seconds(seconds: u64) -> String {
    let (count, unit) = if seconds < 120 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The names of the browser and the system in a user agent string.
pub fn device(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "An unknown device".to_owned(),
    }
}

/// A count that was cut off at a limit.
pub fn up_to(count: i64, at_most: i64) -> String {
    if count > at_most { format!("more than {at_most}") } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_ends_no_element() {
        assert_eq!(escaped("</title>&lt;\"'>"), "&lt;/title>&amp;lt;\"'>");
    }

    #[test]
    fn devices_have_names_that_people_recognise() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome on Linux");
        assert_eq!(
            device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"),
            "Safari on iPhone"
        );
        assert_eq!(device(""), "An unknown device");
    }
}
