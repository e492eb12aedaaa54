//! Assigning and removing roles. Permissions are in `permissions.rs`.

use frontdesk_domain::{actor::Denied, roles, users::Error};
use frontdesk_model::{Role, Roles, roles::ChangeRole};

use crate::support::{By, TestDomain, person, register, user};

both! {
    roles_add_up_and_are_taken_one_by_one,
    a_role_is_given_once_and_taken_once,
    everybody_is_a_member_and_nobody_is_made_one,
    nobody_gives_or_takes_what_they_do_not_hold,
    who_lost_a_role_cannot_take_it_back,
}

async fn roles_add_up_and_are_taken_one_by_one(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    for role in Role::ASSIGNABLE.iter().rev() {
        roles::grant(&domain.system(), ChangeRole { id: ann, role: *role }).await.unwrap();
    }
    assert_eq!(user(&domain, ann).await.roles.iter().collect::<Vec<_>>(), Role::ASSIGNABLE);
    person(&domain, "Olga", &[Role::Owner]).await;
    for (n, role) in Role::ASSIGNABLE.iter().enumerate() {
        roles::revoke(&domain.system(), ChangeRole { id: ann, role: *role }).await.unwrap();
        assert_eq!(user(&domain, ann).await.roles.iter().collect::<Vec<_>>(), Role::ASSIGNABLE[n + 1..]);
    }
}

async fn a_role_is_given_once_and_taken_once(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let support = ChangeRole { id: ann, role: Role::Support };
    let answer = roles::revoke(&domain.system(), support.clone()).await;
    assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    roles::grant(&domain.system(), support.clone()).await.unwrap();
    let (before, events) = (user(&domain, ann).await, domain.events().await);
    let answer = roles::grant(&domain.system(), support).await;
    assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    assert_eq!((user(&domain, ann).await, domain.events().await), (before, events));
}

async fn everybody_is_a_member_and_nobody_is_made_one(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    assert!(user(&domain, ann).await.roles.has(Role::Member));
    let member = ChangeRole { id: ann, role: Role::Member };
    for answer in [
        roles::grant(&domain.system(), member.clone()).await.map(drop),
        roles::revoke(&domain.system(), member.clone()).await.map(drop),
    ] {
        assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    }
}

async fn nobody_gives_or_takes_what_they_do_not_hold(domain: TestDomain) {
    let admin = person(&domain, "Ada", &[Role::Admin]).await;
    let ann = register(&domain, "Ann").await;
    // Neither to others nor to themselves.
    for id in [ann, admin.id] {
        let answer = roles::grant(&domain.by(&admin.actor), ChangeRole { id, role: Role::Owner }).await;
        assert!(matches!(answer, Err(Error::Denied(Denied::Outranked))), "{answer:?}");
        assert!(!user(&domain, id).await.roles.has(Role::Owner));
    }
    roles::grant(&domain.by(&admin.actor), ChangeRole { id: ann, role: Role::Admin }).await.unwrap();
}

async fn who_lost_a_role_cannot_take_it_back(domain: TestDomain) {
    let admin = person(&domain, "Ada", &[Role::Admin]).await;
    let role = ChangeRole { id: admin.id, role: Role::Admin };
    roles::revoke(&domain.system(), role.clone()).await.unwrap();
    // With the next request, which reads the roles again.
    let person = admin.load(&domain).await.unwrap();
    assert_eq!(person.roles, Roles::default());
    let mut actor = admin.actor;
    actor.who = frontdesk_domain::actor::Who::Person(person);
    let answer = roles::grant(&domain.by(&actor), role).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::Lacks(_)))), "{answer:?}");
}
