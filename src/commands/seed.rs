//! `frontdesk seed`.

use clap::Args;
use frontdesk::config::Config;
use frontdesk_domain::accounts::{self, Seeding};
use frontdesk_model::Secret;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Error, open, print};

/// Whom to make.
#[derive(Args)]
pub struct Arguments {
    /// How many people
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    users: u64,
    /// Which people: the same number makes the same ones again, and those who are there are skipped
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// A password with which every one of them can sign in, for measuring
    ///
    /// Without it nobody can. Never use it where others can reach the server.
    #[arg(long, value_name = "PASSWORD", env = "FRONTDESK_SEED_PASSWORD", hide_env_values = true)]
    shared_password: Option<Secret>,
}

pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Error> {
    let domain = open(config, config.database_url()?).await?;
    let password_hash = match arguments.shared_password {
        Some(password) => Some(domain.passwords.hash(password).await?),
        None => None,
    };
    let plan = Seeding { users: arguments.users, seed: arguments.seed, password_hash };
    let bar = progress(plan.users);
    let seeded = accounts::seed(&domain, &plan, |done| bar.set_position(done)).await;
    bar.finish_and_clear();
    domain.db.close().await;
    let seeded = seeded?;
    print(&format!(
        "Made {} people and {} events; {} people were there already.",
        seeded.users, seeded.events, seeded.skipped
    ))
}

/// Shows how far it has come, if somebody watches: it draws on a terminal only.
fn progress(users: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} people, {eta} to go");
    ProgressBar::new(users).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
