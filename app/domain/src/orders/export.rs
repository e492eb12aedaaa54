//! Exports orders as CSV, in batches: memory does not grow with the number of orders, and other requests
//! are not blocked.

use frontdesk_model::{
    Limit, Permission,
    orders::{OrderSummary, OrdersQuery},
    page::MAX_LIMIT,
};

use super::{Error, list};
use crate::Context;

/// An export in progress.
pub struct Export {
    ctx: Context,
    /// The rest of the export; `None` at the end.
    query: Option<OrdersQuery>,
}

/// Starts an export of all orders that match the query, ignoring its page.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "orders.export", skip_all)]
pub fn export(ctx: &Context, query: &OrdersQuery) -> Result<Export, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    let query = OrdersQuery { limit: Limit::new(MAX_LIMIT), cursor: None, ..query.clone() };
    Ok(Export { ctx: ctx.clone(), query: Some(query) })
}

impl Export {
    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// As [`list()`].
    pub async fn next(&mut self) -> Result<Option<Vec<OrderSummary>>, Error> {
        let Some(query) = self.query.take() else { return Ok(None) };
        let page = list(&self.ctx, &query).await?;
        self.query = page.next.map(|cursor| OrdersQuery { cursor: Some(cursor), ..query });
        Ok(Some(page.items))
    }
}
