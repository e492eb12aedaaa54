//! The database URL.

use std::{path::PathBuf, str::FromStr};

use sqlx::postgres::PgConnectOptions;

/// A database URL: `sqlite:<path>` or `postgres://…`.
#[derive(Clone)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// The URL is invalid or not supported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongUrl {
    #[error("a database is sqlite:<path> or postgres://user:password@host:port/name")]
    NotADatabase,
    #[error("“{0}” is no parameter of a PostgreSQL address; there are {known}", known = PARAMETERS.join(", "))]
    UnknownParameter(String),
    #[error("“{0}” is there twice")]
    Twice(String),
    /// Contains the reason.
    #[error("this address of a PostgreSQL cannot be read: {0}")]
    Unreadable(String),
}

/// Allowed parameters of PostgreSQL's URL. sqlx knows more names for some of them, and ignores unknown
/// ones: with a mistyped `sslmode` it would connect without verification.
const PARAMETERS: [&str; 11] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
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
            let unreadable = |error: sqlx::Error| WrongUrl::Unreadable(innermost(&error));
            let options = PgConnectOptions::from_str(text).map_err(unreadable)?;
            return Ok(Self::Postgres(Box::new(options)));
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
    let address = url.split_once('#').map_or(url, |(address, _)| address);
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let mut seen = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let name = part.split_once('=').map_or(part, |(name, _)| name);
        if !PARAMETERS.contains(&name) {
            return Err(WrongUrl::UnknownParameter(name.to_owned()));
        }
        // Options are combined; any other repeated parameter would silently use the last value.
        if seen.contains(&name) && name != "options" {
            return Err(WrongUrl::Twice(name.to_owned()));
        }
        seen.push(name);
    }
    Ok(())
}

/// The innermost cause: sqlx's own messages around it are for programmers.
fn innermost(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .last()
        .map_or_else(String::new, ToString::to_string)
}

impl std::fmt::Display for DatabaseUrl {
    /// Formats without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(to) => {
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
    fn a_parameter_that_would_be_ignored_is_refused_by_its_name() {
        for (query, name) in [
            ("ssl_mode=verify-full", "ssl_mode"),
            ("SSLMODE=verify-full", "SSLMODE"),
            ("sslmode=verify-full&sslrootcrt=/ca.pem", "sslrootcrt"),
            ("%73slmode=verify-full", "%73slmode"),
            ("connect_timeout=10", "connect_timeout"),
            ("channel_binding", "channel_binding"),
        ] {
            let why = refusal(&format!("postgres://ann:hunter2@db.example/shop?{query}"));
            assert!(why.starts_with(&format!("“{name}” is no parameter")), "{why}");
            assert!(why.contains("sslmode, sslrootcert") && !why.contains("hunter2"), "{why}");
        }
        let twice = "postgres://db.example/shop?sslmode=verify-full&sslmode=disable";
        assert_eq!(refusal(twice), "“sslmode” is there twice");
    }

    #[test]
    fn every_parameter_that_is_named_is_understood() {
        for (name, value) in PARAMETERS.iter().map(|name| match *name {
            "sslmode" => (name, "verify-full"),
            "hostaddr" => (name, "192.0.2.1"),
            "port" => (name, "5433"),
            _ => (name, "x"),
        }) {
            // With invalid values, which are rejected by sqlx.
            let url = format!("postgres://db.example/shop?{name}={value}");
            assert!(url.parse::<DatabaseUrl>().is_ok(), "{url}");
        }
        for (query, said) in
            [("sslmode=full", "full"), ("port=x", "invalid digit"), ("hostaddr=x", "IP address")]
        {
            let why = refusal(&format!("postgres://ann:hunter2@db.example/shop?{query}"));
            assert!(why.contains(said) && !why.contains("hunter2"), "{why}");
        }
    }
}
