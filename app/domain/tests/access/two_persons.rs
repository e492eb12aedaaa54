//! A decision of two persons is not made by one with two accounts.

use std::collections::BTreeSet;

use frontdesk_domain::{
    actor::Denied,
    credentials,
    db::{Dialect, Sql},
    invitations, params,
    payments::{self, ApprovalAbove},
    refunds, roles, users,
};
use frontdesk_model::{
    Code, Permission, Problem, Role, Secret, UserId,
    credentials::ChangePassword,
    invitations::AcceptInvite,
    refunds::{OneRefund, Refund},
    roles::ChangeRole,
};
use uuid::Uuid;

use crate::support::{
    By, PASSWORD, Someone, TestDomain, anybody, bearer, create_form, make_token, one, pay, person, place,
    refund_form, register, service_form, sign_in,
};

both! {
    a_link_for_the_password_of_a_peer_is_refused,
    a_new_role_ends_an_open_link,
    an_account_that_the_requester_made_approves_nothing_of_theirs,
    an_account_with_its_role_or_its_password_from_the_requester_approves_nothing_of_theirs,
    an_account_that_a_token_of_the_requester_made_approves_nothing_of_theirs,
    who_made_the_link_for_a_password_approves_nothing_until_another_is_chosen,
    persons_who_do_not_come_from_each_other_decide_together,
    two_accounts_that_one_admin_made_do_not_decide_together,
    what_is_known_of_accounts_of_before_counts,
}

async fn accept(domain: &TestDomain, token: Secret) {
    let form = AcceptInvite { token, password: Secret::new(PASSWORD) };
    invitations::accept(&domain.by(&anybody()), form).await.unwrap();
}

/// An account that this person created, with a password by their link and a role from them.
async fn hire(domain: &TestDomain, by: &Someone, name: &str, role: Role) -> Someone {
    let ctx = domain.by(&by.actor);
    let email = format!("{}@example.com", name.to_lowercase());
    let (user, link) = users::create(&ctx, create_form(name, &email)).await.unwrap();
    accept(domain, link).await;
    roles::grant(&ctx, ChangeRole { id: user.id, role }).await.unwrap();
    sign_in(domain, user.id, name).await
}

/// A refund of this person's that waits for approval.
async fn requested(domain: &mut TestDomain, by: &Someone) -> OneRefund {
    domain.inner().parts_mut().approval_above = ApprovalAbove(Some(1));
    let customer = register(domain, &format!("Customer {}", domain.users().await)).await;
    let order = place(domain, customer, 1_250).await.summary.id;
    let payment = pay(domain, order, "pm_card_ok").await.summary.id;
    let refund = refunds::request(&domain.by(&by.actor), refund_form(payment, None)).await.unwrap();
    OneRefund { id: refund.id }
}

async fn approve(domain: &TestDomain, by: &Someone, form: &OneRefund) -> Result<Refund, payments::Error> {
    let ctx = domain.by(&by.actor);
    let seen = refunds::get(&ctx, form.id).await.unwrap();
    let offered = refunds::is_second_person(&ctx, &seen).await.unwrap();
    let approved = refunds::approve(&ctx, form.clone()).await;
    assert_eq!(offered, approved.is_ok(), "the page offers what is possible");
    approved
}

async fn is_refused(domain: &TestDomain, by: &Someone, form: &OneRefund) {
    let refused = approve(domain, by, form).await.unwrap_err();
    assert_eq!(Problem::from(refused).error, Code::SelfApproval);
}

