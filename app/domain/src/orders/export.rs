//! Exports orders, in batches: memory does not grow with the number of orders, and other requests are not
//! blocked.
//!
//! An export takes long, so each batch asks again for the right to it: a session or a token that has ended since, or
//! lost the permission, gets no further rows. The audit trail has its beginning and its end. If the process dies
//! in between, the beginning alone says that there was one.

use std::time::Duration;

use frontdesk_model::{
    Limit, Page, Permission, Timestamp,
    audit::Action,
    orders::{OrderSummary, OrdersQuery},
    page::MAX_LIMIT,
};

use super::{Error, list};
use crate::{Context, actor::Denied, audit::Entry, events, sessions};

/// Maximum time of an export: enough for a million orders.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// An export in progress.
pub struct Export {
    ctx: Context,
    query: OrdersQuery,
    next: Next,
    /// Later orders are not exported.
    began: Timestamp,
    rows: u64,
    has_ended: bool,
}

/// The next batch.
enum Next {
    /// It has been read already.
    First(Page<OrderSummary>),
    At(String),
    None,
}

/// Starts an export of all orders that match the query, ignoring its page, and that exist by now.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; as [`list()`].
#[tracing::instrument(name = "orders.export", skip_all)]
pub async fn export(ctx: &Context, query: &OrdersQuery) -> Result<Export, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    let query = OrdersQuery { limit: Limit::new(MAX_LIMIT), cursor: None, ..query.clone() };
    // Before anything is recorded: the filter may be refused.
    let first = list(ctx, &query).await?;
    let began = ctx.clock.now();
    let export =
        Export { ctx: ctx.clone(), query, next: Next::First(first), began, rows: 0, has_ended: false };
    record(ctx, export.entry(Action::ORDERS_EXPORT_STARTED)).await?;
    Ok(export)
}

impl Export {
    /// The next rows; `None` at the end, which is recorded.
    ///
    /// # Errors
    /// [`Error::Denied`] if the right to the export is lost; [`Error::TooLong`]; as [`list()`].
    pub async fn next(&mut self) -> Result<Option<Vec<OrderSummary>>, Error> {
        if self.has_ended {
            return Ok(None);
        }
        let read = self.read().await;
        match &read {
            Ok(Some(rows)) => self.rows += rows.len() as u64,
            Ok(None) => {
                record(&self.ctx, self.ended(Action::ORDERS_EXPORTED)).await?;
                self.has_ended = true;
            }
            Err(error) => {
                let why = match error {
                    Error::Denied(_) => "The session or token ended, or lost the permission",
                    Error::TooLong => "The time limit was reached",
                    _ => "An error occurred",
                };
                self.abort(why);
            }
        }
        read
    }

    async fn read(&mut self) -> Result<Option<Vec<OrderSummary>>, Error> {
        let page = match std::mem::replace(&mut self.next, Next::None) {
            Next::First(page) => page,
            Next::At(cursor) => {
                self.ask_again().await?;
                list(&self.ctx, &OrdersQuery { cursor: Some(cursor), ..self.query.clone() }).await?
            }
            Next::None => return Ok(None),
        };
        self.next = page.next.map_or(Next::None, Next::At);
        let mut rows = page.items;
        rows.retain(|order| order.placed_at <= self.began);
        Ok(Some(rows))
    }

    /// Asks for the right to go on.
    async fn ask_again(&mut self) -> Result<(), Error> {
        if self.ctx.clock.now() > self.began + LONGEST {
            return Err(Error::TooLong);
        }
        let actor = sessions::reload(&self.ctx, &self.ctx.actor).await?.ok_or(Denied::Anonymous)?;
        self.ctx = self.ctx.with_actor(actor);
        Ok(())
    }

    fn entry(&self, action: Action) -> Entry {
        let filter = OrdersQuery { limit: None, cursor: None, ..self.query.clone() };
        let filter = serde_json::to_string(&filter).unwrap_or_default();
        Entry::new(action).changed("filter", None, Some(&filter))
    }

    fn ended(&self, action: Action) -> Entry {
        self.entry(action).changed("rows", None, Some(&self.rows.to_string()))
    }

    /// Records that the export ends here, in a task of its own: it may be dropped because its client is gone.
    fn abort(&mut self, why: &str) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        let (ctx, entry) = (self.ctx.clone(), self.ended(Action::ORDERS_EXPORT_ABORTED).because(why));
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = record(&ctx, entry).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the end of an export was not recorded"
                );
            }
        });
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        self.abort("The client disconnected");
    }
}

async fn record(ctx: &Context, entry: Entry) -> Result<(), Error> {
    let mut tx = ctx.begin();
    events::record(ctx, &mut tx, entry).await?;
    Ok(tx.commit().await?)
}
