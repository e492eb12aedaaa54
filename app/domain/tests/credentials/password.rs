//! Changing one's own password.

use frontdesk_domain::{
    actor::{Actor, Denied},
    audit,
    credentials::{self, Credentials},
    invitations,
    sessions::{self, TokenHash},
    users::{self, Error},
};
use frontdesk_model::{
    Code, Problem, Secret,
    audit::{Action, AuditQuery, Event},
    credentials::ChangePassword,
    invitations::AcceptInvite,
};
use futures::future::join_all;

use crate::support::{
    By, PASSWORD, Someone, TestDomain, anybody, bearer, one, person, prove, service_token, sign_in,
    suspension, system, token, user,
};

both! {
    from_then_on_the_new_password_signs_in_and_the_old_one_does_not,
    other_sessions_end_and_a_new_one_begins_here,
    tokens_stay,
    an_invitation_that_is_open_ends,
    it_is_told_by_whom_and_from_where_and_with_no_secret,
    the_present_password_has_to_be_right,
    guesses_by_a_session_are_held_back_as_those_at_the_sign_in_form_are,
    the_new_password_is_held_to_the_rules_and_is_another_one,
    what_breaks_the_rules_is_no_guess,
    of_two_changes_at_once_one_is_made,
    a_stored_hash_that_cannot_be_used_is_a_wrong_password,
    a_session_that_has_been_ended_changes_nothing,
    a_session_that_has_been_ended_is_no_way_to_guess,
    somebody_suspended_while_it_is_under_way_keeps_their_password,
    it_is_done_in_person,
    without_the_trail_it_is_not_changed,
}

const NEXT: &str = "seven blue herons at dusk";
const WRONG: &str = "wrong horse battery staple";

async fn change(
    domain: &TestDomain,
    actor: &Actor,
    current: &str,
    password: &str,
) -> Result<Credentials, Error> {
    let form = ChangePassword { current: Secret::new(current), password: Secret::new(password) };
    credentials::change_password(&domain.by(actor), form).await
}

/// All events, newest first.
async fn told(domain: &TestDomain) -> Vec<Event> {
    audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items
}

/// Fields of the faults, each with its code.
#[track_caller]
fn faults(answer: Result<Credentials, Error>) -> Vec<String> {
    let problem = Problem::from(answer.unwrap_err());
    assert_eq!(problem.error, Code::ValidationError);
    problem.details.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
}

async fn signs_in(domain: &TestDomain, someone: &Someone, password: &str) -> bool {
    prove(domain, &someone.email, password).await.is_ok()
}

async fn from_then_on_the_new_password_signs_in_and_the_old_one_does_not(domain: TestDomain) {
    let (ann, ben) = (person(&domain, "Ann", &[]).await, person(&domain, "Ben", &[]).await);
    let proof = change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    assert_eq!((proof.user, proof.name.as_str(), proof.rehash), (ann.id, "Ann", None));
    assert!(signs_in(&domain, &ann, NEXT).await);
    assert!(!signs_in(&domain, &ann, PASSWORD).await);
    assert!(signs_in(&domain, &ben, PASSWORD).await, "it is Ann's alone");
}

async fn other_sessions_end_and_a_new_one_begins_here(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let (phone, ben) = (sign_in(&domain, ann.id, "phone").await, person(&domain, "Ben", &[]).await);
    let early = prove(&domain, &ann.email, PASSWORD).await.unwrap();
    let proof = change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    assert!(ann.load(&domain).await.is_none() && phone.load(&domain).await.is_none());
    assert!(ben.load(&domain).await.is_some());
    // A proof with the old password starts no session any more.
    let late = sessions::begin(&domain.by(&anybody()), &early, TokenHash::of(b"late")).await;
    assert!(matches!(late, Err(sessions::Error::Shut)), "{late:?}");
    let here = TokenHash::of(b"here");
    sessions::begin(&domain.by(&anybody()), &proof, here).await.unwrap();
    assert_eq!(sessions::load(&domain, here).await.unwrap().unwrap().id, ann.id);
}

