//! `GET /api/v1/audit`.

use frontdesk_domain::audit;
use frontdesk_model::{
    Page, Permission, Problem,
    audit::{AuditQuery, Event},
};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("audit.list", "/audit", list)
        .about(
            "List audit events",
            "A page of the audit trail, the newest first. Filters are combined. Nothing in it can be changed or \
             taken out, so what a page shows stays true.",
        )
        .needs(Permission::AUDIT_READ)
        .notes(&["Events hold names, e-mail addresses and IP addresses: personal data."])
}

async fn list(call: Call, query: AuditQuery) -> Result<Page<Event>, Problem> {
    Ok(audit::list(&call, &query).await?)
}
