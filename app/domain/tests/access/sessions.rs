//! Sessions: starting, and all ways of ending.

use frontdesk_domain::{
    actor::Denied,
    invitations,
    jobs::{Handler, Job},
    roles,
    sessions::{self, Error, Lifetime, TokenHash},
    users,
};
use frontdesk_model::{
    Limit, Permission, Role, Roles, Secret,
    invitations::AcceptInvite,
    roles::ChangeRole,
    sessions::{EndSession, Session, SessionsQuery},
};

use crate::support::{
    By, PASSWORD, Someone, TestDomain, anybody, bearer, edit, enqueue, grant, one, person, prove, register,
    service_token, sign_in, suspension, token, user, work,
};

both! {
    a_session_tells_whose_it_is,
    a_token_that_nobody_has_opens_nothing,
    a_session_ends_after_a_week_without_a_request,
    a_session_ends_after_thirty_days_whatever_happens,
    a_suspended_users_sessions_end_at_once_and_for_good,
    a_removed_users_sessions_end_at_once_and_for_good,
    a_new_password_ends_the_sessions_there_were,
    a_proof_from_before_a_new_password_begins_no_session,
    a_proof_from_before_a_suspension_begins_no_session,
    a_change_of_roles_or_name_shows_at_the_next_request,
    people_end_their_own_sessions_and_no_others,
    staff_end_sessions_of_those_whom_they_outrank,
    all_but_the_session_in_use_are_ended_at_once,
    pages_lead_through_all_sessions_and_back,
    a_token_ends_sessions_only_with_the_permission,
    signing_out_twice_is_signing_out,
    a_session_that_is_replaced_is_forgotten,
    a_sweep_deletes_what_is_too_old_and_nothing_else,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn mine(domain: &TestDomain, someone: &Someone) -> Vec<Session> {
    sessions::list_mine(&domain.by(&someone.actor), &SessionsQuery::default()).await.unwrap().items
}

async fn rows(domain: &TestDomain) -> i64 {
    domain.count("SELECT count(*) FROM sessions").await
}

async fn a_session_tells_whose_it_is(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[Role::Support, Role::Auditor]).await;
    let loaded = ann.load(&domain).await.unwrap();
    let known = user(&domain, ann.id).await;
    assert_eq!((loaded.id, loaded.name, loaded.email), (known.id, known.name, known.email));
    assert_eq!((loaded.roles, loaded.joined_at), (known.roles, known.joined_at));
    assert_eq!(known.last_seen_at, Some(domain.clock.now()));
    let mine = mine(&domain, &ann).await;
    let [session] = mine.as_slice() else { panic!("{mine:?}") };
    assert_eq!((session.id, session.ip.as_str()), (loaded.session, "192.0.2.7"));
    assert_eq!(session.user_agent, "Browser/1.0");
    assert_eq!((session.created_at, session.last_seen_at), (domain.clock.now(), domain.clock.now()));
}

async fn a_token_that_nobody_has_opens_nothing(domain: TestDomain) {
    person(&domain, "Ann", &[]).await;
    assert!(sessions::load(&domain, TokenHash::of(b"")).await.unwrap().is_none());
}

async fn a_session_ends_after_a_week_without_a_request(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    domain.clock.advance(7 * DAY - 1);
    assert!(ann.load(&domain).await.is_some());
    // That request was not written, so the week starts with the sign-in.
    domain.clock.advance(1);
    assert!(ann.load(&domain).await.is_none());
    assert!(mine(&domain, &ann).await.is_empty());
}

async fn a_session_ends_after_thirty_days_whatever_happens(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    for _ in 0..29 {
        domain.clock.advance(DAY);
        assert!(ann.load(&domain).await.is_some());
        domain.last_seen.flush(&domain).await.unwrap();
    }
    domain.clock.advance(DAY - 1);
    assert!(ann.load(&domain).await.is_some());
    domain.clock.advance(1);
    assert!(ann.load(&domain).await.is_none());
}

