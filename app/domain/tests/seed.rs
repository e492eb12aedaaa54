//! Made-up people: as many as were asked for, the same for the same number, and fit to be seen.

use std::collections::HashMap;

use frontdesk_domain::{
    db::Sql,
    params,
    sample_data::{
        self,
        users::{Seeded, Seeding},
    },
    users,
};
use frontdesk_model::{
    Email, Limit, PersonName, Role, Timestamp,
    audit::{Action, AuditQuery, Event},
    users::{Status, User, UsersQuery},
};

use crate::support::{Engine, PASSWORD, TestDomain, prove, register, run, user};

both! {
    as_many_come_as_were_asked_for_and_progress_is_told,
    who_is_there_already_is_skipped_and_the_rest_is_added,
    another_seed_adds_other_people,
    a_few_are_suspended_removed_or_staff_and_none_is_an_owner,
    everybody_is_fit_to_be_seen,
    the_trail_tells_when_some_of_them_came_and_went,
    they_sign_in_only_if_a_password_is_given,
}

async fn seed(domain: &TestDomain, users: u64, seed: u64) -> Seeded {
    sample_data::users::seed(domain, &Seeding { users, seed, password_hash: None }, |_| ()).await.unwrap()
}

async fn everybody(domain: &TestDomain) -> Vec<User> {
    let mut all = Vec::new();
    for status in Status::ALL {
        let mut query =
            UsersQuery { status: Some(*status).into(), limit: Limit::new(100), ..UsersQuery::default() };
        loop {
            let page = users::list(&domain.system(), &query).await.unwrap().page;
            for listed in page.items {
                all.push(user(domain, listed.id).await);
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    all
}

async fn trail(domain: &TestDomain) -> Vec<Event> {
    let mut all = Vec::new();
    let mut query = AuditQuery { limit: Limit::new(100), ..AuditQuery::default() };
    loop {
        let page = frontdesk_domain::audit::list(&domain.system(), &query).await.unwrap();
        all.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return all;
        }
    }
}

/// All that a seed of 300 people wrote, but for what counts rows physically.
async fn contents(domain: TestDomain) -> (Vec<User>, Vec<Event>, Vec<(String, String, i64)>) {
    seed(&domain, 300, 42).await;
    let keys =
        Sql::new("test.keys", "SELECT name_key, email_key, COALESCE(suspended_at, 0) FROM users ORDER BY id");
    (everybody(&domain).await, trail(&domain).await, domain.db.all(keys, params![]).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_people_on_sqlite_and_postgres() {
    let first = run(Engine::Sqlite, contents).await;
    assert_eq!((first.0.len(), first.2.len()), (300, 300));
    assert!(first == run(Engine::Sqlite, contents).await, "not the same twice");
    assert!(first == run(Engine::Postgres, contents).await, "not the same on both databases");
}

async fn as_many_come_as_were_asked_for_and_progress_is_told(domain: TestDomain) {
    let mut told = Vec::new();
    let plan = Seeding { users: 10_000, seed: 1, password_hash: None };
    let seeded = sample_data::users::seed(&domain, &plan, |done| told.push(done)).await.unwrap();
    assert_eq!((seeded.users, seeded.skipped), (10_000, 0));
    assert_eq!(domain.users().await, 10_000);
    assert_eq!(i64::try_from(seeded.events).unwrap(), domain.events().await);
    assert!(told.len() > 1 && told.is_sorted() && told.last() == Some(&10_000), "{told:?}");
    assert_eq!(seed(&domain, 0, 2).await, Seeded::default());
}

async fn who_is_there_already_is_skipped_and_the_rest_is_added(domain: TestDomain) {
    seed(&domain, 500, 1).await;
    let (before, events) = (everybody(&domain).await, domain.events().await);
    assert_eq!(seed(&domain, 500, 1).await, Seeded { users: 0, skipped: 500, events: 0 });
    // Nor on another day, when all of it would have happened later.
    domain.clock.advance(40 * 86_400);
    assert_eq!(seed(&domain, 500, 1).await, Seeded { users: 0, skipped: 500, events: 0 });
    assert!(everybody(&domain).await == before);
    assert_eq!(domain.events().await, events);
    let seeded = seed(&domain, 700, 1).await;
    assert_eq!((seeded.users, seeded.skipped), (200, 500));
    // People of one's own are left alone.
    let ann = register(&domain, "Ann").await;
    let ann = user(&domain, ann).await;
    seed(&domain, 700, 1).await;
    assert_eq!(user(&domain, ann.id).await, ann);
}

async fn another_seed_adds_other_people(domain: TestDomain) {
    seed(&domain, 1_000, 1).await;
    let seeded = seed(&domain, 1_000, 2).await;
    assert!(seeded.users > 900, "{seeded:?}: two people seldom have one address");
    assert_eq!(domain.users().await, i64::try_from(1_000 + seeded.users).unwrap());
}

async fn a_few_are_suspended_removed_or_staff_and_none_is_an_owner(domain: TestDomain) {
    seed(&domain, 5_000, 1).await;
    let all = everybody(&domain).await;
    let share = |is: fn(&User) -> bool| all.iter().filter(|user| is(user)).count() * 1_000 / all.len();
    for (what, permille, around) in [
        ("suspended", share(|user| user.status == Status::Suspended), 20),
        ("removed", share(|user| user.status == Status::Removed), 10),
        ("never seen", share(|user| user.last_seen_at.is_none()), 80),
    ] {
        assert!((around / 2..around * 2).contains(&permille), "{permille} ‰ are {what}");
    }
    let mut staff: HashMap<String, u32> = HashMap::new();
    for user in all.iter().filter(|user| !user.roles.is_empty()) {
        assert_eq!(user.status, Status::Active);
        *staff.entry(user.roles.to_string()).or_default() += 1;
    }
    let staff = ["owner", "admin", "support", "auditor"].map(|role| staff.get(role).copied().unwrap_or(0));
    assert_eq!(staff, [0, 2, 5, 2]);
    assert_eq!(domain.owners().await, 0);
}

async fn everybody_is_fit_to_be_seen(domain: TestDomain) {
    seed(&domain, 3_000, 1).await;
    let all = everybody(&domain).await;
    let now = domain.clock.now();
    let six_years_ago = now.plus_seconds(-6 * 366 * 86_400);
    for user in &all {
        assert_eq!(PersonName::parse(&user.name).unwrap().as_str(), user.name);
        let email = Email::parse(&user.email).unwrap();
        let domain = email.as_str().split_once('@').unwrap().1;
        assert!(
            ["example.com", "example.org", "example.net"].iter().any(|end| domain.ends_with(end)),
            "{email:?}"
        );
        assert!((six_years_ago..now).contains(&user.joined_at), "{user:?}");
        assert!(user.last_seen_at.is_none_or(|seen| (user.joined_at..now).contains(&seen)), "{user:?}");
        assert!((user.joined_at..now).contains(&user.updated_at), "{user:?}");
        assert_eq!(user.suspended_reason.is_empty(), user.status != Status::Suspended, "{user:?}");
        // As the clock would have made it.
        assert!(user.id.0 >= frontdesk_domain::clock::first_id_at(user.joined_at), "{user:?}");
        assert_eq!(user.id.0.get_version_num(), 7);
    }
    // What people are searched by is what it is for those who sign up.
    let keys = Sql::new("test.keys", "SELECT name, name_key, email, email_key FROM users");
    let keys: Vec<(String, String, String, String)> = domain.db.all(keys, params![]).await.unwrap();
    for (name, name_key, email, email_key) in keys {
        assert_eq!(PersonName::parse(&name).unwrap().key(), name_key);
        assert_eq!(Email::parse(&email).unwrap().key(), email_key);
    }
    // More come every year.
    let half = Timestamp::from_micros(six_years_ago.micros().midpoint(now.micros()));
    let late = all.iter().filter(|user| user.joined_at >= half).count();
    assert!(late * 100 / all.len() > 55, "{late} of {} joined in the later half", all.len());
    // Most names are not written in Latin letters alone.
    let plain = all.iter().filter(|user| user.name.is_ascii()).count();
    assert!((all.len() / 4..all.len() * 3 / 4).contains(&plain), "{plain} of {} names are ASCII", all.len());
}

async fn the_trail_tells_when_some_of_them_came_and_went(domain: TestDomain) {
    let seeded = seed(&domain, 5_000, 1).await;
    let people: HashMap<_, User> =
        everybody(&domain).await.into_iter().map(|user| (user.id.0, user)).collect();
    let events = trail(&domain).await;
    assert_eq!(events.len() as u64, seeded.events);
    let mut told: HashMap<Action, u32> = HashMap::new();
    for event in &events {
        let target = event.target.as_ref().unwrap();
        let user = &people[&target.id.unwrap().uuid()];
        assert_eq!(target.label, user.name);
        let (at, status) = match event.action {
            Action::USER_SIGNED_UP | Action::USER_CREATED | Action::ROLE_GRANTED => (user.joined_at, None),
            Action::USER_SUSPENDED => (user.updated_at, Some(Status::Suspended)),
            Action::USER_REMOVED => (user.updated_at, Some(Status::Removed)),
            other => panic!("{other}"),
        };
        assert_eq!(event.at, at, "{event:?}");
        assert!(status.is_none_or(|status| user.status == status), "{event:?}");
        assert!(event.id.0 >= frontdesk_domain::clock::first_id_at(at));
        if status.is_some() {
            let colleague = &people[&event.actor.id.unwrap()];
            assert!(
                colleague.roles.iter().any(|role| matches!(role, Role::Support | Role::Admin)),
                "{event:?}"
            );
            assert_eq!(event.reason, user.suspended_reason);
        }
        *told.entry(event.action).or_default() += 1;
    }
    let told = |action| told.get(&action).copied().unwrap_or(0);
    assert!((400..600).contains(&told(Action::USER_SIGNED_UP)), "{}", told(Action::USER_SIGNED_UP));
    assert!(told(Action::USER_SUSPENDED) > 0 && told(Action::USER_REMOVED) > 0);
    assert_eq!((told(Action::USER_CREATED), told(Action::ROLE_GRANTED)), (9, 9));
}

async fn they_sign_in_only_if_a_password_is_given(domain: TestDomain) {
    seed(&domain, 20, 1).await;
    assert!(everybody(&domain).await.iter().all(|user| !user.has_password));
    let hash = domain.passwords.hash(frontdesk_model::Secret::new(PASSWORD)).await.unwrap();
    let plan = Seeding { users: 20, seed: 7, password_hash: Some(hash) };
    sample_data::users::seed(&domain, &plan, |_| ()).await.unwrap();
    let active = everybody(&domain).await.into_iter().find(|user| user.has_password).unwrap();
    assert_eq!(prove(&domain, &active.email, PASSWORD).await.unwrap().user, active.id);
}
