//! The database URL.

use std::{path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// A database URL: `sqlite:<path>` or `postgres://…`.
#[derive(Clone)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(Box<PostgresUrl>),
}

/// A PostgreSQL URL.
#[derive(Clone)]
pub struct PostgresUrl {
    pub options: PgConnectOptions,
    /// Connections are those of PgBouncer, or of another pooler, in transaction mode.
    pub pgbouncer: bool,
    /// File with the private key of the client's certificate.
    pub client_key: Option<PathBuf>,
}

/// The URL is invalid or not supported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongUrl {
    #[error("a database is sqlite:<path> or postgres://user:password@host:port/name")]
    NotADatabase,
    /// The position of the parameter, counted from 1. Its name is not quoted: after a `?` or `&` in a
    /// password it would be a part of the password.
    #[error(
        "parameter {0} after the “?” of the PostgreSQL URL is not supported; supported are {known}. In a password, write \
         ? as %3F and & as %26",
        known = PARAMETERS.join(", ")
    )]
    UnknownParameter(usize),
    #[error("the PostgreSQL URL has the parameter {0} twice")]
    Twice(&'static str),
    #[error(
        "the PostgreSQL URL has a “?” before its “@”; in a user name or password, write ? as %3F, # as %23, / as %2F and \
         @ as %40"
    )]
    UnescapedPassword,
    /// Contains the name of the parameter.
    #[error("the PostgreSQL URL has a wrong value for {0}")]
    WrongValue(&'static str),
    #[error(
        "the PostgreSQL URL cannot be read; write it as postgres://user:password@host:port/name, and in the password \
         ? as %3F, # as %23, / as %2F and @ as %40"
    )]
    Unreadable,
}

/// The parameter for a pooler in transaction mode; it is ours, and not passed on to sqlx.
const PGBOUNCER: &str = "pgbouncer";

/// The parameter with the file of the client's key.
const CLIENT_KEY: &str = "sslkey";

/// Allowed parameters of PostgreSQL's URL. sqlx knows more names for some of them, and ignores unknown
/// ones: with a mistyped `sslmode` it would connect without verification.
const PARAMETERS: [&str; 12] = [
    PGBOUNCER,
    "sslmode",
    "sslrootcert",
    "sslcert",
    CLIENT_KEY,
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "options",
];

impl FromStr for DatabaseUrl {
    type Err = WrongUrl;

    fn from_str(text: &str) -> Result<Self, WrongUrl> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            check_parameters(text)?;
            let pgbouncer = match parameters(query(text)).find(|(name, _)| *name == PGBOUNCER) {
                None | Some((_, "false")) => false,
                Some((_, "true")) => true,
                Some(_) => return Err(WrongUrl::WrongValue(PGBOUNCER)),
            };
            let key = parameters(query(text)).find(|(name, _)| *name == CLIENT_KEY);
            let client_key = key.map(|(_, path)| PathBuf::from(path));
            let ours = [format!("{PGBOUNCER}=true"), format!("{PGBOUNCER}=false")];
            let theirs = ours.iter().fold(text.to_owned(), |text, ours| text.replace(ours, ""));
            let options = PgConnectOptions::from_str(&theirs).map_err(|_| unreadable(&theirs))?;
            return Ok(Self::Postgres(Box::new(PostgresUrl { options, pgbouncer, client_key })));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.contains('?') && path != ":memory:" => {
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            _ => Err(WrongUrl::NotADatabase),
        }
    }
}

fn check_parameters(url: &str) -> Result<(), WrongUrl> {
    let query = query(url);
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    if authority.find('?').is_some_and(|mark| !authority[..mark].contains(['@', '/'])) && query.contains('@')
    {
        return Err(WrongUrl::UnescapedPassword);
    }
    let mut seen = Vec::new();
    for (position, (name, _)) in parameters(query).enumerate() {
        let known = PARAMETERS.iter().find(|known| **known == name);
        let name = *known.ok_or(WrongUrl::UnknownParameter(position + 1))?;
        // Options are combined; any other repeated parameter would silently use the last value.
        if seen.contains(&name) && name != "options" {
            return Err(WrongUrl::Twice(name));
        }
        seen.push(name);
    }
    Ok(())
}

/// The parameter that sqlx cannot read, if it is one: each is tried alone, with a URL that has nothing else
/// in it. The message of the parser is not passed on, because it quotes parts of the URL.
fn unreadable(url: &str) -> WrongUrl {
    let is_wrong =
        |part: &str| PgConnectOptions::from_str(&format!("postgres://localhost/name?{part}")).is_err();
    let wrong = parameters(query(url)).find(|(name, value)| is_wrong(&format!("{name}={value}")));
    let known = wrong.and_then(|(name, _)| PARAMETERS.iter().find(|known| **known == name));
    known.map_or(WrongUrl::Unreadable, |name| WrongUrl::WrongValue(name))
}

