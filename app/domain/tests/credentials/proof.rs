//! Verifying an e-mail address and a password.

use frontdesk_domain::{
    authentication,
    credentials::Credentials,
    users::{self, Error},
};
use frontdesk_model::{Problem, UserId};

use crate::support::{
    By, PASSWORD, TestDomain, anybody, create, one, prove, register, sign_up_form, suspension,
};

both! {
    the_right_password_proves_who_somebody_is,
    every_wrong_try_gets_the_same_answer_after_the_same_work,
    that_somebody_is_suspended_is_told_only_with_the_right_password,
    a_hash_of_older_parameters_is_made_again,
    after_ten_failures_everybody_has_to_wait,
    an_address_that_nobody_has_is_held_back_just_the_same,
    the_right_password_in_time_starts_the_count_anew,
    a_flood_is_told_to_come_back,
}

const WRONG: &str = "wrong horse battery staple";

async fn failures(domain: &TestDomain) -> i64 {
    domain.count("SELECT count(*) FROM audit_events WHERE action = 'login.failed'").await
}

async fn the_right_password_proves_who_somebody_is(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let events = domain.events().await;
    for email in ["ann@example.com", " ANN@Example.com "] {
        let Credentials { user, name, rehash, .. } = prove(&domain, email, PASSWORD).await.unwrap();
        assert_eq!((user, name.as_str(), rehash), (ann, "Ann", None));
    }
    // The event comes with the session, not before.
    assert_eq!(domain.events().await, events);
    // A password is used exactly as it was chosen.
    for near in [PASSWORD.to_uppercase(), format!("{PASSWORD} "), format!(" {PASSWORD}")] {
        let answer = prove(&domain, "ann@example.com", &near).await;
        assert!(matches!(answer, Err(Error::WrongCredentials)), "{near:?}: {answer:?}");
    }
}

async fn every_wrong_try_gets_the_same_answer_after_the_same_work(domain: TestDomain) {
    register(&domain, "Ann").await;
    create(&domain, "Invited").await;
    let removed: UserId = register(&domain, "Removed").await;
    users::remove(&domain.system(), one(removed)).await.unwrap();
    let mut work = Vec::new();
    for (email, password) in [
        ("ann@example.com", WRONG),
        ("nobody@example.com", WRONG),
        ("nobody@example.com", PASSWORD),
        ("invited@example.com", PASSWORD),
        ("removed@example.com", WRONG),
        ("removed@example.com", PASSWORD),
    ] {
        let (statements, failed, events) =
            (domain.db.statements(), failures(&domain).await, domain.events().await);
        let asking = domain.db.statements() - statements;
        let answer = prove(&domain, email, password).await;
        work.push(domain.db.statements() - statements - asking);
        assert!(matches!(answer, Err(Error::WrongCredentials)), "{email}: {answer:?}");
        assert_eq!(Problem::from(answer.unwrap_err()), Problem::from(Error::WrongCredentials));
        let told = (failures(&domain).await - failed, domain.events().await - events);
        assert_eq!(told, (1, 1), "{email} is told by one event");
    }
    assert_eq!(work, [work[0]; 6]);
}

async fn that_somebody_is_suspended_is_told_only_with_the_right_password(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    users::suspend(&domain.system(), suspension(ann)).await.unwrap();
    let answer = prove(&domain, "ann@example.com", WRONG).await;
    assert!(matches!(answer, Err(Error::WrongCredentials)), "{answer:?}");
    let answer = prove(&domain, "ann@example.com", PASSWORD).await;
    assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    assert_eq!(failures(&domain).await, 2);
}

async fn a_hash_of_older_parameters_is_made_again(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let stronger = domain.beside(|options| options.passwords.memory_kib *= 2).await;
    let proof = prove(&stronger, "ann@example.com", PASSWORD).await.unwrap();
    let hash = proof.rehash.clone().unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=128,t=1,p=1$"), "{hash}");
    // The better hash is stored with the session.
    let token = frontdesk_domain::sessions::TokenHash::of(b"a device");
    frontdesk_domain::sessions::begin(&stronger.by(&anybody()), &proof, token).await.unwrap();
    let again = prove(&stronger, "ann@example.com", PASSWORD).await.unwrap();
    assert_eq!((again.user, again.rehash), (ann, None));
    // A wrong password gets no better hash.
    assert!(prove(&domain, "ann@example.com", WRONG).await.is_err());
}

