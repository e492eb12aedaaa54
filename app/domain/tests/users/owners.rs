//! There is always an active owner.

use std::future::Future;

use frontdesk_domain::{
    actor::Actor,
    roles,
    users::{self, Error},
};
use frontdesk_model::{Role, UserId, roles::ChangeRole, users::Status};

use crate::support::{By, Someone, TestDomain, create, grant, one, person, suspension, user};

both! {
    the_last_owner_is_not_demoted_suspended_or_removed,
    an_owner_who_cannot_sign_in_does_not_count,
    two_owners_who_demote_each_other_leave_one,
    two_owners_who_suspend_each_other_leave_one,
    two_owners_who_remove_and_demote_each_other_leave_one,
}

fn owner(id: UserId) -> ChangeRole {
    ChangeRole { id, role: Role::Owner }
}

async fn the_last_owner_is_not_demoted_suspended_or_removed(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[Role::Owner, Role::Auditor]).await;
    let (before, events) = (user(&domain, ann.id).await, domain.events().await);
    let answers = [
        roles::revoke(&domain.by(&ann.actor), owner(ann.id)).await.map(drop),
        roles::revoke(&domain.system(), owner(ann.id)).await.map(drop),
        users::suspend(&domain.system(), suspension(ann.id)).await.map(drop),
        users::remove(&domain.system(), one(ann.id)).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::LastOwner)), "{answer:?}");
    }
    assert_eq!((user(&domain, ann.id).await, domain.events().await), (before, events));
    // Another of their roles can be removed, and with another owner this one, too.
    roles::revoke(&domain.system(), ChangeRole { id: ann.id, role: Role::Auditor }).await.unwrap();
    let ben = person(&domain, "Ben", &[Role::Owner]).await;
    roles::revoke(&domain.by(&ann.actor), owner(ann.id)).await.unwrap();
    let answer = roles::revoke(&domain.by(&ben.actor), owner(ben.id)).await;
    assert!(matches!(answer, Err(Error::LastOwner)), "{answer:?}");
}

async fn an_owner_who_cannot_sign_in_does_not_count(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[Role::Owner]).await;
    let suspended = person(&domain, "Sue", &[Role::Owner]).await;
    users::suspend(&domain.by(&ann.actor), suspension(suspended.id)).await.unwrap();
    let removed = person(&domain, "Rob", &[Role::Owner]).await;
    users::remove(&domain.by(&ann.actor), one(removed.id)).await.unwrap();
    let (invited, _) = create(&domain, "Ivy").await;
    grant(&domain, invited, Role::Owner).await;
    let answers = [
        roles::revoke(&domain.by(&ann.actor), owner(ann.id)).await.map(drop),
        users::suspend(&domain.system(), suspension(ann.id)).await.map(drop),
        users::remove(&domain.system(), one(ann.id)).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(Error::LastOwner)), "{answer:?}");
    }
    // They can be demoted themselves: that leaves Ann.
    for id in [suspended.id, invited] {
        roles::revoke(&domain.by(&ann.actor), owner(id)).await.unwrap();
    }
}

async fn two_owners_who_demote_each_other_leave_one(domain: TestDomain) {
    duels(&domain, [demote, demote]).await;
}

async fn two_owners_who_suspend_each_other_leave_one(domain: TestDomain) {
    duels(&domain, [suspend, suspend]).await;
}

async fn two_owners_who_remove_and_demote_each_other_leave_one(domain: TestDomain) {
    duels(&domain, [remove, demote]).await;
}

type Blow = std::pin::Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

fn demote(domain: TestDomain, actor: Actor, other: UserId) -> Blow {
    Box::pin(async move { roles::revoke(&domain.by(&actor), owner(other)).await.map(drop) })
}

fn suspend(domain: TestDomain, actor: Actor, other: UserId) -> Blow {
    Box::pin(async move { users::suspend(&domain.by(&actor), suspension(other)).await.map(drop) })
}

fn remove(domain: TestDomain, actor: Actor, other: UserId) -> Blow {
    Box::pin(async move { users::remove(&domain.by(&actor), one(other)).await.map(drop) })
}

/// The first acts on the second while the second acts on the first, many times.
async fn duels(domain: &TestDomain, strike: [fn(TestDomain, Actor, UserId) -> Blow; 2]) {
    let [first, second] =
        [person(domain, "Ann", &[Role::Owner]).await, person(domain, "Ben", &[Role::Owner]).await];
    for round in 0..40 {
        let blows = [(&first, &second, strike[0]), (&second, &first, strike[1])]
            .map(|(by, on, strike)| tokio::spawn(strike(domain.clone(), by.actor.clone(), on.id)));
        let answers: Vec<_> =
            futures::future::join_all(blows).await.into_iter().map(Result::unwrap).collect();
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Error::LastOwner))).count();
        assert_eq!((answers.iter().flatten().count(), refused), (1, 1), "round {round}: {answers:?}");
        for one in [&first, &second] {
            heal(domain, one).await;
        }
    }
}

/// Makes a user an active owner again.
async fn heal(domain: &TestDomain, someone: &Someone) {
    let now = user(domain, someone.id).await;
    match now.status {
        Status::Active => {}
        Status::Suspended => drop(users::reinstate(&domain.system(), one(someone.id)).await.unwrap()),
        Status::Removed => drop(users::restore(&domain.system(), one(someone.id)).await.unwrap()),
    }
    if !now.roles.has(Role::Owner) {
        grant(domain, someone.id, Role::Owner).await;
    }
}
