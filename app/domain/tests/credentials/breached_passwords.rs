//! The breached-password check, with a fake list.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use frontdesk_domain::{
    authentication, credentials, invitations,
    passwords::{BreachedPasswords, BreachedPasswordsError, Lookup},
    users::Error,
};
use frontdesk_model::{
    Code, Problem, Secret,
    credentials::ChangePassword,
    invitations::{AcceptInvite, SetUp},
};

use crate::support::{By, PASSWORD, TestDomain, anybody, create, person, prove, register, sign_up_form};

both! {
    a_known_password_is_refused_wherever_one_is_chosen,
    without_an_answer_a_password_is_taken,
    a_password_that_breaks_a_rule_is_not_asked_about,
    signing_in_asks_nobody,
}

const KNOWN: &str = "seven blue herons at dusk";

/// Contains one password, or does not answer.
#[derive(Default)]
struct List {
    is_down: bool,
    asked: AtomicUsize,
}

impl BreachedPasswords for List {
    fn contains<'a>(&'a self, password: &'a Secret) -> Lookup<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = if self.is_down {
            Err(BreachedPasswordsError::Status(503))
        } else {
            Ok(password.expose() == KNOWN)
        };
        Box::pin(async { answer })
    }
}

impl List {
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

async fn with(domain: &TestDomain, is_down: bool) -> (TestDomain, Arc<List>) {
    let list = Arc::new(List { is_down, ..List::default() });
    let handed = list.clone();
    (domain.beside(move |options| options.breached_passwords = Some(handed)).await, list)
}

/// Returns true if the password was refused as breached.
fn is_refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> bool {
    let Err(error) = answer else { return false };
    let problem = Problem::from(error);
    let faults: Vec<_> = problem.details.iter().map(|fault| (&*fault.field, &*fault.code)).collect();
    assert_eq!((problem.error, &*faults), (Code::ValidationError, &[("password", "breached")][..]));
    true
}

/// Chooses the password in each possible way, and returns for each whether it was refused.
async fn choose(domain: &TestDomain, password: &str) -> [bool; 4] {
    let secret = || Secret::new(password);
    let mut form = sign_up_form("Ann", "ann@example.com");
    form.password = secret();
    let signed_up = authentication::sign_up(&domain.by(&anybody()), form).await;
    let token = invitations::setup_link(domain).await.unwrap().unwrap();
    let (name, email) = ("Olga".to_owned(), "olga@example.com".to_owned());
    let form = SetUp { token, name, email, password: secret() };
    let set_up = invitations::set_up(&domain.by(&anybody()), form).await;
    let (_, token) = create(domain, "Ben").await;
    let accepted =
        invitations::accept(&domain.by(&anybody()), AcceptInvite { token, password: secret() }).await;
    let cleo = person(domain, "Cleo", &[]).await;
    let form = ChangePassword { current: Secret::new(PASSWORD), password: secret() };
    let changed = credentials::change_password(&domain.by(&cleo.actor), form).await;
    [is_refused(signed_up), is_refused(set_up), is_refused(accepted), is_refused(changed)]
}

async fn a_known_password_is_refused_wherever_one_is_chosen(domain: TestDomain) {
    let (asking, list) = with(&domain, false).await;
    assert_eq!(choose(&asking, KNOWN).await, [true; 4]);
    // Cleo's first password was checked as well.
    assert_eq!(list.asked(), 5);
    // No user was created, and nothing was changed or used up.
    assert_eq!((domain.users().await, domain.owners().await), (2, 0));
    prove(&domain, "cleo@example.com", PASSWORD).await.unwrap();
    let unused = "SELECT count(*) FROM one_time_links WHERE used_at IS NULL";
    assert_eq!(domain.count(unused).await, 2);
}

async fn without_an_answer_a_password_is_taken(domain: TestDomain) {
    let (asking, list) = with(&domain, true).await;
    assert_eq!(choose(&asking, KNOWN).await, [false; 4]);
    assert_eq!(list.asked(), 5);
    for email in ["ann@example.com", "olga@example.com", "ben@example.com", "cleo@example.com"] {
        prove(&domain, email, KNOWN).await.unwrap();
    }
}

async fn a_password_that_breaks_a_rule_is_not_asked_about(domain: TestDomain) {
    let (asking, list) = with(&domain, false).await;
    let mut form = sign_up_form("Ann", "ann@example.com");
    form.password = Secret::new("short");
    authentication::sign_up(&asking.by(&anybody()), form).await.unwrap_err();
    let (_, token) = create(&asking, "Ben").await;
    let form = AcceptInvite { token, password: Secret::new("short") };
    invitations::accept(&asking.by(&anybody()), form).await.unwrap_err();
    let cleo = person(&domain, "Cleo", &[]).await;
    for (current, password) in [(PASSWORD, "short"), ("wrong horse battery staple", KNOWN)] {
        let form = ChangePassword { current: Secret::new(current), password: Secret::new(password) };
        credentials::change_password(&asking.by(&cleo.actor), form).await.unwrap_err();
    }
    assert_eq!(list.asked(), 0);
}

async fn signing_in_asks_nobody(domain: TestDomain) {
    register(&domain, "Ann").await;
    let (asking, list) = with(&domain, false).await;
    prove(&asking, "ann@example.com", PASSWORD).await.unwrap();
    prove(&asking, "ann@example.com", KNOWN).await.unwrap_err();
    assert_eq!(list.asked(), 0);
}
