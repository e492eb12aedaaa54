//! The audit trail: every change once, refusals never.

use frontdesk_domain::{
    audit, authentication,
    db::Dialect,
    invitations, params, roles,
    sessions::{self, TokenHash},
    users,
};
use frontdesk_model::{
    Role, Secret,
    audit::{Action, AuditQuery, Event},
    invitations::{AcceptInvite, SetUp},
    roles::ChangeRole,
    sessions::EndSession,
};

use crate::support::{
    By, PASSWORD, Someone, TestDomain, anybody, create_form, edit, one, person, prove, register, sign_in,
    sign_up_form, suspension, user,
};

both! {
    signing_up_and_being_created_are_told,
    an_edit_tells_each_fact_that_changed,
    changes_of_state_tell_what_was_and_what_is,
    roles_given_and_taken_are_told,
    links_made_and_used_are_told,
    signing_in_and_out_is_told,
    what_is_refused_leaves_no_trace,
    without_the_trail_nothing_is_changed,
    the_trail_is_not_rewritten,
}

/// The single new event, checked for actor and origin.
async fn told<T, E: std::fmt::Debug>(
    domain: &TestDomain,
    by: Option<&Someone>,
    what: impl Future<Output = Result<T, E>>,
) -> (T, Event) {
    let before = domain.events().await;
    let done = what.await.unwrap();
    assert_eq!(domain.events().await, before + 1);
    let event = audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items.swap_remove(0);
    assert_eq!(event.at, domain.clock.now());
    if let Some(someone) = by {
        let party = someone.actor.party();
        assert_eq!(event.actor, party);
        assert_eq!(party.id, Some(someone.id.0));
        assert_eq!((event.ip.as_str(), event.user_agent.as_str()), ("192.0.2.7", "Browser/1.0"));
        assert_eq!(event.request_id, "request-1");
    }
    // So that the next one is the newest.
    domain.clock.advance(1);
    (done, event)
}

/// `user.updated of Ann: name Ann → Anna`
fn line(event: &Event) -> String {
    let mut line = event.action.to_string();
    if let Some(target) = &event.target {
        assert!(target.id.is_some());
        line = format!("{line} of {}", target.label);
    }
    for change in &event.changes {
        let value = |value: &Option<String>| value.clone().unwrap_or("nothing".to_owned());
        line = format!("{line}, {} {} → {}", change.field, value(&change.before), value(&change.after));
    }
    if event.reason.is_empty() { line } else { format!("{line}, because: {}", event.reason) }
}

async fn signing_up_and_being_created_are_told(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let form = sign_up_form("Ann", "ann@example.com");
    let (proof, event) = told(&domain, None, authentication::sign_up(&domain.by(&anybody()), form)).await;
    assert_eq!(line(&event), "user.signed_up of Ann, name nothing → Ann, email nothing → ann@example.com");
    assert_eq!(event.target.unwrap().id, Some(proof.user.into()));
    assert_eq!((event.actor.id, event.actor.label.as_str()), (None, "somebody"));
    assert_eq!((event.ip.as_str(), event.request_id.as_str()), ("192.0.2.7", "request-1"));

    let form = create_form("Ben", "ben@example.com");
    let (_, event) = told(&domain, Some(&ada), users::create(&domain.by(&ada.actor), form)).await;
    assert_eq!(line(&event), "user.created of Ben, name nothing → Ben, email nothing → ben@example.com");
    let form = create_form("Cay", "cay@example.com");
    let (_, event) = told(&domain, None, users::create(&domain.system(), form)).await;
    assert_eq!((event.actor.id, event.actor.label.as_str(), event.ip.as_str()), (None, "command line", ""));
}

async fn an_edit_tells_each_fact_that_changed(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let ann = register(&domain, "Ann").await;
    for (name, email, expected) in [
        ("Anna", "ann@example.com", "user.updated of Anna, name Ann → Anna"),
        ("Anna", "anna@example.com", "user.updated of Anna, email ann@example.com → anna@example.com"),
        (
            "Ann",
            "Ann@example.com",
            "user.updated of Ann, name Anna → Ann, email anna@example.com → Ann@example.com",
        ),
    ] {
        let form = edit(&user(&domain, ann).await, name, email);
        let (_, event) = told(&domain, Some(&ada), users::update(&domain.by(&ada.actor), form)).await;
        assert_eq!(line(&event), expected);
    }
}