fn query(url: &str) -> &str {
    let address = url.split_once('#').map_or(url, |(address, _)| address);
    address.split_once('?').map_or("", |(_, query)| query)
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').unwrap_or((part, "")))
}

impl std::fmt::Display for DatabaseUrl {
    /// Formats without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let to = &url.options;
                write!(f, "postgres://{}@{}:{}", to.get_username(), to.get_host(), to.get_port())?;
                write!(f, "/{}", to.get_database().unwrap_or(to.get_username()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        match text.parse::<DatabaseUrl>() {
            Ok(url) => panic!("{url} is let in"),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn a_database_url_is_sqlite_or_postgres_and_prints_without_its_password() {
        let url: DatabaseUrl = "postgres://ann:hunter2@db.example:5433/shop".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://ann@db.example:5433/shop");
        let url: DatabaseUrl = "sqlite:data/frontdesk.db".parse().unwrap();
        assert_eq!(url.to_string(), "sqlite:data/frontdesk.db");
        for wrong in ["", "mysql://x", "sqlite:", "sqlite::memory:", "data.db", "sqlite:a.db?mode=ro"] {
            assert_eq!(refusal(wrong), WrongUrl::NotADatabase.to_string(), "{wrong}");
        }
    }

    #[test]
    fn a_parameter_that_would_be_ignored_is_refused_by_its_position() {
        for (query, position) in [
            ("ssl_mode=verify-full", 1),
            ("SSLMODE=verify-full", 1),
            ("sslmode=verify-full&sslrootcrt=/ca.pem", 2),
            ("%73slmode=verify-full", 1),
            ("connect_timeout=10", 1),
            ("sslmode=require&&channel_binding", 2),
        ] {
            let why = refusal(&format!("postgres://ann:hunter2@db.example/shop?{query}"));
            assert!(why.starts_with(&format!("parameter {position} after the “?”")), "{why}");
            assert!(why.contains("sslmode, sslrootcert"), "{why}");
        }
        let twice = "postgres://db.example/shop?sslmode=verify-full&sslmode=disable";
        assert_eq!(refusal(twice), "the PostgreSQL URL has the parameter sslmode twice");
    }

    #[test]
    fn a_refusal_quotes_no_part_of_a_password() {
        for password in [
            "sec?ret",
            "sec?sslmode=ret",
            "sec#ret",
            "sec/ret",
            "sec:ret",
            "?secret",
            "secret?",
            "sec?a&ret",
            "sec%ret",
        ] {
            for host in ["db.example/shop", "db.example/shop?sslmode=x", "db.example:port/shop", "[/shop"] {
                let Err(why) = format!("postgres://ann:{password}@{host}").parse::<DatabaseUrl>() else {
                    continue;
                };
                assert!(
                    !why.to_string().contains("sec") && !why.to_string().contains("ret"),
                    "{password} {host}: {why}"
                );
            }
            let why = refusal(&format!("postgres://db.example/shop?password=x&{password}"));
            assert!(!why.contains("sec") && !why.contains("ret"), "{password}: {why}");
        }
        let unescaped = refusal("postgres://ann:sec?ret@db.example/shop?sslmode=require");
        assert_eq!(unescaped, WrongUrl::UnescapedPassword.to_string());
    }

    #[test]
    fn a_pooler_is_named_by_a_parameter_of_our_own() {
        for (query, pooled) in [
            ("", false),
            ("?pgbouncer=true", true),
            ("?sslmode=require&pgbouncer=true&user=ann", true),
            ("?pgbouncer=false&sslmode=require", false),
        ] {
            let url = format!("postgres://db.example/shop{query}").parse::<DatabaseUrl>().unwrap();
            let DatabaseUrl::Postgres(url) = url else { panic!("{query} is PostgreSQL") };
            assert_eq!(url.pgbouncer, pooled, "{query}");
            assert_eq!(url.options.get_database(), Some("shop"));
        }
    }

    #[test]
    fn an_escaped_password_is_taken_as_it_is_meant() {
        let url = "postgres://ann:%3F%23%2F%40%26@db.example/shop?sslmode=require";
        assert_eq!(url.parse::<DatabaseUrl>().unwrap().to_string(), "postgres://ann@db.example:5432/shop");
    }

    #[test]
    fn every_parameter_that_is_named_is_understood() {
        for (name, value) in PARAMETERS.iter().map(|name| match *name {
            "sslmode" => (name, "verify-full"),
            "hostaddr" => (name, "192.0.2.1"),
            PGBOUNCER => (name, "true"),
            "port" => (name, "5433"),
            _ => (name, "x"),
        }) {
            let url = format!("postgres://db.example/shop?{name}={value}");
            assert!(url.parse::<DatabaseUrl>().is_ok(), "{url}");
        }
        for name in ["sslmode", "port", "hostaddr", PGBOUNCER] {
            let why = refusal(&format!("postgres://ann:hunter2@db.example/shop?password=hunter3&{name}=x"));
            assert_eq!(why, format!("the PostgreSQL URL has a wrong value for {name}"));
        }
    }
}