async fn tokens_stay(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let made = token(&domain, &ann, &[]).await;
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    assert!(bearer(&domain, &made).await.is_some());
}

async fn it_is_told_by_whom_and_from_where_and_with_no_secret(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let before = domain.events().await;
    domain.clock.advance(1);
    change(&domain, &ann.actor, WRONG, NEXT).await.unwrap_err();
    domain.clock.advance(1);
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    assert_eq!(domain.events().await, before + 2);
    let events = told(&domain).await;
    assert_eq!(
        events[..2].iter().map(|event| event.action).collect::<Vec<_>>(),
        [Action::PASSWORD_CHANGED, Action::PASSWORD_CHANGE_FAILED]
    );
    for event in &events[..2] {
        assert_eq!(
            (event.actor.id, event.target.as_ref().unwrap().id),
            (Some(ann.id.0), Some(ann.id.into()))
        );
        assert_eq!((event.ip.as_str(), event.user_agent.as_str()), ("192.0.2.7", "Browser/1.0"));
        assert_eq!((event.request_id.as_str(), event.reason.as_str()), ("request-1", ""));
        assert!(event.changes.is_empty(), "{event:?}");
    }
}

async fn the_present_password_has_to_be_right(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let before = user(&domain, ann.id).await;
    for near in [WRONG, &PASSWORD.to_uppercase(), &format!("{PASSWORD} ")] {
        assert_eq!(faults(change(&domain, &ann.actor, near, NEXT).await), ["current wrong"]);
    }
    assert_eq!(user(&domain, ann.id).await, before);
    assert!(ann.load(&domain).await.is_some(), "they stay signed in");
    assert!(signs_in(&domain, &ann, PASSWORD).await);
}

async fn guesses_by_a_session_are_held_back_as_those_at_the_sign_in_form_are(domain: TestDomain) {
    let (ann, ben) = (person(&domain, "Ann", &[]).await, person(&domain, "Ben", &[]).await);
    // Both forms share one count.
    for n in 0..10 {
        if n % 2 == 0 {
            assert_eq!(faults(change(&domain, &ann.actor, WRONG, NEXT).await), ["current wrong"]);
        } else {
            assert!(!signs_in(&domain, &ann, WRONG).await);
        }
    }
    let events = domain.events().await;
    for current in [WRONG, PASSWORD] {
        let answer = change(&domain, &ann.actor, current, NEXT).await;
        assert!(matches!(answer, Err(Error::Throttled { wait: 1.. })), "{answer:?}");
    }
    assert_eq!(domain.events().await, events, "who is held back is told once");
    let throttled = "SELECT count(*) FROM audit_events WHERE action = 'login.throttled'";
    assert_eq!(domain.count(throttled).await, 1);
    let failed = "SELECT count(*) FROM audit_events WHERE action = 'password.change_failed'";
    assert_eq!(domain.count(failed).await, 5);
    change(&domain, &ben.actor, PASSWORD, NEXT).await.unwrap();
    domain.clock.advance(60);
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    // The correct password resets the count.
    assert!(!signs_in(&domain, &ann, WRONG).await);
    assert!(signs_in(&domain, &ann, NEXT).await);
}

async fn the_new_password_is_held_to_the_rules_and_is_another_one(domain: TestDomain) {
    let ann = person(&domain, "Annabel Whitfield", &[]).await;
    let before = user(&domain, ann.id).await;
    let long = "x".repeat(257);
    for (current, password, expected) in [
        (PASSWORD, "", &["password required"][..]),
        (PASSWORD, "fourteen chars", &["password too_short"]),
        (PASSWORD, &long, &["password too_long"]),
        (PASSWORD, "passwordpassword", &["password too_common"]),
        (PASSWORD, "annabelwhitfield", &["password about_you"]),
        (PASSWORD, "annabel.whitfield@example.com", &["password about_you"]),
        (PASSWORD, PASSWORD, &["password unchanged"]),
        ("", "short", &["current required", "password too_short"]),
        (&long, NEXT, &["current too_long"]),
    ] {
        assert_eq!(faults(change(&domain, &ann.actor, current, password).await), expected, "{password}");
    }
    assert_eq!(user(&domain, ann.id).await, before);
}

