use clap::Parser;
use frontdesk_domain::{db, gateway::GatewayChoice, jobs, passwords, sessions::Lifetime};

use super::{network::REDIRECTED, *};
use crate::listener;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    config: Config,
}

fn parse(flags: &[&str]) -> Result<Config, clap::Error> {
    Program::try_parse_from([&["frontdesk"], flags].concat()).map(|program| program.config)
}

fn config(flags: &[&str]) -> Config {
    parse(flags).unwrap()
}

#[test]
fn the_defaults_are_sound_and_those_of_the_settings() {
    let config = config(&[]);
    config.check().unwrap();
    assert_eq!(config.base_url().origin(), "http://localhost:3000");
    assert_eq!(config.database.url().unwrap().to_string(), "sqlite:data/frontdesk.db");
    assert_eq!(format!("{:?}", config.network.listener()), format!("{:?}", listener::Settings::default()));
    assert_eq!(format!("{:?}", config.http()), format!("{:?}", frontdesk_http::Settings::default()));
    assert_eq!(format!("{:?}", config.worker()), format!("{:?}", jobs::Settings::default()));
    let options = config.domain(config.database.url().unwrap(), Clock::system()).unwrap();
    assert_eq!(format!("{:?}", options.passwords), format!("{:?}", passwords::Options::default()));
    assert_eq!(format!("{:?}", options.lifetime), format!("{:?}", Lifetime::default()));
    assert_eq!(format!("{:?}", options.database), format!("{:?}", db::Options::default()));
    assert!(matches!(options.gateway, GatewayChoice::Sandbox));
}

fn gateway(flags: &[&str]) -> Result<GatewayChoice, Error> {
    let config = config(flags);
    config.payments.gateway(&config.base_url())
}

#[test]
fn behind_https_the_sandbox_has_to_be_asked_for() {
    const HTTPS: &str = "--base-url=https://desk.example";
    let sandbox = |flags: &[&str]| matches!(gateway(flags), Ok(GatewayChoice::Sandbox));
    let off = |flags: &[&str]| matches!(gateway(flags), Ok(GatewayChoice::Off));
    assert!(sandbox(&[]) && sandbox(&["--sandbox"]) && sandbox(&["--base-url=http://desk.example"]));
    assert!(off(&[HTTPS]) && sandbox(&[HTTPS, "--sandbox"]));
    assert!(off(&["--tls-certificate=a", "--tls-key=b"]));
    let both = gateway(&["--sandbox", "--stripe-key=sk_a"]).err().unwrap();
    assert_eq!(both.to_string(), "--sandbox and --stripe-key exclude each other: give one of them");
}

#[test]
fn with_a_key_it_is_stripe() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "sk_test_hunter2\n").unwrap();
    let path = file.path().to_str().unwrap();
    for flags in [
        &["--stripe-key", "sk_test_hunter2"][..],
        &["--stripe-key-file", path],
        &["--stripe-key-file", path, "--stripe-webhook-secret", "whsec_hunter2, whsec_hunter3"],
        &[
            "--stripe-key-file",
            path,
            "--stripe-webhook-secret-file",
            path,
            "--stripe-url",
            "http://localhost:1",
        ],
    ] {
        let config = config(flags);
        let GatewayChoice::External(gateway) = gateway(flags).unwrap() else { panic!("{flags:?}") };
        assert_eq!(gateway.name(), "stripe", "{flags:?}");
        assert!(!format!("{config:?}").contains("hunter"), "{flags:?}");
    }
    let fault = |flags: &[&str]| gateway(flags).err().unwrap().to_string();
    assert_eq!(fault(&["--stripe-key", ""]), "--stripe-key is not one");
    assert_eq!(
        fault(&["--stripe-key-file", "/nowhere"]),
        "the file /nowhere of --stripe-key-file cannot be read"
    );
    let alone = fault(&["--stripe-webhook-secret", "whsec_a"]);
    assert_eq!(alone, "there is a secret of Stripe's notices, but no --stripe-key");
    let empty = fault(&["--stripe-key", "sk_a", "--stripe-webhook-secret", "whsec_a,"]);
    assert_eq!(empty, "--stripe-webhook-secret is empty, or one of several is");
    assert!(parse(&["--stripe-key", "sk_a", "--stripe-key-file", path]).is_err());
    assert!(parse(&["--stripe-url", "https://api.stripe.com/v1"]).is_err());
}

#[test]
fn the_base_url_follows_the_port() {
    assert_eq!(config(&["--listen", "0.0.0.0:8080"]).base_url().origin(), "http://localhost:8080");
    let own = config(&["--listen", "0.0.0.0:8080", "--base-url", "https://desk.example/"]);
    assert_eq!(own.base_url().origin(), "https://desk.example");
}

