//! `frontdesk seed`.

use clap::Args;
use frontdesk::config::Config;
use frontdesk_domain::{
    accounts::{self, Seeding},
    payments,
};
use frontdesk_model::Secret;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Error, open, print};

/// Fill the database with people who do not exist, to look around and to measure
#[derive(Args)]
pub struct Arguments {
    /// How many people
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    users: u64,
    /// How many orders for people who are there, of the last two months
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    orders: u64,
    /// Which people: the same number makes the same ones again, and those who are there are skipped
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// A password with which every one of them can sign in, for measuring
    ///
    /// Without it nobody can. Never use it where others can reach the server.
    #[arg(long, value_name = "PASSWORD", env = "FRONTDESK_SEED_PASSWORD", hide_env_values = true)]
    shared_password: Option<Secret>,
}

impl Arguments {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        seed(config, self).await
    }
}

async fn seed(config: &Config, arguments: Arguments) -> Result<(), Error> {
    let domain = open(config, config.database.url()?).await?;
    let password_hash = match arguments.shared_password {
        Some(password) => Some(domain.passwords.hash(password).await?),
        None => None,
    };
    let plan = Seeding { users: arguments.users, seed: arguments.seed, password_hash };
    let bar = progress(plan.users, "people");
    let seeded = accounts::seed(&domain, &plan, |done| bar.set_position(done)).await;
    bar.finish_and_clear();
    let seeded = seeded?;
    let bar = progress(arguments.orders, "orders");
    let orders = payments::seed(&domain, arguments.orders, plan.seed, |done| bar.set_position(done)).await;
    bar.finish_and_clear();
    domain.db.close().await;
    let url = config.database.url()?.to_string();
    let orders = orders.map_err(|source| Error::Database { url, source })?;
    print(&format!(
        "Made {} people and {} events; {} people were there already.",
        seeded.users, seeded.events, seeded.skipped
    ))?;
    if orders == 0 { Ok(()) } else { print(&format!("Made {orders} orders.")) }
}

/// Returns a progress bar, which draws on a terminal only.
fn progress(all: u64, what: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{human_pos}} of {{human_len}} {what}, {{eta}} to go");
    let style = ProgressStyle::with_template(&template);
    ProgressBar::new(all).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