async fn what_breaks_the_rules_is_no_guess(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let events = domain.events().await;
    for _ in 0..20 {
        // The response does not reveal if the first one is correct: it was not verified.
        for current in [WRONG, PASSWORD] {
            assert_eq!(faults(change(&domain, &ann.actor, current, "short").await), ["password too_short"]);
            assert_eq!(faults(change(&domain, &ann.actor, current, current).await), ["password unchanged"]);
        }
    }
    assert_eq!(domain.events().await, events);
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
}

async fn of_two_changes_at_once_one_is_made(domain: TestDomain) {
    for round in 0..20 {
        let ann = person(&domain, &format!("Ann {round}"), &[]).await;
        // Two devices, and a second window on one of them.
        let phone = sign_in(&domain, ann.id, "phone").await;
        let tries = [&ann, &phone, &ann].into_iter().enumerate().map(|(n, device)| {
            let (domain, actor) = (domain.clone(), device.actor.clone());
            tokio::spawn(async move { change(&domain, &actor, PASSWORD, &format!("{NEXT} {n}")).await })
        });
        let answers: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        let over = answers.iter().filter(|answer| matches!(answer, Err(Error::Denied(Denied::Anonymous))));
        assert_eq!((answers.iter().flatten().count(), over.count()), (1, 2), "{answers:?}");
        let winner = answers.iter().position(Result::is_ok).unwrap();
        assert!(signs_in(&domain, &ann, &format!("{NEXT} {winner}")).await);
        assert!(!signs_in(&domain, &ann, PASSWORD).await);
    }
    let changed = "SELECT count(*) FROM audit_events WHERE action = 'password.changed'";
    assert_eq!(domain.count(changed).await, 20);
}

#[track_caller]
fn is_over(answer: Result<Credentials, Error>) {
    assert!(matches!(answer, Err(Error::Denied(Denied::Anonymous))), "{answer:?}");
}

async fn an_invitation_that_is_open_ends(domain: TestDomain) {
    let (ann, ben) = (person(&domain, "Ann", &[]).await, person(&domain, "Ben", &[]).await);
    let link = invitations::create(&domain.system(), one(ann.id)).await.unwrap();
    let other = invitations::create(&domain.system(), one(ben.id)).await.unwrap();
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    let accept = async |token| {
        let form = AcceptInvite { token, password: Secret::new("nine green lanterns at dawn") };
        invitations::accept(&domain.by(&anybody()), form).await
    };
    assert!(matches!(accept(link).await, Err(Error::LinkSpent(_))));
    assert!(accept(other).await.is_ok(), "it is Ben's, who has changed nothing");
    assert!(signs_in(&domain, &ann, NEXT).await);
}

async fn a_stored_hash_that_cannot_be_used_is_a_wrong_password(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    for damage in [
        "UPDATE users SET password_hash = replace(password_hash, 't=1', 't=4000000000')",
        "UPDATE users SET password_hash = replace(password_hash, 'm=64', 'm=99999999')",
        "UPDATE users SET password_hash = 'garbage'",
    ] {
        assert_eq!(domain.meddle(damage, Vec::new()).await.unwrap(), 1);
        let changed = change(&domain, &ann.actor, PASSWORD, NEXT).await;
        assert!(matches!(changed, Err(Error::WrongPassword)), "{damage}: {changed:?}");
        let signed_in = prove(&domain, &ann.email, PASSWORD).await;
        assert!(matches!(signed_in, Err(Error::WrongCredentials)), "{damage}: {signed_in:?}");
    }
    assert_eq!(domain.count("SELECT count(*) FROM audit_events WHERE action = 'login.failed'").await, 3);
}

