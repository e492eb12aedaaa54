//! Use cases in one transaction: all of them, or none.

use frontdesk_domain::{
    Context, authentication, db, idempotency,
    idempotency::{Claim, Found},
    roles, users,
};
use frontdesk_model::{Role, roles::ChangeRole, users::Status};

use crate::support::{TestDomain, anybody, create_form, person, register, sign_up_form, suspension, user};

both! {
    of_two_use_cases_in_one_transaction_none_happens_if_the_second_is_refused,
    two_use_cases_in_one_transaction_see_each_other,
    a_key_is_claimed_once_for_all_use_cases_of_a_transaction,
    a_refused_use_case_leaves_its_key_unused,
    what_is_refused_before_the_first_statement_executes_none,
}

/// A request of the command line with this key.
fn keyed(domain: &TestDomain, key: &str) -> (Context, Claim) {
    let request = idempotency::Request {
        caller: "test",
        secret: "secret",
        key,
        asks: [b"", b"", b""],
        id: "request-1",
    };
    let claim = Claim::new(&domain.clock, &request);
    (domain.system().claiming(Some(claim.clone())), claim)
}

async fn of_two_use_cases_in_one_transaction_none_happens_if_the_second_is_refused(domain: TestDomain) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await.id;
    let ann = register(&domain, "Ann").await;
    let events = domain.events().await;
    let ctx = domain.system();
    let mut tx = ctx.begin();
    users::suspend_in(&ctx, &mut tx, suspension(ann)).await.unwrap();
    let refused = users::suspend_in(&ctx, &mut tx, suspension(olga)).await;
    assert!(matches!(refused, Err(users::Error::LastOwner)), "{refused:?}");
    drop(tx);
    assert_eq!(user(&domain, ann).await.status, Status::Active);
    assert_eq!(domain.events().await, events);
}

async fn two_use_cases_in_one_transaction_see_each_other(domain: TestDomain) {
    let ctx = domain.system();
    let mut tx = ctx.begin();
    let (ann, _) = users::create_in(&ctx, &mut tx, create_form("Ann", "ann@example.com")).await.unwrap();
    let role = ChangeRole { id: ann.id, role: Role::Support };
    let ann = roles::grant_in(&ctx, &mut tx, role).await.unwrap();
    assert!(ann.roles.has(Role::Support));
    assert_eq!((domain.users().await, domain.events().await), (0, 0));
    tx.commit().await.unwrap();
    assert_eq!((user(&domain, ann.id).await, domain.events().await), (ann, 2));
}

async fn a_key_is_claimed_once_for_all_use_cases_of_a_transaction(domain: TestDomain) {
    let (ann, ben) = (register(&domain, "Ann").await, register(&domain, "Ben").await);
    let (ctx, claim) = keyed(&domain, "both");
    let before = domain.db.statements();
    let mut tx = ctx.begin();
    users::suspend_in(&ctx, &mut tx, suspension(ann)).await.unwrap();
    let first = domain.db.statements() - before;
    users::suspend_in(&ctx, &mut tx, suspension(ben)).await.unwrap();
    let second = domain.db.statements() - before - first;
    tx.commit().await.unwrap();
    assert_eq!(first, second + 1, "the claim is the one statement more");
    assert_eq!(domain.count("SELECT count(*) FROM idempotency_keys").await, 1);
    assert!(claim.is_taken());
    assert!(matches!(idempotency::find(&domain, &claim).await.unwrap(), Found::Running));

    let (again, _) = keyed(&domain, "both");
    let repeated = users::reinstate(&again, crate::support::one(ann)).await;
    assert!(matches!(repeated, Err(users::Error::Database(db::Error::Repeated))), "{repeated:?}");
    assert_eq!(user(&domain, ann).await.status, Status::Suspended);
}

async fn a_refused_use_case_leaves_its_key_unused(domain: TestDomain) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await.id;
    let (ctx, claim) = keyed(&domain, "refused");
    users::suspend(&ctx, suspension(olga)).await.unwrap_err();
    assert!(matches!(idempotency::find(&domain, &claim).await.unwrap(), Found::Nothing));
}

async fn what_is_refused_before_the_first_statement_executes_none(domain: TestDomain) {
    let ctx = domain.context(anybody());
    let before = domain.db.statements();
    authentication::sign_up(&ctx, sign_up_form("", "nowhere")).await.unwrap_err();
    users::create(&ctx, create_form("Ann", "ann@example.com")).await.unwrap_err();
    assert_eq!(domain.db.statements(), before);
}