async fn after_ten_failures_everybody_has_to_wait(domain: TestDomain) {
    register(&domain, "Ann").await;
    register(&domain, "Ben").await;
    for n in 1..=10 {
        let answer = prove(&domain, "ann@example.com", WRONG).await;
        assert!(matches!(answer, Err(Error::WrongCredentials)), "try {n}: {answer:?}");
    }
    let (statements, events) = (domain.db.statements(), domain.events().await);
    let asking = domain.db.statements() - statements;
    for password in [WRONG, PASSWORD] {
        let answer = prove(&domain, "Ann@example.com", password).await;
        assert!(matches!(answer, Err(Error::Throttled { wait: 1.. })), "{answer:?}");
        assert_eq!(Problem::from(answer.unwrap_err()).retry_after, Some(1));
    }
    // A throttled attempt costs nothing, and is reported once.
    assert_eq!(domain.db.statements(), statements + asking);
    assert_eq!(domain.events().await, events);
    let throttled = "SELECT count(*) FROM audit_events WHERE action = 'login.throttled'";
    assert_eq!(domain.count(throttled).await, 1);
    prove(&domain, "ben@example.com", PASSWORD).await.unwrap();

    // Every further failure extends the delay, up to a minute.
    let mut longest = 0;
    for _ in 0..10 {
        domain.clock.advance(60);
        assert!(matches!(prove(&domain, "ann@example.com", WRONG).await, Err(Error::WrongCredentials)));
        let answer = prove(&domain, "ann@example.com", WRONG).await;
        let Err(Error::Throttled { wait }) = answer else { panic!("{answer:?}") };
        assert!((longest..=60).contains(&wait), "{wait} after {longest}");
        longest = wait;
    }
    assert_eq!(longest, 60);
    domain.clock.advance(60);
    prove(&domain, "ann@example.com", PASSWORD).await.unwrap();
    prove(&domain, "ann@example.com", PASSWORD).await.unwrap();
    assert_eq!(domain.count(throttled).await, 1);
}

async fn an_address_that_nobody_has_is_held_back_just_the_same(domain: TestDomain) {
    for _ in 0..10 {
        let answer = prove(&domain, "nobody@example.com", WRONG).await;
        assert!(matches!(answer, Err(Error::WrongCredentials)), "{answer:?}");
    }
    let answer = prove(&domain, "nobody@example.com", WRONG).await;
    assert!(matches!(answer, Err(Error::Throttled { wait: 1 })), "{answer:?}");
}

async fn the_right_password_in_time_starts_the_count_anew(domain: TestDomain) {
    register(&domain, "Ann").await;
    for _ in 0..3 {
        for _ in 0..9 {
            assert!(matches!(prove(&domain, "ann@example.com", WRONG).await, Err(Error::WrongCredentials)));
        }
        prove(&domain, "ann@example.com", PASSWORD).await.unwrap();
    }
}

async fn a_flood_is_told_to_come_back(domain: TestDomain) {
    let narrow = domain
        .beside(|options| {
            let passwords = &mut options.passwords;
            (passwords.memory_kib, passwords.passes, passwords.threads, passwords.queue) = (16_384, 3, 1, 1);
        })
        .await;
    let tries = (0..20).map(|n| {
        let form = sign_up_form("Ann", &format!("ann.{n}@example.com"));
        let narrow = narrow.clone();
        async move { authentication::sign_up(&narrow.by(&anybody()), form).await }
    });
    let answers = futures::future::join_all(tries).await;
    let busy = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::Password(frontdesk_domain::passwords::Error::Busy))));
    let (busy, done) = (busy.count(), answers.iter().flatten().count());
    assert!(busy > 0 && done > 0 && busy + done == 20, "{busy} were told to come back, {done} were served");
    assert_eq!(i64::try_from(done).unwrap(), domain.users().await);
}
