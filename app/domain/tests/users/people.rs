//! Creating and editing users.

use frontdesk_domain::{
    authentication, invitations, roles,
    users::{self, Error},
};
use frontdesk_model::{
    Code, PersonName, Problem, Timestamp, UserId,
    authentication::SignUp,
    roles::ChangeRole,
    users::{CreateUser, Status},
};
use futures::future::join_all;

use crate::support::{
    By, NOW, TestDomain, anybody, create, create_form, edit, one, prove, register, sign_up_form, suspension,
    user,
};

both! {
    who_signs_up_is_there_as_they_wrote_themselves,
    an_address_is_taken_whatever_its_case_and_whoever_asks,
    a_removed_users_address_stays_taken,
    of_200_who_sign_up_with_one_address_at_once_one_succeeds,
    who_is_created_cannot_sign_in_before_they_chose_a_password,
    every_fault_of_a_form_is_told_and_nothing_is_written,
    an_edit_changes_what_differs_and_the_version,
    an_edit_that_changes_nothing_writes_nothing,
    an_edit_of_an_older_version_is_refused_with_what_is_there_now,
    of_two_edits_of_one_version_at_once_one_succeeds,
    of_two_who_take_a_free_address_at_once_one_succeeds,
    the_case_of_ones_own_address_can_be_changed,
    who_is_removed_is_not_changed_until_restored,
    nobody_is_found_by_an_id_that_nobody_has,
}

async fn who_signs_up_is_there_as_they_wrote_themselves(domain: TestDomain) {
    let form = sign_up_form("  Ame\u{301}lie   Roux ", " Amelie@Example.com ");
    let proof = authentication::sign_up(&domain.by(&anybody()), form).await.unwrap();
    let amelie = user(&domain, proof.user).await;
    assert_eq!((amelie.name.as_str(), amelie.email.as_str()), ("Amélie Roux", "Amelie@Example.com"));
    assert_eq!((amelie.status, amelie.version, amelie.has_password), (Status::Active, 1, true));
    assert!(amelie.roles.is_empty() && amelie.suspended_reason.is_empty());
    let now = Timestamp::parse(NOW).unwrap();
    assert_eq!((amelie.joined_at, amelie.updated_at, amelie.last_seen_at), (now, now, None));
}

async fn an_address_is_taken_whatever_its_case_and_whoever_asks(domain: TestDomain) {
    register(&domain, "Ann").await;
    let ben = register(&domain, "Ben").await;
    let ben = user(&domain, ben).await;
    let before = (domain.users().await, domain.events().await);
    let again = "ANN@example.COM";
    let answers = [
        authentication::sign_up(&domain.by(&anybody()), sign_up_form("Ann", again)).await.map(|_| ()),
        users::create(&domain.system(), create_form("Ann", again)).await.map(|_| ()),
        users::update(&domain.system(), edit(&ben, "Ben", again)).await.map(|_| ()),
    ];
    for answer in answers {
        let error = answer.unwrap_err();
        assert!(matches!(error, Error::EmailTaken), "{error:?}");
        let problem = Problem::from(error);
        assert_eq!((problem.error, problem.of_field("email").count()), (Code::EmailExists, 1));
    }
    assert_eq!((domain.users().await, domain.events().await), before);
}

async fn a_removed_users_address_stays_taken(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    users::remove(&domain.system(), one(ann)).await.unwrap();
    let answer =
        authentication::sign_up(&domain.by(&anybody()), sign_up_form("Ann", "ann@example.com")).await;
    assert!(matches!(answer, Err(Error::EmailTaken)), "{answer:?}");
    users::restore(&domain.system(), one(ann)).await.unwrap();
}