async fn a_link_for_the_password_of_a_peer_is_refused(domain: TestDomain) {
    let [bo, cy] = [person(&domain, "Bo", &[Role::Admin]).await, person(&domain, "Cy", &[Role::Admin]).await];
    let [olga, otto] =
        [person(&domain, "Olga", &[Role::Owner]).await, person(&domain, "Otto", &[Role::Owner]).await];
    let sue = person(&domain, "Sue", &[Role::Support]).await;
    for (by, of) in [(&bo, &cy), (&olga, &otto), (&sue, &cy), (&bo, &olga)] {
        let refused = invitations::create(&domain.by(&by.actor), one(of.id)).await.unwrap_err();
        assert!(matches!(refused, users::Error::Denied(Denied::Outranked)), "{refused:?}");
    }
    for (by, of) in [(&olga, &cy), (&bo, &sue)] {
        invitations::create(&domain.by(&by.actor), one(of.id)).await.unwrap();
    }
    invitations::create(&domain.system(), one(olga.id)).await.unwrap();
    // Without a password there is nothing to take over yet.
    let (new, _) = users::create(&domain.by(&bo.actor), create_form("Di", "di@example.com")).await.unwrap();
    roles::grant(&domain.by(&bo.actor), ChangeRole { id: new.id, role: Role::Admin }).await.unwrap();
    invitations::create(&domain.by(&bo.actor), one(new.id)).await.unwrap();
}

async fn a_new_role_ends_an_open_link(domain: TestDomain) {
    let bo = person(&domain, "Bo", &[Role::Admin]).await;
    let sue = person(&domain, "Sue", &[Role::Support]).await;
    let link = invitations::create(&domain.by(&bo.actor), one(sue.id)).await.unwrap();
    crate::support::grant(&domain, sue.id, Role::Admin).await;
    let form = AcceptInvite { token: link, password: Secret::new(PASSWORD) };
    let refused = invitations::accept(&domain.by(&anybody()), form).await.unwrap_err();
    assert!(matches!(refused, users::Error::LinkSpent(_)), "{refused:?}");
}

async fn an_account_that_the_requester_made_approves_nothing_of_theirs(mut domain: TestDomain) {
    let [bo, cy] = [person(&domain, "Bo", &[Role::Admin]).await, person(&domain, "Cy", &[Role::Admin]).await];
    let refund = requested(&mut domain, &bo).await;
    let di = hire(&domain, &bo, "Di", Role::Admin).await;
    is_refused(&domain, &di, &refund).await;
    // And one that this one made.
    let ed = hire(&domain, &di, "Ed", Role::Admin).await;
    is_refused(&domain, &ed, &refund).await;
    approve(&domain, &cy, &refund).await.unwrap();
}

async fn an_account_with_its_role_or_its_password_from_the_requester_approves_nothing_of_theirs(
    mut domain: TestDomain,
) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let refund = requested(&mut domain, &olga).await;
    // Two sign-ups of one person.
    let eve = register(&domain, "Eve").await;
    roles::grant(&domain.by(&olga.actor), ChangeRole { id: eve, role: Role::Admin }).await.unwrap();
    is_refused(&domain, &sign_in(&domain, eve, "Eve").await, &refund).await;
    let cy = person(&domain, "Cy", &[Role::Admin]).await;
    let link = invitations::create(&domain.by(&olga.actor), one(cy.id)).await.unwrap();
    accept(&domain, link).await;
    let cy = sign_in(&domain, cy.id, "Cy again").await;
    is_refused(&domain, &cy, &refund).await;
    choose_another(&domain, &cy).await;
    is_refused(&domain, &sign_in_with(&domain, cy.id, OTHER).await, &refund).await;
}

async fn an_account_that_a_token_of_the_requester_made_approves_nothing_of_theirs(mut domain: TestDomain) {
    let bo = person(&domain, "Bo", &[Role::Admin]).await;
    let refund = requested(&mut domain, &bo).await;
    let rights = [Permission::USERS_CREATE, Permission::TOKENS_MANAGE];
    let token = make_token(&domain, &bo.actor, service_form(&rights, "30d")).await.unwrap();
    let token = bearer(&domain, &token).await.unwrap();
    let (di, link) = users::create(&domain.by(&token), create_form("Di", "di@example.com")).await.unwrap();
    accept(&domain, link).await;
    // The role is from another person: the account is still Bo's.
    crate::support::grant(&domain, di.id, Role::Admin).await;
    is_refused(&domain, &sign_in(&domain, di.id, "Di").await, &refund).await;
}

