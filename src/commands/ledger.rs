//! `frontdesk ledger verify`.

use clap::Subcommand;
use frontdesk::config::Config;
use frontdesk_domain::ledger;

use super::{Error, open, print};

#[derive(Subcommand)]
pub enum Command {
    /// Prove that the ledger adds up, and that orders, payments and refunds say the same
    ///
    /// Looks at everything there is, while the server goes on. Fails, naming what contradicts
    /// itself, if anything does.
    Verify,
}

impl Command {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let domain = open(config, config.database.url()?).await?;
        let report = match self {
            Self::Verify => ledger::verify(&domain).await,
        };
        let url = config.database.url()?.to_string();
        let report = report.map_err(|source| Error::Database { url, source })?;
        domain.db.close().await;
        print(&format!("{} entries.", report.entries))?;
        for balance in &report.balances {
            print(&format!("At {}, by the book: {}", balance.gateway, balance.amount))?;
        }
        if report.faults.is_empty() {
            return print("The ledger adds up, and orders, payments and refunds say the same.");
        }
        Err(Error::Ledger(report.faults.join("; ")))
    }
}