async fn of_200_who_sign_up_with_one_address_at_once_one_succeeds(domain: TestDomain) {
    let tries = (0..200).map(|n| {
        let domain = domain.clone();
        tokio::spawn(async move {
            let form = sign_up_form(&format!("Ann {n}"), "ann@example.com");
            authentication::sign_up(&domain.by(&anybody()), form).await
        })
    });
    let answers: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    let winners: Vec<UserId> = answers.iter().flatten().map(|proof| proof.user).collect();
    let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::EmailTaken))).count();
    assert_eq!((winners.len(), refused), (1, 199));
    assert_eq!((domain.users().await, domain.events().await), (1, 1));
    assert_eq!(user(&domain, winners[0]).await.email, "ann@example.com");
}

async fn who_is_created_cannot_sign_in_before_they_chose_a_password(domain: TestDomain) {
    let (id, _) = create(&domain, "Ann").await;
    assert!(!user(&domain, id).await.has_password);
    for guess in ["", "some password or other"] {
        let answer = prove(&domain, "ann@example.com", guess).await;
        assert!(matches!(answer, Err(Error::WrongCredentials | Error::Invalid(_))), "{answer:?}");
    }
}

async fn every_fault_of_a_form_is_told_and_nothing_is_written(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let ann = user(&domain, ann).await;
    let before = (domain.users().await, domain.events().await);
    let mut nameless = suspension(ann.id);
    nameless.reason = " \n".to_owned();
    let answers = [
        (
            authentication::sign_up(&domain.by(&anybody()), SignUp::default()).await.map(|_| ()),
            "email name password",
        ),
        (users::create(&domain.system(), CreateUser::default()).await.map(|_| ()), "email name"),
        (users::update(&domain.system(), edit(&ann, "", "ann@")).await.map(|_| ()), "email name"),
        (users::suspend(&domain.system(), nameless).await.map(drop), "reason"),
    ];
    for (answer, expected) in answers {
        let Err(Error::Invalid(problem)) = answer else {
            panic!("{answer:?} instead of faults of {expected}")
        };
        let fields: Vec<&str> = problem.details.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields.join(" "), expected);
    }
    assert_eq!((domain.users().await, domain.events().await), before);
    assert_eq!(user(&domain, ann.id).await, ann);
}

async fn an_edit_changes_what_differs_and_the_version(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let before = user(&domain, ann).await;
    domain.clock.advance(60);
    assert!(
        users::update(&domain.system(), edit(&before, "Ánna Lee", "Anna@example.org")).await.unwrap().changed
    );
    let after = user(&domain, ann).await;
    assert_eq!((after.name.as_str(), after.email.as_str()), ("Ánna Lee", "Anna@example.org"));
    assert_eq!((after.version, after.updated_at), (before.version + 1, before.updated_at.plus_seconds(60)));
    assert_eq!(after.joined_at, before.joined_at);
    // The search and comparison keys are updated.
    assert_eq!(PersonName::parse(&after.name).unwrap().key(), "anna lee");
    assert_eq!(domain.count("SELECT count(*) FROM users WHERE name_key = 'anna lee'").await, 1);
    authentication::sign_up(&domain.by(&anybody()), sign_up_form("Ann", "ann@example.com")).await.unwrap();
    let answer =
        authentication::sign_up(&domain.by(&anybody()), sign_up_form("Ann", "anna@example.org")).await;
    assert!(matches!(answer, Err(Error::EmailTaken)), "{answer:?}");
}

async fn an_edit_that_changes_nothing_writes_nothing(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let (before, events) = (user(&domain, ann).await, domain.events().await);
    let mut same = edit(&before, " Ann ", &before.email);
    assert!(!users::update(&domain.system(), same.clone()).await.unwrap().changed);
    // However old the edited version is: the current values are the wanted ones.
    same.version = 0.into();
    assert!(!users::update(&domain.system(), same).await.unwrap().changed);
    assert_eq!((user(&domain, ann).await, domain.events().await), (before, events));
}

async fn an_edit_of_an_older_version_is_refused_with_what_is_there_now(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let seen = user(&domain, ann).await;
    users::update(&domain.system(), edit(&seen, "Anna", "anna@example.com")).await.unwrap();
    let (now, events) = (user(&domain, ann).await, domain.events().await);
    let answer = users::update(&domain.system(), edit(&seen, "Hannah", "anna@example.com")).await;
    let Err(Error::Changed(faults)) = answer else { panic!("{answer:?}") };
    let faults: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.message.as_str())).collect();
    assert_eq!(faults, [("name", "It is “Anna” now")]);
    assert_eq!((user(&domain, ann).await, domain.events().await), (now, events));
}