async fn a_suspended_users_sessions_end_at_once_and_for_good(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let phone = sign_in(&domain, ann.id, "phone").await;
    let ben = person(&domain, "Ben", &[]).await;
    users::suspend(&domain.system(), suspension(ann.id)).await.unwrap();
    assert!(ann.load(&domain).await.is_none() && phone.load(&domain).await.is_none());
    users::reinstate(&domain.system(), one(ann.id)).await.unwrap();
    assert!(ann.load(&domain).await.is_none() && phone.load(&domain).await.is_none());
    assert!(mine(&domain, &ann).await.is_empty());
    assert!(ben.load(&domain).await.is_some());
    assert!(sign_in(&domain, ann.id, "tablet").await.load(&domain).await.is_some());
}

async fn a_removed_users_sessions_end_at_once_and_for_good(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    users::remove(&domain.system(), one(ann.id)).await.unwrap();
    assert!(ann.load(&domain).await.is_none());
    users::restore(&domain.system(), one(ann.id)).await.unwrap();
    assert!(ann.load(&domain).await.is_none());
    assert!(sign_in(&domain, ann.id, "phone").await.load(&domain).await.is_some());
}

/// Gives a user another password.
async fn choose(domain: &TestDomain, id: frontdesk_model::UserId, password: &str) {
    let link = invitations::create(&domain.system(), one(id)).await.unwrap();
    let form = AcceptInvite { token: link, password: Secret::new(password) };
    invitations::accept(&domain.by(&anybody()), form).await.unwrap();
}

async fn a_new_password_ends_the_sessions_there_were(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    choose(&domain, ann.id, "another horse battery staple").await;
    assert!(ann.load(&domain).await.is_none());
    assert!(prove(&domain, &ann.email, PASSWORD).await.is_err());
}

async fn a_proof_from_before_a_new_password_begins_no_session(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    // With a better hash of the old password, which must not replace the new one.
    let stronger = domain.beside(|options| options.passwords.memory_kib *= 2).await;
    let proof = prove(&stronger, "ann@example.com", PASSWORD).await.unwrap();
    assert!(proof.rehash.is_some());
    choose(&domain, ann, "another horse battery staple").await;
    let token = TokenHash::of(b"a device");
    let answer = sessions::begin(&stronger.by(&anybody()), &proof, token).await;
    assert!(matches!(answer, Err(Error::Shut)), "{answer:?}");
    assert!(sessions::load(&domain, token).await.unwrap().is_none());
    assert!(prove(&domain, "ann@example.com", PASSWORD).await.is_err());
    prove(&domain, "ann@example.com", "another horse battery staple").await.unwrap();
}

async fn a_proof_from_before_a_suspension_begins_no_session(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let proof = prove(&domain, "ann@example.com", PASSWORD).await.unwrap();
    users::suspend(&domain.system(), suspension(ann)).await.unwrap();
    let events = domain.events().await;
    let token = TokenHash::of(b"a device");
    let begin = async || sessions::begin(&domain.by(&anybody()), &proof, token).await;
    let answer = begin().await;
    assert!(matches!(answer, Err(Error::Shut)), "{answer:?}");
    assert_eq!((rows(&domain).await, domain.events().await), (0, events));
    // Reinstating does not bring it back: all earlier sessions have ended.
    users::reinstate(&domain.system(), one(ann)).await.unwrap();
    let answer = begin().await;
    assert!(matches!(answer, Err(Error::Shut)), "{answer:?}");
}

async fn a_change_of_roles_or_name_shows_at_the_next_request(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    assert_eq!(ann.load(&domain).await.unwrap().roles, Roles::default());
    grant(&domain, ann.id, Role::Support).await;
    assert!(ann.load(&domain).await.unwrap().roles.has(Role::Support));
    roles::revoke(&domain.system(), ChangeRole { id: ann.id, role: Role::Support }).await.unwrap();
    assert_eq!(ann.load(&domain).await.unwrap().roles, Roles::default());
    let seen = user(&domain, ann.id).await;
    users::update(&domain.system(), edit(&seen, "Anna", "anna@example.com")).await.unwrap();
    let loaded = ann.load(&domain).await.unwrap();
    assert_eq!((loaded.name.as_str(), loaded.email.as_str()), ("Anna", "anna@example.com"));
}

