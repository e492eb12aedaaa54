//! A list of orders as a file for spreadsheets, some rows at a time: it holds no more in memory for
//! a million orders than for a hundred, and keeps nobody waiting.

use frontdesk_model::{Limit, Permission, order::OrderSummary, page::MAX_LIMIT, query::OrdersQuery};

use super::{Error, list};
use crate::{Domain, actor::Actor};

/// An export under way.
pub struct Export {
    domain: Domain,
    actor: Actor,
    /// What is left; `None` at the end.
    query: Option<OrdersQuery>,
}

/// Begins an export of the orders that the query means, whatever page of them it names.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "orders.export", skip_all)]
pub fn export(domain: &Domain, actor: &Actor, query: &OrdersQuery) -> Result<Export, Error> {
    actor.require(Permission::OrdersRead)?;
    let query = OrdersQuery { limit: Limit::new(MAX_LIMIT), cursor: None, ..query.clone() };
    Ok(Export { domain: domain.clone(), actor: actor.clone(), query: Some(query) })
}

impl Export {
    /// The next rows; nothing at the end.
    ///
    /// # Errors
    /// As [`list()`].
    pub async fn next(&mut self) -> Result<Option<Vec<OrderSummary>>, Error> {
        let Some(query) = self.query.take() else { return Ok(None) };
        let page = list(&self.domain, &self.actor, &query).await?;
        self.query = page.next.map(|cursor| OrdersQuery { cursor: Some(cursor), ..query });
        Ok(Some(page.items))
    }
}
