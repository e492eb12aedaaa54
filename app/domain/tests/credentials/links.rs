//! One-time links: setup links and invitations.

use frontdesk_domain::{
    credentials::Credentials,
    invitations::{self, FirstLink},
    one_time_links::Purpose,
    users::{self, Error},
};
use frontdesk_model::{
    Role, Secret, UserId,
    invitations::{AcceptInvite, SetUp},
};
use futures::future::join_all;

use crate::support::{
    By, PASSWORD, TestDomain, anybody, create, grant, one, prove, register, suspension, user,
};

both! {
    an_invitation_shows_for_whom_it_is_and_lets_them_choose_a_password_once,
    an_invitation_is_spent_once_however_many_try_at_once,
    an_invitation_works_for_a_week,
    a_new_invitation_replaces_the_one_before,
    an_invitation_of_somebody_suspended_or_removed_does_not_work,
    a_password_that_is_refused_does_not_spend_the_invitation,
    one_kind_of_link_is_not_the_other,
    the_first_owner_is_made_once,
    of_many_who_set_up_at_once_one_becomes_the_owner,
    a_set_up_link_works_for_a_day_and_replaces_the_one_before,
    a_set_up_that_is_refused_does_not_spend_the_link,
    there_is_no_set_up_link_once_there_is_an_owner,
    a_start_takes_away_no_set_up_link_that_is_still_good,
    of_many_that_start_at_once_one_makes_the_set_up_link,
    only_the_hash_of_a_link_is_kept,
}

const DAY: i64 = 24 * 3600;

async fn accept(domain: &TestDomain, link: &Secret) -> Result<Credentials, Error> {
    let form = AcceptInvite { token: link.clone(), password: Secret::new(PASSWORD) };
    invitations::accept(&domain.by(&anybody()), form).await
}

async fn set_up(domain: &TestDomain, link: &Secret, email: &str) -> Result<Credentials, Error> {
    let form = SetUp {
        token: link.clone(),
        name: "Olga".to_owned(),
        email: email.to_owned(),
        password: Secret::new(PASSWORD),
    };
    invitations::set_up(&domain.by(&anybody()), form).await
}

async fn open(domain: &TestDomain, link: &Secret, purpose: Purpose) -> Result<(String, String), Error> {
    invitations::open(&domain.by(&anybody()), purpose, link).await.map(|open| (open.name, open.email))
}

async fn set_up_link(domain: &TestDomain) -> Secret {
    invitations::setup_link(domain).await.unwrap().unwrap()
}

fn is_spent<T: std::fmt::Debug>(answer: Result<T, Error>) {
    assert!(matches!(answer, Err(Error::LinkSpent(_))), "{answer:?}");
}

async fn an_invitation_shows_for_whom_it_is_and_lets_them_choose_a_password_once(domain: TestDomain) {
    let (ann, link) = create(&domain, "Ann").await;
    assert_eq!(
        open(&domain, &link, Purpose::Invite).await.unwrap(),
        ("Ann".to_owned(), "ann@example.com".to_owned())
    );
    let proof = accept(&domain, &link).await.unwrap();
    assert_eq!((proof.user, proof.name.as_str()), (ann, "Ann"));
    assert_eq!(prove(&domain, "ann@example.com", PASSWORD).await.unwrap().user, ann);
    is_spent(open(&domain, &link, Purpose::Invite).await);
    is_spent(accept(&domain, &link).await);
}

async fn an_invitation_is_spent_once_however_many_try_at_once(domain: TestDomain) {
    for round in 0..20 {
        let (_, link) = create(&domain, &format!("Ann {round}")).await;
        let tries = (0..4).map(|_| {
            let (domain, link) = (domain.clone(), link.clone());
            tokio::spawn(async move { accept(&domain, &link).await })
        });
        let answers: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        let spent = answers.iter().filter(|answer| matches!(answer, Err(Error::LinkSpent(_)))).count();
        assert_eq!((answers.iter().flatten().count(), spent), (1, 3), "{answers:?}");
    }
}

