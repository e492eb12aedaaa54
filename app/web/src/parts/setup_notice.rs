//! The notice of a server that has no owner yet.

use frontdesk_domain::invitations;
use frontdesk_model::Problem;
use leptos::prelude::*;

use crate::context::RequestContext;

/// The notice while the setup is pending; nothing afterwards.
///
/// # Errors
/// Those of the database.
pub async fn setup_notice(context: &RequestContext) -> Result<Option<impl IntoView + use<>>, Problem> {
    let is_pending = invitations::is_setup_pending(context).await?;
    Ok(is_pending.then(|| {
        view! {
            <div class="card stack">
                <p><b>"This Frontdesk has no owner yet."</b></p>
                <p>
                    "To become its owner, open the setup link that the server printed when it started. For a new link, run "
                    <code>"frontdesk admin setup-link"</code>" on the server."
                </p>
            </div>
        }
    }))
}