async fn people_end_their_own_sessions_and_no_others(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let phone = sign_in(&domain, ann.id, "phone").await;
    let ben = person(&domain, "Ben", &[]).await;
    let bens = EndSession { id: ben.load(&domain).await.unwrap().session };
    let phones = EndSession { id: phone.load(&domain).await.unwrap().session };
    let events = domain.events().await;
    let answer = sessions::end(&domain.by(&ann.actor), bens).await;
    assert!(matches!(answer, Err(Error::NoSuchSession)), "{answer:?}");
    assert!(ben.load(&domain).await.is_some());
    assert_eq!(domain.events().await, events);
    sessions::end(&domain.by(&ann.actor), phones.clone()).await.unwrap();
    assert!(phone.load(&domain).await.is_none() && ann.load(&domain).await.is_some());
    let answer = sessions::end(&domain.by(&ann.actor), phones.clone()).await;
    assert!(matches!(answer, Err(Error::NoSuchSession)), "{answer:?}");
    let answer = sessions::end(&domain.by(&anybody()), phones).await;
    assert!(matches!(answer, Err(Error::Denied(_))), "{answer:?}");
}

/// The session that a person uses.
fn used(someone: &Someone) -> EndSession {
    EndSession { id: someone.actor.person().unwrap().session }
}

async fn staff_end_sessions_of_those_whom_they_outrank(domain: TestDomain) {
    let sam = person(&domain, "Sam", &[Role::Support]).await;
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let ann = person(&domain, "Ann", &[]).await;
    let listed = sessions::list(&domain.by(&sam.actor), ann.id, &SessionsQuery::default()).await.unwrap();
    assert_eq!(listed.items, mine(&domain, &ann).await);
    let answer = sessions::list(&domain.by(&ann.actor), sam.id, &SessionsQuery::default()).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::Lacks(_)))), "{answer:?}");
    sessions::end(&domain.by(&sam.actor), used(&ann)).await.unwrap();
    assert!(ann.load(&domain).await.is_none());
    let answer = sessions::end(&domain.by(&sam.actor), used(&olga)).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::Outranked))), "{answer:?}");
    assert!(olga.load(&domain).await.is_some());
    sessions::end(&domain.system(), used(&olga)).await.unwrap();
    assert!(olga.load(&domain).await.is_none());
}

async fn all_but_the_session_in_use_are_ended_at_once(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let ben = person(&domain, "Ben", &[]).await;
    let phone = sign_in(&domain, ann.id, "phone").await;
    let tablet = sign_in(&domain, ann.id, "tablet").await;
    let events = domain.events().await;
    assert_eq!(sessions::end_others(&domain.by(&ann.actor)).await.unwrap(), 2);
    assert!(phone.load(&domain).await.is_none() && tablet.load(&domain).await.is_none());
    assert!(ann.load(&domain).await.is_some() && ben.load(&domain).await.is_some());
    assert_eq!(sessions::end_others(&domain.by(&ann.actor)).await.unwrap(), 0);
    assert_eq!(domain.events().await, events + 1);
    let answer = sessions::end_others(&domain.by(&anybody())).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::Anonymous))), "{answer:?}");
    let answer = sessions::end_others(&domain.system()).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::NoAccount))), "{answer:?}");
}

async fn pages_lead_through_all_sessions_and_back(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let other = person(&domain, "Ben", &[]).await;
    for n in 0..4 {
        domain.clock.advance(1);
        sign_in(&domain, ann.id, &format!("device {n}")).await;
    }
    let all = mine(&domain, &ann).await;
    assert!(all.len() == 5 && all.is_sorted_by(|newer, older| newer.id > older.id));
    let page = async |cursor| {
        let query = SessionsQuery { limit: Limit::new(2), cursor };
        sessions::list_mine(&domain.by(&ann.actor), &query).await.unwrap()
    };
    let first = page(None).await;
    let second = page(first.next.clone()).await;
    let third = page(second.next.clone()).await;
    assert!(first.prev.is_none() && third.next.is_none());
    let walked: Vec<_> = [&first, &second, &third].into_iter().flat_map(|page| page.items.clone()).collect();
    assert_eq!(walked, all);
    assert_eq!(page(third.prev).await.items, second.items);
    assert_eq!(page(second.prev).await.items, first.items);
    let foreign = SessionsQuery { limit: None, cursor: first.next };
    let answer = sessions::list_mine(&domain.by(&other.actor), &foreign).await;
    assert!(matches!(answer, Err(Error::ForeignCursor(_))), "{answer:?}");
}