async fn an_invitation_works_for_a_week(domain: TestDomain) {
    let (_, link) = create(&domain, "Ann").await;
    domain.clock.advance(7 * DAY - 1);
    open(&domain, &link, Purpose::Invite).await.unwrap();
    domain.clock.advance(1);
    is_spent(open(&domain, &link, Purpose::Invite).await);
    is_spent(accept(&domain, &link).await);
}

async fn a_new_invitation_replaces_the_one_before(domain: TestDomain) {
    let (ann, first) = create(&domain, "Ann").await;
    let (_, bens) = create(&domain, "Ben").await;
    let second = invitations::create(&domain.system(), one(ann)).await.unwrap();
    is_spent(accept(&domain, &first).await);
    accept(&domain, &second).await.unwrap();
    accept(&domain, &bens).await.unwrap();
}

async fn an_invitation_of_somebody_suspended_or_removed_does_not_work(domain: TestDomain) {
    let (ann, anns) = create(&domain, "Ann").await;
    let (ben, bens) = create(&domain, "Ben").await;
    users::suspend(&domain.system(), suspension(ann)).await.unwrap();
    users::remove(&domain.system(), one(ben)).await.unwrap();
    is_spent(accept(&domain, &anns).await);
    is_spent(accept(&domain, &bens).await);
    // The refusal does not use it up.
    users::reinstate(&domain.system(), one(ann)).await.unwrap();
    accept(&domain, &anns).await.unwrap();
}

async fn a_password_that_is_refused_does_not_spend_the_invitation(domain: TestDomain) {
    let (_, link) = create(&domain, "Annabel Whitfield").await;
    for password in ["", "short", "annabelwhitfield", &"x".repeat(257)] {
        let form = AcceptInvite { token: link.clone(), password: Secret::new(password) };
        let answer = invitations::accept(&domain.by(&anybody()), form).await;
        let Err(Error::Invalid(problem)) = answer else { panic!("{password}: {answer:?}") };
        assert_eq!(problem.of_field("password").count(), 1);
    }
    accept(&domain, &link).await.unwrap();
}

async fn one_kind_of_link_is_not_the_other(domain: TestDomain) {
    let (_, invitation) = create(&domain, "Ann").await;
    let first = set_up_link(&domain).await;
    is_spent(open(&domain, &invitation, Purpose::Setup).await);
    is_spent(open(&domain, &first, Purpose::Invite).await);
    is_spent(set_up(&domain, &invitation, "olga@example.com").await);
    is_spent(accept(&domain, &first).await);
    let unknown = Secret::new("");
    is_spent(accept(&domain, &unknown).await);
    is_spent(set_up(&domain, &unknown, "olga@example.com").await);
}

async fn the_first_owner_is_made_once(domain: TestDomain) {
    assert_eq!(domain.owners().await, 0);
    let link = set_up_link(&domain).await;
    let proof = set_up(&domain, &link, "olga@example.com").await.unwrap();
    assert_eq!(domain.owners().await, 1);
    let olga = user(&domain, proof.user).await;
    assert!(olga.roles.has(Role::Owner) && olga.has_password);
    is_spent(set_up(&domain, &link, "other@example.com").await);
    assert_eq!(domain.users().await, 1);
}

async fn of_many_who_set_up_at_once_one_becomes_the_owner(domain: TestDomain) {
    let link = set_up_link(&domain).await;
    let tries = (0..16).map(|n| {
        let (domain, link) = (domain.clone(), link.clone());
        tokio::spawn(async move { set_up(&domain, &link, &format!("olga.{n}@example.com")).await })
    });
    let answers: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    let spent = answers.iter().filter(|answer| matches!(answer, Err(Error::LinkSpent(_)))).count();
    assert_eq!((answers.iter().flatten().count(), spent), (1, 15), "{answers:?}");
    assert_eq!(domain.users().await, 1);
    assert_eq!(domain.count("SELECT count(*) FROM user_roles").await, 1);
}

