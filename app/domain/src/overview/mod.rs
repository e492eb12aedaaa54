//! The overview of the management pages: what needs attention, and recent activity.

use frontdesk_model::{
    Permission, Problem, Timestamp,
    audit::{Action, AuditQuery, Event},
    users::{Status, User},
};

use crate::{
    Context, Feature, audit, jobs, refusals,
    users::{self, Error, SharedAddress, sql},
    webhooks,
};

/// This feature and its lists.
pub const FEATURE: Feature = Feature::new("overview");

/// Contents of the overview.
#[derive(Clone, Debug)]
pub struct Overview {
    /// In the last 24 hours; counts stop at [`Overview::AT_MOST`].
    pub joined: i64,
    /// In the last 24 hours; `None` without `audit:read`.
    pub failed_sign_ins: Option<i64>,
    pub suspended_count: i64,
    pub removed_count: i64,
    /// Accounts with the address of another account, in another spelling.
    pub shared_addresses: Vec<SharedAddress>,
    /// Jobs that failed permanently; `None` without `jobs:read`.
    pub dead_jobs: Option<i64>,
    /// Webhooks with failing deliveries; `None` without `webhooks:read`.
    pub failing_webhooks: Option<i64>,
    /// The latest few.
    pub suspended: Vec<User>,
    /// The latest few events; `None` without `audit:read`.
    pub events: Option<Vec<Event>>,
}

impl Overview {
    /// Counting stops here, so that the page costs the same with any number of users.
    pub const AT_MOST: i64 = 1_000;
}

/// Recent activity, and counts that need attention.
///
/// # Errors
/// [`Error::Denied`] without `overview:read`.
#[tracing::instrument(name = "overview.overview", skip_all)]
pub async fn overview(ctx: &Context) -> Result<Overview, Error> {
    ctx.actor.require(Permission::OVERVIEW_READ)?;
    let (db, at_most) = (&ctx.db, Overview::AT_MOST + 1);
    let yesterday: Timestamp = ctx.clock.now().plus_seconds(-24 * 3600);
    let (failed_sign_ins, events) = if ctx.actor.may(Permission::AUDIT_READ) {
        let query = AuditQuery { limit: frontdesk_model::Limit::new(10), ..AuditQuery::default() };
        let events = audit::list(ctx, &query).await.map_err(|error| Error::Invalid(Problem::from(error)))?;
        let failed = refusals::count_since(ctx, Action::LOGIN_FAILED, yesterday).await?.min(at_most);
        (Some(failed), Some(events.items))
    } else {
        (None, None)
    };
    let dead_jobs = match ctx.actor.may(Permission::JOBS_READ) {
        true => Some(jobs::count_dead(ctx, at_most).await?),
        false => None,
    };
    let failing_webhooks = match ctx.actor.may(Permission::WEBHOOKS_READ) {
        true => Some(webhooks::count_failing(ctx).await?),
        false => None,
    };
    Ok(Overview {
        dead_jobs,
        failing_webhooks,
        joined: sql::count_joined(db, yesterday, at_most).await?,
        failed_sign_ins,
        suspended_count: sql::count_status(db, Status::Suspended, at_most).await?,
        removed_count: sql::count_status(db, Status::Removed, at_most).await?,
        shared_addresses: users::shared_addresses(db, at_most).await?,
        suspended: sql::suspended(db, 5).await?,
        events,
    })
}