async fn changes_of_state_tell_what_was_and_what_is(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let ann = register(&domain, "Ann").await;
    let (by, actor) = (Some(&ada), &ada.actor);
    let mut form = suspension(ann);
    form.reason = " Three\nchargebacks ".to_owned();
    let (_, event) = told(&domain, by, users::suspend(&domain.by(actor), form)).await;
    assert_eq!(line(&event), "user.suspended of Ann, status active → suspended, because: Three\nchargebacks");
    let (_, event) = told(&domain, by, users::remove(&domain.by(actor), one(ann))).await;
    assert_eq!(line(&event), "user.removed of Ann, status suspended → removed");
    let (_, event) = told(&domain, by, users::restore(&domain.by(actor), one(ann))).await;
    assert_eq!(line(&event), "user.restored of Ann, status removed → suspended");
    let (_, event) = told(&domain, by, users::reinstate(&domain.by(actor), one(ann))).await;
    assert_eq!(line(&event), "user.reinstated of Ann, status suspended → active");
}

async fn roles_given_and_taken_are_told(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let ann = register(&domain, "Ann").await;
    let form = ChangeRole { id: ann, role: Role::Support };
    let (_, event) = told(&domain, Some(&ada), roles::grant(&domain.by(&ada.actor), form.clone())).await;
    assert_eq!(line(&event), "role.granted of Ann, role nothing → support");
    let (_, event) = told(&domain, Some(&ada), roles::revoke(&domain.by(&ada.actor), form)).await;
    assert_eq!(line(&event), "role.revoked of Ann, role support → nothing");
}

async fn links_made_and_used_are_told(domain: TestDomain) {
    let (link, event) = told(&domain, None, invitations::setup_link(&domain)).await;
    assert_eq!(line(&event), "setup_link.created");
    let form = SetUp {
        token: link.unwrap(),
        name: "Olga".to_owned(),
        email: "olga@example.com".to_owned(),
        password: Secret::new(PASSWORD),
    };
    let (proof, event) = told(&domain, None, invitations::set_up(&domain.by(&anybody()), form)).await;
    let expected =
        "user.created of Olga, name nothing → Olga, email nothing → olga@example.com, role nothing → owner";
    assert_eq!(line(&event), expected);

    let olga = sign_in(&domain, proof.user, "laptop").await;
    let ann = register(&domain, "Ann").await;
    domain.clock.advance(1);
    let (link, event) =
        told(&domain, Some(&olga), invitations::create(&domain.by(&olga.actor), one(ann))).await;
    assert_eq!(line(&event), "invite.created of Ann");
    let form = AcceptInvite { token: link, password: Secret::new(PASSWORD) };
    let (_, event) = told(&domain, None, invitations::accept(&domain.by(&anybody()), form)).await;
    assert_eq!(line(&event), "invite.accepted of Ann");
    assert_eq!(event.ip, "192.0.2.7");
}

async fn signing_in_and_out_is_told(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    domain.clock.advance(1);
    let proof = prove(&domain, &ann.email, PASSWORD).await.unwrap();
    let token = TokenHash::of(b"phone");
    let ctx = domain.by(&anybody());
    let begun = sessions::begin(&ctx, &proof, token);
    let (session, event) = told(&domain, Some(&ann), begun).await;
    assert_eq!(line(&event), "login.success of Ann");
    let ctx = domain.by(&ann.actor);
    let ended = sessions::end(&ctx, EndSession { id: session });
    let (_, event) = told(&domain, Some(&ann), ended).await;
    assert_eq!(line(&event), "session.ended of Ann");

    let wrong = |email: &'static str| async {
        let refused = prove(&domain, email, "wrong horse battery staple").await;
        refused.map_or(Ok(()), Err)
    };
    let (_, event) = told(&domain, None, wrong("ann@example.com")).await;
    assert_eq!(line(&event), "login.failed of Ann");
    assert_eq!((event.actor.id, event.ip.as_str()), (None, "192.0.2.7"));
    let (_, event) = told(&domain, None, wrong("nobody@example.com")).await;
    assert_eq!(line(&event), "login.failed");
    users::suspend(&domain.system(), suspension(ann.id)).await.unwrap();
    domain.clock.advance(1);
    let kept_out = async {
        let refused = prove(&domain, &ann.email, PASSWORD).await;
        refused.map_or(Ok(()), Err)
    };
    let (_, event) = told(&domain, None, kept_out).await;
    assert_eq!(line(&event), "login.failed of Ann, because: suspended");
}