async fn a_set_up_link_works_for_a_day_and_replaces_the_one_before(domain: TestDomain) {
    let first = set_up_link(&domain).await;
    let second = set_up_link(&domain).await;
    is_spent(open(&domain, &first, Purpose::Setup).await);
    domain.clock.advance(DAY - 1);
    open(&domain, &second, Purpose::Setup).await.unwrap();
    domain.clock.advance(1);
    is_spent(set_up(&domain, &second, "olga@example.com").await);
    let third = set_up_link(&domain).await;
    set_up(&domain, &third, "olga@example.com").await.unwrap();
}

async fn a_set_up_that_is_refused_does_not_spend_the_link(domain: TestDomain) {
    register(&domain, "Ann").await;
    let link = set_up_link(&domain).await;
    let answer = set_up(&domain, &link, "not an address").await;
    assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}");
    let answer = set_up(&domain, &link, "ANN@example.com").await;
    assert!(matches!(answer, Err(Error::EmailTaken)), "{answer:?}");
    assert_eq!(domain.owners().await, 0);
    set_up(&domain, &link, "olga@example.com").await.unwrap();
}

async fn there_is_no_set_up_link_once_there_is_an_owner(domain: TestDomain) {
    let link = set_up_link(&domain).await;
    let ann: UserId = register(&domain, "Ann").await;
    grant(&domain, ann, Role::Owner).await;
    let events = domain.events().await;
    assert!(invitations::setup_link(&domain).await.unwrap().is_none());
    is_spent(set_up(&domain, &link, "olga@example.com").await);
    assert_eq!(domain.events().await, events);
}

async fn a_start_takes_away_no_set_up_link_that_is_still_good(domain: TestDomain) {
    let FirstLink::New(link) = invitations::first_link(&domain).await.unwrap() else {
        panic!("none was made")
    };
    let made_at = domain.clock.now();
    domain.clock.advance(DAY - 1);
    let events = domain.events().await;
    let again = invitations::first_link(&domain).await.unwrap();
    let FirstLink::Earlier { expires_at } = again else { panic!("{again:?}") };
    assert_eq!((expires_at, domain.events().await), (made_at.plus_seconds(DAY), events));
    open(&domain, &link, Purpose::Setup).await.unwrap();
    // A link that can no longer be used is replaced.
    domain.clock.advance(1);
    let FirstLink::New(link) = invitations::first_link(&domain).await.unwrap() else {
        panic!("none was made")
    };
    set_up(&domain, &link, "olga@example.com").await.unwrap();
    assert!(matches!(invitations::first_link(&domain).await.unwrap(), FirstLink::NotNeeded));
}

async fn of_many_that_start_at_once_one_makes_the_set_up_link(domain: TestDomain) {
    let starts = (0..8).map(|_| {
        let domain = domain.clone();
        tokio::spawn(async move { invitations::first_link(&domain).await.unwrap() })
    });
    let found: Vec<_> = join_all(starts).await.into_iter().map(Result::unwrap).collect();
    let made = found.iter().filter(|found| matches!(found, FirstLink::New(_))).count();
    assert_eq!(made, 1, "{found:?}");
}

async fn only_the_hash_of_a_link_is_kept(domain: TestDomain) {
    let (_, link) = create(&domain, "Ann").await;
    assert_eq!(link.expose().len(), 64);
    let rows: Vec<(Vec<u8>,)> = domain
        .db
        .all(
            frontdesk_domain::db::Sql::new("test.links", "SELECT token_hash FROM one_time_links"),
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let hex: String = rows[0].0.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_ne!(hex, link.expose());
    // The stored hash, used as a link, is invalid.
    is_spent(accept(&domain, &Secret::new(hex)).await);
}