async fn a_token_ends_sessions_only_with_the_permission(domain: TestDomain) {
    let sam = person(&domain, "Sam", &[Role::Support]).await;
    let phone = sign_in(&domain, sam.id, "phone").await;
    let reads = bearer(&domain, &token(&domain, &sam, &[]).await).await.unwrap();
    let seen = sessions::list_mine(&domain.by(&reads), &SessionsQuery::default()).await.unwrap();
    assert_eq!(seen.items.len(), 2);
    for answer in [
        sessions::end(&domain.by(&reads), used(&phone)).await,
        sessions::end_others(&domain.by(&reads)).await.map(drop),
    ] {
        assert!(matches!(answer, Err(Error::Denied(Denied::Lacks(Permission::SESSIONS_END)))), "{answer:?}");
    }
    let ends = bearer(&domain, &token(&domain, &sam, &[Permission::SESSIONS_END]).await).await.unwrap();
    sessions::end(&domain.by(&ends), used(&phone)).await.unwrap();
    // A token has no session of its own that could be kept.
    assert_eq!(sessions::end_others(&domain.by(&ends)).await.unwrap(), 1);
    assert!(sam.load(&domain).await.is_none() && phone.load(&domain).await.is_none());

    let ann = person(&domain, "Ann", &[]).await;
    let till = bearer(&domain, &service_token(&domain, &[Permission::SESSIONS_END]).await).await.unwrap();
    let answer = sessions::list_mine(&domain.by(&till), &SessionsQuery::default()).await;
    assert!(matches!(answer, Err(Error::Denied(Denied::NoAccount))), "{answer:?}");
    sessions::end(&domain.by(&till), used(&ann)).await.unwrap();
}

async fn signing_out_twice_is_signing_out(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let events = domain.events().await;
    sessions::sign_out(&domain.by(&ann.actor)).await.unwrap();
    sessions::sign_out(&domain.by(&ann.actor)).await.unwrap();
    sessions::sign_out(&domain.by(&anybody())).await.unwrap();
    assert!(ann.load(&domain).await.is_none());
    assert_eq!(domain.events().await, events + 1);
}

async fn a_session_that_is_replaced_is_forgotten(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let phone = sign_in(&domain, ann.id, "phone").await;
    let events = domain.events().await;
    sessions::forget(&domain, ann.token).await.unwrap();
    sessions::forget(&domain, ann.token).await.unwrap();
    assert!(ann.load(&domain).await.is_none() && phone.load(&domain).await.is_some());
    assert_eq!((rows(&domain).await, domain.events().await), (1, events));
}

async fn sweep(domain: &TestDomain) {
    enqueue(domain, Job::new(&sessions::SweepSessions {})).await;
    work(domain, &[Handler::of::<sessions::SweepSessions>()]).await;
}

async fn a_sweep_deletes_what_is_too_old_and_nothing_else(domain: TestDomain) {
    let shorter = domain
        .beside(|options| {
            let [idle, absolute] = [2, 3].map(|hours: u64| std::time::Duration::from_secs(hours * 3600));
            options.lifetime = Lifetime { idle, absolute };
        })
        .await;
    let ann = person(&shorter, "Ann", &[]).await;
    shorter.clock.advance(HOUR);
    let idle = sign_in(&shorter, ann.id, "idle").await;
    assert!(ann.load(&shorter).await.is_some());
    shorter.last_seen.flush(&shorter).await.unwrap();
    shorter.clock.advance(2 * HOUR - 1);
    let fresh = sign_in(&shorter, ann.id, "fresh").await;
    sweep(&shorter).await;
    assert_eq!(rows(&shorter).await, 3);
    // The idle one has ended, and stays until it reaches the absolute limit.
    shorter.clock.advance(1);
    assert!(ann.load(&shorter).await.is_none() && idle.load(&shorter).await.is_none());
    sweep(&shorter).await;
    assert_eq!(rows(&shorter).await, 2);
    shorter.clock.advance(HOUR);
    assert!(fresh.load(&shorter).await.is_some());
    sweep(&shorter).await;
    assert_eq!(rows(&shorter).await, 1);
    assert!(fresh.load(&shorter).await.is_some());
}
