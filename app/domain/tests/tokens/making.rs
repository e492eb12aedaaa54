//! Creating tokens: no escalation.

use frontdesk_domain::{
    tokens::{self, Created, Error},
    users,
};
use frontdesk_model::{
    Code, Permission, Problem, Role,
    tokens::{CreateToken, MAX_LIVE, RevokeToken, TokenKind},
    users::{OneUser, SuspendUser},
};
use futures::future::join_all;

use crate::support::{By, TestDomain, bearer, make_token, person, service_form, token, token_form};

both! {
    a_token_cannot_be_given_what_its_maker_lacks,
    what_a_token_makes_holds_no_more_and_ends_no_later,
    a_personal_token_must_end_and_a_service_token_may_not,
    nobody_has_more_than_fifty_live_tokens,
    only_an_active_user_gets_a_token_from_the_command_line,
    a_form_that_is_wrong_makes_nothing,
}

const DAY: i64 = 24 * 3_600;

fn fault_of(answer: Result<Created, Error>) -> (Code, String, String) {
    let problem = Problem::from(answer.unwrap_err());
    let fault = problem.details.first().cloned();
    let (field, code) = fault.map(|fault| (fault.field, fault.code)).unwrap_or_default();
    (problem.error, field, code)
}

async fn a_token_cannot_be_given_what_its_maker_lacks(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let ann = person(&domain, "Ann", &[]).await;
    let refused = (Code::Forbidden, "permissions".to_owned(), "not_held".to_owned());
    for form in [
        token_form("ci", &[Permission::USERS_READ, Permission::OWNERS_MANAGE]),
        service_form(&[Permission::OWNERS_MANAGE], "30d"),
    ] {
        assert_eq!(fault_of(make_token(&domain, &ada.actor, form).await), refused);
    }
    let form = token_form("ci", &[Permission::USERS_READ]);
    assert_eq!(fault_of(make_token(&domain, &ann.actor, form.clone()).await), refused);
    // The command line creates tokens for people, with at most their permissions.
    assert_eq!(fault_of(tokens::create_for(&domain.system(), ann.id, form).await), refused);
    assert_eq!(domain.count("SELECT count(*) FROM tokens").await, 0);
}

async fn what_a_token_makes_holds_no_more_and_ends_no_later(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let form = CreateToken {
        expires: "30d".to_owned(),
        ..token_form("maker", &[Permission::TOKENS_MANAGE, Permission::USERS_READ])
    };
    let maker = make_token(&domain, &ada.actor, form).await.unwrap();
    domain.clock.advance(DAY);
    let actor = bearer(&domain, &maker).await.unwrap();
    let form = token_form("made", &[Permission::USERS_READ, Permission::AUDIT_READ]);
    assert_eq!(fault_of(make_token(&domain, &actor, form).await).2, "not_held");
    for kind in [TokenKind::Personal, TokenKind::Service] {
        let form = |expires: &str| CreateToken { kind, ..service_form(&[Permission::USERS_READ], expires) };
        for (expires, code) in [("30d", "too_late"), ("365d", "too_late")] {
            let fault = fault_of(make_token(&domain, &actor, form(expires)).await);
            assert_eq!(fault, (Code::ValidationError, "expires".to_owned(), code.to_owned()));
        }
        assert!(make_token(&domain, &actor, form("never")).await.is_err());
        let made = make_token(&domain, &actor, form("29d")).await.unwrap();
        assert_eq!(made.token.expires_at, maker.token.expires_at);
        // Without an expiry it is the default.
        let made = make_token(&domain, &actor, form("")).await.unwrap();
        assert_eq!(made.token.expires_at, maker.token.expires_at);
        assert_eq!(made.token.owner.map(|owner| owner.id), (kind == TokenKind::Personal).then_some(ada.id));
    }
}

async fn only_an_active_user_gets_a_token_from_the_command_line(domain: TestDomain) {
    let (ann, bob) = (person(&domain, "Ann", &[]).await, person(&domain, "Bob", &[]).await);
    users::suspend(&domain.system(), SuspendUser { id: ann.id, reason: "A test".to_owned() }).await.unwrap();
    users::remove(&domain.system(), OneUser { id: bob.id }).await.unwrap();
    for id in [ann.id, bob.id] {
        let refused = tokens::create_for(&domain.system(), id, token_form("ci", &[])).await;
        assert_eq!(fault_of(refused).0, Code::WrongState);
    }
    assert_eq!(domain.count("SELECT count(*) FROM tokens").await, 0);
}

async fn a_personal_token_must_end_and_a_service_token_may_not(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let form = CreateToken { expires: "never".to_owned(), ..token_form("ci", &[]) };
    let fault = fault_of(make_token(&domain, &ada.actor, form.clone()).await);
    assert_eq!(fault, (Code::ValidationError, "expires".to_owned(), "never".to_owned()));
    assert!(tokens::create_for(&domain.system(), ada.id, form).await.is_err());
    let never = make_token(&domain, &ada.actor, service_form(&[], "never")).await.unwrap();
    assert_eq!(never.token.expires_at, None);
    let unsaid = make_token(&domain, &ada.actor, service_form(&[], "")).await.unwrap();
    assert_eq!(unsaid.token.expires_at, Some(domain.clock.now().plus_seconds(90 * DAY)));
}

async fn nobody_has_more_than_fifty_live_tokens(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[Role::Admin]).await;
    let ben = person(&domain, "Ben", &[]).await;
    // By way of a token: so many passwords at once would be held back.
    let maker = token(&domain, &ann, &[Permission::TOKENS_MANAGE]).await;
    let maker = bearer(&domain, &maker).await.unwrap();
    let made = join_all((0..MAX_LIVE + 10).map(|_| {
        let (domain, actor) = (domain.clone(), maker.clone());
        tokio::spawn(async move { make_token(&domain, &actor, token_form("ci", &[])).await })
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = made.into_iter().map(Result::unwrap).partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (49, 11));
    for refusal in refused {
        let problem = Problem::from(refusal.unwrap_err());
        assert_eq!((problem.error.as_str(), problem.status), ("TOKEN_LIMIT", 409));
    }
    // Ended tokens do not count, and each person has their own limit.
    token(&domain, &ben, &[]).await;
    let first = made.into_iter().next().unwrap().unwrap();
    tokens::revoke(&domain.by(&ann.actor), RevokeToken { id: first.token.id }).await.unwrap();
    token(&domain, &ann, &[]).await;
    assert!(make_token(&domain, &ann.actor, token_form("ci", &[])).await.is_err());
    domain.clock.advance(90 * DAY);
    token(&domain, &ann, &[]).await;
}

async fn a_form_that_is_wrong_makes_nothing(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let long = "x".repeat(61);
    for (name, expires, fields) in [
        ("", "30d", vec!["name"]),
        (long.as_str(), "30d", vec!["name"]),
        ("a\nb", "tomorrow", vec!["expires", "name"]),
        ("ci", "0d", vec!["expires"]),
        ("ci", "366d", vec!["expires"]),
    ] {
        let form = CreateToken { expires: expires.to_owned(), ..token_form(name, &[]) };
        let problem = Problem::from(make_token(&domain, &ada.actor, form).await.unwrap_err());
        assert_eq!(problem.details.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields);
    }
    assert_eq!(domain.count("SELECT count(*) FROM tokens").await, 0);
    let created = make_token(&domain, &ada.actor, token_form("  nightly job ", &[])).await.unwrap();
    assert_eq!(created.token.name, "nightly job");
}