async fn what_is_refused_leaves_no_trace(domain: TestDomain) {
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let sam = person(&domain, "Sam", &[Role::Support]).await;
    let ann = register(&domain, "Ann").await;
    let state = async || {
        let versions = domain.count("SELECT CAST(sum(version) AS BIGINT) FROM users").await;
        let links = domain.count("SELECT count(*) FROM one_time_links").await;
        let roles = domain.count("SELECT count(*) FROM user_roles").await;
        (domain.users().await, versions, links, roles, domain.events().await)
    };
    let before = state().await;
    let seen = user(&domain, ann).await;
    let taken = edit(&seen, "Ann", "olga@example.com");
    let mut old = edit(&seen, "Anna", "ann@example.com");
    old.version = 0.into();
    let admin = ChangeRole { id: ann, role: Role::Admin };
    let owner = ChangeRole { id: olga.id, role: Role::Owner };
    let spent = AcceptInvite { token: Secret::new("spent"), password: Secret::new(PASSWORD) };
    let refused = [
        authentication::sign_up(&domain.by(&anybody()), sign_up_form("Ann", "ann@example.com"))
            .await
            .is_err(),
        authentication::sign_up(&domain.by(&anybody()), sign_up_form("", "new@example.com")).await.is_err(),
        users::create(&domain.by(&sam.actor), create_form("New", "new@example.com")).await.is_err(),
        users::create(&domain.by(&olga.actor), create_form("New", "ann@example.com")).await.is_err(),
        users::update(&domain.by(&olga.actor), taken).await.is_err(),
        users::update(&domain.by(&olga.actor), old).await.is_err(),
        users::update(&domain.by(&anybody()), edit(&seen, "Anna", "anna@example.com")).await.is_err(),
        users::suspend(&domain.by(&sam.actor), suspension(olga.id)).await.is_err(),
        users::reinstate(&domain.by(&sam.actor), one(ann)).await.is_err(),
        users::remove(&domain.by(&sam.actor), one(ann)).await.is_err(),
        users::restore(&domain.by(&olga.actor), one(ann)).await.is_err(),
        invitations::create(&domain.by(&sam.actor), one(olga.id)).await.is_err(),
        roles::grant(&domain.by(&sam.actor), admin.clone()).await.is_err(),
        roles::revoke(&domain.by(&olga.actor), admin).await.is_err(),
        roles::revoke(&domain.by(&olga.actor), owner).await.is_err(),
        invitations::accept(&domain.by(&anybody()), spent).await.is_err(),
        invitations::setup_link(&domain).await.unwrap().is_none(),
        audit::list(&domain.by(&sam.actor), &AuditQuery::default()).await.is_err(),
    ];
    assert_eq!(refused, [true; 18]);
    assert_eq!(state().await, before);
}

async fn without_the_trail_nothing_is_changed(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let before = (user(&domain, ann).await, domain.users().await);
    domain.meddle("ALTER TABLE audit_events RENAME TO elsewhere", params![]).await.unwrap();
    let role = ChangeRole { id: ann, role: Role::Support };
    let failed = [
        authentication::sign_up(&domain.by(&anybody()), sign_up_form("Ben", "ben@example.com"))
            .await
            .is_err(),
        users::create(&domain.system(), create_form("Ben", "ben@example.com")).await.is_err(),
        users::update(&domain.system(), edit(&before.0, "Anna", "anna@example.com")).await.is_err(),
        users::suspend(&domain.system(), suspension(ann)).await.is_err(),
        users::remove(&domain.system(), one(ann)).await.is_err(),
        roles::grant(&domain.system(), role).await.is_err(),
        invitations::create(&domain.system(), one(ann)).await.is_err(),
        invitations::setup_link(&domain).await.is_err(),
    ];
    assert_eq!(failed, [true; 8]);
    let proof = prove(&domain, "ann@example.com", PASSWORD).await.unwrap();
    assert!(sessions::begin(&domain.by(&anybody()), &proof, TokenHash::of(b"phone")).await.is_err());
    assert_eq!((user(&domain, ann).await, domain.users().await), before);
    for table in ["SELECT count(*) FROM sessions", "SELECT count(*) FROM one_time_links"] {
        assert_eq!(domain.count(table).await, 0);
    }
}

async fn the_trail_is_not_rewritten(domain: TestDomain) {
    register(&domain, "Ann").await;
    let tell = async || audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items;
    let before = tell().await;
    let mut tries = vec![
        "UPDATE audit_events SET actor_label = 'somebody else'",
        "UPDATE audit_events SET reason = '' WHERE action = 'user.signed_up'",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE action = 'user.signed_up'",
    ];
    if domain.db.dialect() == Dialect::Postgres {
        tries.push("TRUNCATE audit_events");
    }
    for text in tries {
        let error = domain.meddle(text, params![]).await.unwrap_err();
        let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(why.contains("the audit trail is not rewritten"), "{text}: {why}");
    }
    assert_eq!(tell().await, before);
    assert_eq!(before[0].action, Action::USER_SIGNED_UP);
}