async fn of_two_edits_of_one_version_at_once_one_succeeds(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    for round in 0..20 {
        let seen = user(&domain, ann).await;
        let edits = ["Anna", "Hannah"].map(|name| {
            let (domain, form) = (domain.clone(), edit(&seen, &format!("{name} {round}"), &seen.email));
            tokio::spawn(async move { users::update(&domain.system(), form).await })
        });
        let answers: Vec<_> = join_all(edits).await.into_iter().map(Result::unwrap).collect();
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::Changed(_)))).count();
        assert_eq!((answers.iter().flatten().count(), refused), (1, 1), "{answers:?}");
        assert_eq!(user(&domain, ann).await.version, seen.version + 1);
    }
}

async fn of_two_who_take_a_free_address_at_once_one_succeeds(domain: TestDomain) {
    for round in 0..20 {
        let mut edits = Vec::new();
        for name in ["Ann", "Ben"] {
            let id = register(&domain, &format!("{name} {round}")).await;
            let form = edit(&user(&domain, id).await, name, &format!("free.{round}@example.com"));
            let domain = domain.clone();
            edits.push(tokio::spawn(async move { users::update(&domain.system(), form).await }));
        }
        let answers: Vec<_> = join_all(edits).await.into_iter().map(Result::unwrap).collect();
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::EmailTaken))).count();
        assert_eq!((answers.iter().flatten().count(), refused), (1, 1), "{answers:?}");
    }
}

async fn the_case_of_ones_own_address_can_be_changed(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let before = user(&domain, ann).await;
    assert!(users::update(&domain.system(), edit(&before, "Ann", "Ann@Example.com")).await.unwrap().changed);
    assert_eq!(user(&domain, ann).await.email, "Ann@Example.com");
}

async fn who_is_removed_is_not_changed_until_restored(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    users::remove(&domain.system(), one(ann)).await.unwrap();
    let (removed, events) = (user(&domain, ann).await, domain.events().await);
    let role = ChangeRole { id: ann, role: frontdesk_model::Role::Support };
    let answers = [
        users::update(&domain.system(), edit(&removed, "Anna", "anna@example.com")).await.map(|_| ()),
        users::suspend(&domain.system(), suspension(ann)).await.map(drop),
        users::reinstate(&domain.system(), one(ann)).await.map(drop),
        users::remove(&domain.system(), one(ann)).await.map(drop),
        invitations::create(&domain.system(), one(ann)).await.map(|_| ()),
        roles::grant(&domain.system(), role.clone()).await.map(drop),
        roles::revoke(&domain.system(), role).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    }
    assert_eq!((user(&domain, ann).await, domain.events().await), (removed, events));
}

async fn nobody_is_found_by_an_id_that_nobody_has(domain: TestDomain) {
    let id = UserId(domain.clock.id());
    let mut stranger = user(&domain, register(&domain, "Ann").await).await;
    stranger.id = id;
    let role = ChangeRole { id, role: frontdesk_model::Role::Support };
    let answers = [
        users::get(&domain.system(), id).await.map(|_| ()),
        users::update(&domain.system(), edit(&stranger, "Anna", "anna@example.com")).await.map(|_| ()),
        users::suspend(&domain.system(), suspension(id)).await.map(drop),
        users::reinstate(&domain.system(), one(id)).await.map(drop),
        users::remove(&domain.system(), one(id)).await.map(drop),
        users::restore(&domain.system(), one(id)).await.map(drop),
        invitations::create(&domain.system(), one(id)).await.map(|_| ()),
        roles::grant(&domain.system(), role.clone()).await.map(drop),
        roles::revoke(&domain.system(), role).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::NoSuchUser)), "{answer:?}");
    }
}