const OTHER: &str = "another lamp for the harbour 42";

async fn choose_another(domain: &TestDomain, of: &Someone) {
    let form = ChangePassword { current: Secret::new(PASSWORD), password: Secret::new(OTHER) };
    credentials::change_password(&domain.by(&of.actor), form).await.unwrap();
}

async fn sign_in_with(domain: &TestDomain, id: UserId, password: &str) -> Someone {
    crate::support::sign_in_with(domain, id, "other", password).await
}

async fn who_made_the_link_for_a_password_approves_nothing_until_another_is_chosen(mut domain: TestDomain) {
    let bo = person(&domain, "Bo", &[Role::Admin]).await;
    let sue = hire(&domain, &bo, "Sue", Role::Support).await;
    let refund = requested(&mut domain, &sue).await;
    is_refused(&domain, &bo, &refund).await;
    choose_another(&domain, &sue).await;
    approve(&domain, &bo, &refund).await.unwrap();
    // A new link begins it again.
    let sue = sign_in_with(&domain, sue.id, OTHER).await;
    let refund = requested(&mut domain, &sue).await;
    let link = invitations::create(&domain.by(&bo.actor), one(sue.id)).await.unwrap();
    accept(&domain, link).await;
    is_refused(&domain, &bo, &refund).await;
}

async fn persons_who_do_not_come_from_each_other_decide_together(mut domain: TestDomain) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let bo = hire(&domain, &olga, "Bo", Role::Admin).await;
    let cy = hire(&domain, &olga, "Cy", Role::Admin).await;
    let refund = requested(&mut domain, &bo).await;
    approve(&domain, &cy, &refund).await.unwrap();
}

async fn two_accounts_that_one_admin_made_do_not_decide_together(mut domain: TestDomain) {
    let bo = person(&domain, "Bo", &[Role::Admin]).await;
    let sue = hire(&domain, &bo, "Sue", Role::Support).await;
    let di = hire(&domain, &bo, "Di", Role::Admin).await;
    choose_another(&domain, &sue).await;
    let sue = sign_in_with(&domain, sue.id, OTHER).await;
    let refund = requested(&mut domain, &sue).await;
    is_refused(&domain, &di, &refund).await;
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    approve(&domain, &olga, &refund).await.unwrap();
}

async fn what_is_known_of_accounts_of_before_counts(domain: TestDomain) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let bo = hire(&domain, &olga, "Bo", Role::Admin).await;
    domain.clock.advance(60);
    hire(&domain, &bo, "Cy", Role::Support).await;
    let sue = person(&domain, "Sue", &[Role::Support]).await;
    let link = invitations::create(&domain.by(&bo.actor), one(sue.id)).await.unwrap();
    accept(&domain, link).await;
    domain.clock.advance(60);
    choose_another(&domain, &sign_in(&domain, sue.id, "Sue again").await).await;
    let recorded = sources(&domain).await;
    assert_eq!(recorded.len(), 7);
    domain.meddle("DELETE FROM account_sources", params![]).await.unwrap();
    let migration = match domain.db.dialect() {
        Dialect::Sqlite => include_str!("../../../../migrations/sqlite/0012_account_sources.sql"),
        Dialect::Postgres => include_str!("../../../../migrations/postgres/0012_account_sources.sql"),
    };
    for statement in migration.split(';').filter_map(|part| part.find("INSERT INTO").map(|at| &part[at..])) {
        domain.meddle(statement, params![]).await.unwrap();
    }
    assert_eq!(sources(&domain).await, recorded);
}

async fn sources(domain: &TestDomain) -> BTreeSet<(Uuid, Uuid, String, i64)> {
    const ALL: Sql =
        Sql::new("test.sources", "SELECT account_id, person_id, kind, chosen_since FROM account_sources");
    domain.db.all(ALL, params![]).await.unwrap().into_iter().collect()
}
