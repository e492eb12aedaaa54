//! Suspending and reinstating users.

use frontdesk_domain::users::{self, Error};
use frontdesk_model::{Role, UserId, users::Status};

use crate::support::{By, TestDomain, grant, one, person, register, suspension, user};

both! {
    a_suspended_user_has_the_reason_until_they_are_reinstated,
    each_change_of_state_is_refused_from_the_wrong_one,
    a_restored_user_is_as_they_were,
    a_restored_user_who_was_suspended_still_is,
    nobody_suspends_or_removes_themselves,
}

async fn a_suspended_user_has_the_reason_until_they_are_reinstated(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let before = user(&domain, ann).await;
    let mut form = suspension(ann);
    form.reason = "  Three chargebacks \n".to_owned();
    users::suspend(&domain.system(), form).await.unwrap();
    let suspended = user(&domain, ann).await;
    assert_eq!(
        (suspended.status, suspended.suspended_reason.as_str()),
        (Status::Suspended, "Three chargebacks")
    );
    assert_eq!(suspended.version, before.version + 1);
    users::reinstate(&domain.system(), one(ann)).await.unwrap();
    let reinstated = user(&domain, ann).await;
    assert_eq!((reinstated.status, reinstated.suspended_reason.as_str()), (Status::Active, ""));
    let left = "SELECT count(*) FROM users WHERE suspended_at IS NOT NULL";
    assert_eq!(domain.count(left).await, 0);
}

async fn each_change_of_state_is_refused_from_the_wrong_one(domain: TestDomain) {
    let (active, suspended, removed) =
        (register(&domain, "Ann").await, register(&domain, "Ben").await, register(&domain, "Cay").await);
    users::suspend(&domain.system(), suspension(suspended)).await.unwrap();
    users::remove(&domain.system(), one(removed)).await.unwrap();
    let refused = [
        users::reinstate(&domain.system(), one(active)).await.map(drop),
        users::restore(&domain.system(), one(active)).await.map(drop),
        users::suspend(&domain.system(), suspension(suspended)).await.map(drop),
        users::restore(&domain.system(), one(suspended)).await.map(drop),
        users::suspend(&domain.system(), suspension(removed)).await.map(drop),
        users::reinstate(&domain.system(), one(removed)).await.map(drop),
        users::remove(&domain.system(), one(removed)).await.map(drop),
    ];
    for answer in refused {
        assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    }
    let states = [active, suspended, removed].map(|id| user(&domain, id));
    let states: Vec<Status> =
        futures::future::join_all(states).await.iter().map(|user| user.status).collect();
    assert_eq!(states, Status::ALL);
}

async fn a_restored_user_is_as_they_were(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    grant(&domain, ann, Role::Support).await;
    grant(&domain, ann, Role::Auditor).await;
    let before = user(&domain, ann).await;
    domain.clock.advance(60);
    users::remove(&domain.system(), one(ann)).await.unwrap();
    let removed = user(&domain, ann).await;
    assert_eq!((removed.status, removed.removed_at), (Status::Removed, Some(domain.clock.now())));
    users::restore(&domain.system(), one(ann)).await.unwrap();
    let restored = user(&domain, ann).await;
    assert_eq!(restored.version, before.version + 2);
    let same =
        frontdesk_model::users::User { version: before.version, updated_at: before.updated_at, ..restored };
    assert_eq!(same, before);
}

async fn a_restored_user_who_was_suspended_still_is(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    users::suspend(&domain.system(), suspension(ann)).await.unwrap();
    let since = async || domain.count("SELECT suspended_at FROM users WHERE suspended_at IS NOT NULL").await;
    let at = since().await;
    domain.clock.advance(60);
    users::remove(&domain.system(), one(ann)).await.unwrap();
    domain.clock.advance(60);
    users::restore(&domain.system(), one(ann)).await.unwrap();
    let restored = user(&domain, ann).await;
    assert_eq!(
        (restored.status, restored.suspended_reason.as_str()),
        (Status::Suspended, "Three chargebacks")
    );
    assert_eq!(since().await, at);
    users::reinstate(&domain.system(), one(ann)).await.unwrap();
    assert_eq!(user(&domain, ann).await.status, Status::Active);
}

async fn nobody_suspends_or_removes_themselves(domain: TestDomain) {
    // Another owner, so that the refusal is not about the last one.
    person(&domain, "Olga", &[Role::Owner]).await;
    let owner = person(&domain, "Ann", &[Role::Owner]).await;
    let oneself: UserId = owner.id;
    let answers = [
        users::suspend(&domain.by(&owner.actor), suspension(oneself)).await.map(drop),
        users::remove(&domain.by(&owner.actor), one(oneself)).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    }
    assert_eq!(user(&domain, oneself).await.status, Status::Active);
}
