//! `frontdesk token`: API tokens, managed by the operator.

use clap::{ArgGroup, Args, Subcommand};
use frontdesk::config::Config;
use frontdesk_domain::{Domain, tokens, users};
use frontdesk_model::{
    Limit, Permission, Permissions, Timestamp, Token, TokenId,
    email_lookup::Lookup,
    page::MAX_LIMIT,
    spreadsheet::defused,
    tokens::{CreateToken, RevokeToken, TokenKind, TokensQuery},
};

use super::{Error, notify, open, print};

#[derive(Subcommand)]
pub enum Command {
    /// Make a token, and print it: a service token, or with --email a personal one
    ///
    /// The token alone goes to standard output, everything else to standard error:
    /// `TOKEN=$(frontdesk token create --name backup --permission users:read)`.
    Create(Create),
    /// Print all tokens that are live or ended lately, one a line with tabs between its columns
    List,
    /// End a token, at once and for good
    Revoke {
        /// Its id, as `token list` prints it
        id: TokenId,
    },
}

#[derive(Args)]
#[command(group = ArgGroup::new("what").args(["permission", "all"]).required(true).multiple(false))]
pub struct Create {
    /// What it is for
    #[arg(long)]
    name: String,
    /// What it may do, such as users:read; give it as often as needed
    #[arg(long, value_name = "PERMISSION")]
    permission: Vec<Permission>,
    /// It may do everything, or with --email everything that its owner may do now
    #[arg(long)]
    all: bool,
    /// How long it lives: 1d to 365d, or never for a service token
    #[arg(long, default_value = "90d")]
    expires: String,
    /// Whose it is: a personal token, which stops when its owner is suspended or removed
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

impl Command {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let domain = open(config, config.database.url()?).await?;
        let done = match self {
            Self::Create(arguments) => create(&domain, arguments).await,
            Self::List => list(&domain).await,
            Self::Revoke { id } => revoke(&domain, id).await,
        };
        domain.db.close().await;
        done
    }
}

async fn create(domain: &Domain, arguments: Create) -> Result<(), Error> {
    let Create { name, permission, all, expires, email } = arguments;
    let form = |held: Permissions| {
        let permissions = if all { held } else { permission.iter().copied().collect() };
        CreateToken { kind: TokenKind::Service, name, expires, permissions }
    };
    let ctx = domain.system();
    let created = match email {
        Some(email) => {
            let owner = users::by_email(&ctx, &Lookup::of(&email)).await?;
            tokens::create_for(&ctx, owner.id, form(owner.roles.permissions())).await?
        }
        None => tokens::create(&ctx, form(ctx.actor.permissions())).await?,
    };
    notify(&about(&created.token));
    print(created.text.expose())
}

/// The message about a new token.
fn about(token: &Token) -> String {
    let for_whom = token.owner.as_ref().map_or("the business", |owner| owner.name.as_str());
    let may = if token.permissions.is_empty() { "nothing" } else { &token.permissions.to_string() };
    let ends = token.expires_at.map_or_else(|| "never".to_owned(), Timestamp::exact);
    format!(
        "Token {} acts for {for_whom}, may: {may}, ends: {ends}. It is not shown again. Revoke it with:\n    \
         frontdesk token revoke {}",
        token.label(),
        token.id
    )
}

async fn list(domain: &Domain) -> Result<(), Error> {
    let mut query = TokensQuery { limit: Limit::new(MAX_LIMIT), ..TokensQuery::default() };
    print("id\tstate\tkind\towner\tname\thint\tends\tlast used\tpermissions")?;
    loop {
        let page = tokens::list(&domain.system(), &query).await?;
        for token in &page.items {
            print(&line(token))?;
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(());
        }
    }
}

/// Formats a token as tab-separated columns. Names cannot contain tabs, and are no formulas for a spreadsheet.
fn line(token: &Token) -> String {
    let moment = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), Timestamp::rfc3339);
    [
        token.id.to_string(),
        token.state.as_str().to_owned(),
        token.kind.as_str().to_owned(),
        token.owner.as_ref().map_or_else(|| "-".to_owned(), |owner| defused(&owner.name).into_owned()),
        defused(&token.name).into_owned(),
        token.hint.clone(),
        moment(token.ends_at()),
        moment(token.last_used_at),
        token.permissions.to_string(),
    ]
    .join("\t")
}

async fn revoke(domain: &Domain, id: TokenId) -> Result<(), Error> {
    tokens::revoke(&domain.system(), RevokeToken { id }).await?;
    notify("Revoked.");
    Ok(())
}