#[test]
fn with_a_certificate_the_base_url_is_https() {
    let pair = ["--tls-certificate", "a.pem", "--tls-key", "b.pem"];
    let with = |flags: &[&str]| config(&[&pair, flags].concat());
    let own = with(&["--listen", "0.0.0.0:8443"]);
    own.check().unwrap();
    assert_eq!((own.base_url().origin(), own.base_url().is_https()), ("https://localhost:8443", true));
    assert_eq!(own.http().base_url, own.base_url());
    assert_eq!(with(&["--listen", "0.0.0.0:443"]).base_url().origin(), "https://localhost");
    let named = with(&["--base-url", "https://desk.example"]);
    named.check().unwrap();
    assert_eq!(named.base_url().origin(), "https://desk.example");
    assert!(matches!(
        with(&["--base-url", "http://desk.example"]).check(),
        Err(Error::PlainBaseUrl(url)) if url.origin() == "http://desk.example"
    ));
    for (half, missing) in [(&pair[..2], "--tls-key"), (&pair[2..], "--tls-certificate")] {
        let fault = config(half).check().unwrap_err().to_string();
        assert_eq!(fault, format!("--tls-certificate and --tls-key belong together: {missing} is missing"));
    }
}

#[test]
fn a_redirect_leads_to_https_and_needs_some() {
    let redirect = ["--redirect-listen", "0.0.0.0:80"];
    let check = |flags: &[&str]| config(&[&redirect, flags].concat()).check();
    let pair = ["--tls-certificate", "a.pem", "--tls-key", "b.pem"];
    let named = ["--base-url", "https://desk.example"];
    check(&[&pair[..], &named].concat()).unwrap();
    check(&named).unwrap();
    // With a certificate and without a base URL, all visitors would be redirected to their own localhost.
    for flags in [&[][..], &pair, &["--base-url", "http://desk.example"]] {
        assert!(matches!(check(flags), Err(Error::NothingToRedirectTo)), "{flags:?}");
    }
    let settings = config(&redirect).network.redirects();
    assert_eq!((settings.connections, settings.idle), (REDIRECTED, settings.header));
}

#[test]
fn the_database_url_may_be_in_a_file_and_is_never_printed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "postgres://desk:hunter2@db.example:5432/desk\n").unwrap();
    let path = file.path().to_str().unwrap();
    let by_file = config(&["--database-url-file", path]);
    assert_eq!(by_file.database.url().unwrap().to_string(), "postgres://desk@db.example:5432/desk");
    let by_flag = config(&["--database-url", "postgres://desk:hunter2@db.example:5432/desk"]);
    assert!(!format!("{by_flag:?}").contains("hunter2"));
    let missing = config(&["--database-url-file", "/nowhere"]).database.url();
    assert!(matches!(missing, Err(Error::SecretFile { .. })));
    assert!(matches!(config(&["--database-url", "mysql://x"]).database.url(), Err(Error::DatabaseUrl(_))));
    assert!(parse(&["--database-url", "sqlite:a.db", "--database-url-file", path]).is_err());
}

#[test]
fn values_that_make_no_sense_are_refused() {
    for flags in [
        ["--listen", "3000"],
        ["--base-url", "desk.example"],
        ["--trusted-proxy", "10.0.0.0/8,proxy"],
        ["--request-timeout", "30"],
        ["--max-in-flight", "0"],
        ["--database-connections", "0"],
        ["--hash-threads", "0"],
        ["--log-format", "xml"],
    ] {
        assert!(parse(&flags).is_err(), "{flags:?}");
    }
    let zero = config(&["--request-timeout", "0s"]).check();
    assert_eq!(zero.unwrap_err().to_string(), "--request-timeout must be longer than nothing");
    let idle = config(&["--session-idle", "60d"]).check();
    assert!(matches!(idle, Err(Error::IdleBeyondLifetime)));
}

#[test]
fn every_value_has_a_flag_a_variable_and_help_and_shows_no_secret() {
    use clap::CommandFactory;
    for argument in Program::command().get_arguments().filter(|argument| argument.get_id() != "help") {
        let name = argument.get_id().as_str();
        assert_eq!(argument.get_long(), Some(&*name.replace('_', "-")));
        let variable = format!("FRONTDESK_{}", name.to_uppercase());
        assert_eq!(argument.get_env(), Some(std::ffi::OsStr::new(&variable)));
        assert!(argument.get_help().is_some() && argument.is_global_set(), "{name}");
        assert!(argument.get_help_heading().is_some(), "{name}");
        let is_secret = ["database_url", "stripe_key", "stripe_webhook_secret"].contains(&name);
        assert_eq!(argument.is_hide_env_values_set(), is_secret, "{name}");
    }
}

#[test]
fn files_are_made_where_they_are_missing() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let config = config(&["--data-dir", data.to_str().unwrap()]);
    let url = config.database.url().unwrap();
    config.database.make_files(&url).unwrap();
    config.database.make_files(&url).unwrap();
    assert!(data.join("frontdesk.db").is_file());
    let elsewhere = DatabaseUrl::Sqlite(temporary.path().join("other/desk.db"));
    config.database.make_files(&elsewhere).unwrap();
    assert!(temporary.path().join("other/desk.db").is_file());
}