async fn a_session_that_has_been_ended_changes_nothing(domain: TestDomain) {
    // Each actor belongs to a request that arrived in time.
    let ann = person(&domain, "Ann", &[]).await;
    users::suspend(&domain.system(), suspension(ann.id)).await.unwrap();
    is_over(change(&domain, &ann.actor, PASSWORD, NEXT).await);
    users::reinstate(&domain.system(), one(ann.id)).await.unwrap();
    is_over(change(&domain, &ann.actor, PASSWORD, NEXT).await);
    assert!(signs_in(&domain, &ann, PASSWORD).await);

    let ben = person(&domain, "Ben", &[]).await;
    users::remove(&domain.system(), one(ben.id)).await.unwrap();
    is_over(change(&domain, &ben.actor, PASSWORD, NEXT).await);

    let cleo = person(&domain, "Cleo", &[]).await;
    let link = invitations::create(&domain.system(), one(cleo.id)).await.unwrap();
    let form = AcceptInvite { token: link, password: Secret::new(NEXT) };
    invitations::accept(&domain.by(&anybody()), form).await.unwrap();
    is_over(change(&domain, &cleo.actor, NEXT, PASSWORD).await);
    assert!(signs_in(&domain, &cleo, NEXT).await);
}

async fn a_session_that_has_been_ended_is_no_way_to_guess(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap();
    let events = domain.events().await;
    for current in [WRONG, PASSWORD, NEXT].repeat(5) {
        is_over(change(&domain, &ann.actor, current, "nine green lanterns at dawn").await);
    }
    assert_eq!(domain.events().await, events);
    assert!(signs_in(&domain, &ann, NEXT).await, "and the owner is not held back by it");
}

async fn somebody_suspended_while_it_is_under_way_keeps_their_password(domain: TestDomain) {
    for round in 0..20 {
        let ann = person(&domain, &format!("Ann {round}"), &[]).await;
        let staff = domain.system();
        let suspended = users::suspend(&staff, suspension(ann.id));
        let (changed, suspended) = tokio::join!(change(&domain, &ann.actor, PASSWORD, NEXT), suspended);
        // The suspension may fail because of the concurrent edit; then staff would retry.
        if suspended.is_err() {
            users::suspend(&domain.system(), suspension(ann.id)).await.unwrap();
        }
        let expected = if let Err(error) = changed {
            is_over(Err(error));
            PASSWORD
        } else {
            NEXT
        };
        users::reinstate(&domain.system(), one(ann.id)).await.unwrap();
        assert!(signs_in(&domain, &ann, expected).await);
        assert!(ann.load(&domain).await.is_none());
    }
}

async fn it_is_done_in_person(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let personal = bearer(&domain, &token(&domain, &ann, &[]).await).await.unwrap();
    let service = bearer(&domain, &service_token(&domain, &[]).await).await.unwrap();
    let before = (user(&domain, ann.id).await, domain.events().await);
    for actor in [personal, service, system()] {
        let answer = change(&domain, &actor, PASSWORD, NEXT).await;
        assert!(matches!(answer, Err(Error::Denied(Denied::NotInPerson))), "{answer:?}");
        let problem = Problem::from(answer.unwrap_err());
        assert_eq!(problem.error, Code::Forbidden);
        assert!(problem.detail.unwrap().contains("signed in with a browser"));
    }
    is_over(change(&domain, &anybody(), PASSWORD, NEXT).await);
    assert_eq!((user(&domain, ann.id).await, domain.events().await), before);
}

async fn without_the_trail_it_is_not_changed(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    domain.meddle("ALTER TABLE audit_events RENAME TO elsewhere", Vec::new()).await.unwrap();
    change(&domain, &ann.actor, PASSWORD, NEXT).await.unwrap_err();
    assert!(ann.load(&domain).await.is_some());
    assert!(signs_in(&domain, &ann, PASSWORD).await);
}
